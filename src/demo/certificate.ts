import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { isIP } from 'node:net';
import {
  bits,
  context,
  identifier,
  integer,
  octets,
  sequence,
  set,
  text,
  truth,
  utcTime,
} from './der.ts';

/** A certificate (PEM) with its private key (PKCS#8 PEM) and its SHA-256 fingerprint (`AA:BB:…`). */
export interface Certificate {
  cert: string;
  key: string;
  fingerprint: string;
}
/** When a certificate begins and ends, in ms since the epoch. */
export interface Validity {
  from: number;
  to: number;
}
/** A certificate authority that lives as long as the process. `ca` is its certificate (PEM). */
export interface Authority {
  readonly ca: string;
  readonly fingerprint: string;
  issue(name?: string, hosts?: readonly string[], valid?: Validity): Certificate;
}

interface Signer {
  name: string;
  key: KeyObject;
}
const day = 86_400_000;
const ecdsaWithSha256 = sequence(identifier('1.2.840.10045.4.3.2'));
const commonName = (name: string) => sequence(set(sequence(identifier('2.5.4.3'), text(name))));
const extension = (id: string, value: Uint8Array, critical = false) =>
  sequence(identifier(id), ...(critical ? [truth()] : []), octets(value));

/** The key identifier of RFC 5280, 4.2.1.2 (1): SHA-1 of the public key's bits. */
const keyIdentifier = (key: KeyObject): Buffer => {
  const point = key.export({ format: 'jwk' });
  const bytes = [point.x, point.y].map((part) => Buffer.from(part ?? '', 'base64url'));
  return createHash('sha1')
    .update(Buffer.concat([Buffer.from([0x04]), ...bytes]))
    .digest();
};

const caExtensions = (key: KeyObject) => [
  extension('2.5.29.19', sequence(truth()), true), // basicConstraints: CA
  extension('2.5.29.15', bits(Buffer.from([0x06]), 1), true), // keyUsage: keyCertSign, cRLSign
  extension('2.5.29.14', octets(keyIdentifier(key))),
];

const leafExtensions = (hosts: readonly string[], issuer: Buffer) => [
  extension('2.5.29.19', sequence(), true),
  extension('2.5.29.15', bits(Buffer.from([0x80]), 7), true), // keyUsage: digitalSignature
  extension(
    '2.5.29.37',
    sequence(identifier('1.3.6.1.5.5.7.3.1'), identifier('1.3.6.1.5.5.7.3.2')),
  ), // server and client
  extension('2.5.29.17', sequence(...hosts.map(subjectName))),
  // authorityKeyIdentifier: strict verifiers (Python 3.13) refuse a leaf that does not name its issuer's key.
  extension('2.5.29.35', sequence(context(0, issuer, false))),
];

const subjectName = (host: string) =>
  isIP(host) === 4
    ? context(7, Buffer.from(host.split('.').map(Number)), false)
    : context(2, Buffer.from(host), false);

function certify(
  subject: string,
  publicKey: KeyObject,
  issuer: Signer,
  extensions: Uint8Array[],
  { from, to }: Validity = usual(),
): X509Certificate {
  const body = sequence(
    context(0, integer(Buffer.from([2]))), // version 3
    integer(Buffer.from([1, ...randomBytes(15)])),
    ecdsaWithSha256,
    commonName(issuer.name),
    sequence(utcTime(from), utcTime(to)),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    context(3, sequence(...extensions)),
  );
  return new X509Certificate(
    sequence(body, ecdsaWithSha256, bits(sign('sha256', body, issuer.key))),
  );
}

const usual = (): Validity => ({ from: Date.now() - day, to: Date.now() + 397 * day });

const keyPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** Makes a new EC P-256 authority; `issue` signs leaves for 127.0.0.1 and localhost unless told otherwise. */
export function authority(name = 'Lares demo CA'): Authority {
  const own = keyPair();
  const issuer = { name, key: own.privateKey };
  const root = certify(name, own.publicKey, issuer, caExtensions(own.publicKey));
  const authorityKey = keyIdentifier(own.publicKey);
  return {
    ca: root.toString(),
    fingerprint: root.fingerprint256,
    issue(subject = 'localhost', hosts = ['localhost', '127.0.0.1'], valid) {
      const { publicKey, privateKey } = keyPair();
      const leaf = certify(subject, publicKey, issuer, leafExtensions(hosts, authorityKey), valid);
      return {
        cert: leaf.toString(),
        key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
        fingerprint: leaf.fingerprint256,
      };
    },
  };
}
