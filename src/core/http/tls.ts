import { readFileSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { checkServerIdentity, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { ConfigError } from '../base/errors.ts';
import type { Target } from './endpoint.ts';

/** A fingerprint as it is compared: upper case, without colons. */
export const bare = (fingerprint: string): string => fingerprint.replaceAll(':', '').toUpperCase();

/** What to connect with. A pin replaces the chain check, so it is verified by `pinProblem` before any byte is sent. */
export function tlsOptions({ baseUrl, tls, clientCertificate, prefix }: Target): ConnectionOptions {
  const host = new URL(baseUrl).hostname.replace(/^\[|\]$/g, '');
  return {
    servername: tls.servername ?? (/^[\d.]+$|:/.test(host) ? '' : host),
    rejectUnauthorized: tls.verify && !tls.fingerprint,
    checkServerIdentity: (name, certificate) =>
      checkServerIdentity(tls.servername ?? (name || host), certificate),
    ...(tls.caFile && { ca: file(tls.caFile, `${prefix}_TLS_CA_FILE`) }),
    ...(clientCertificate && {
      cert: file(clientCertificate.certFile, `${prefix}_CLIENT_CERT_FILE`),
      key: file(clientCertificate.keyFile, `${prefix}_CLIENT_KEY_FILE`),
    }),
  };
}

function file(name: string, variable: string): Buffer {
  try {
    return readFileSync(name);
  } catch (cause) {
    throw new ConfigError(`${variable}: ${name} cannot be read`, {
      cause,
      hint: 'Check the path and its permissions.',
    });
  }
}

/** Why the certificate is not the pinned one, or undefined when it is: the leaf itself, or one that the pinned CA really signed. */
export function pinProblem(socket: TLSSocket, pin: string, host: string): string | undefined {
  const shown = socket.getPeerCertificate(true);
  if (!shown.raw) return 'no certificate was shown';
  if (bare(shown.fingerprint256) === bare(pin)) return undefined;
  let child = new X509Certificate(shown.raw);
  for (let certificate = shown; ;) {
    const issuer = certificate.issuerCertificate;
    if (!issuer?.raw || issuer === certificate)
      return `certificate ${shown.fingerprint256} is not the pinned one`;
    const parent = new X509Certificate(issuer.raw);
    // OpenSSL links the chain by name alone when verification is off: the signature is checked here.
    if (!parent.ca || !child.verify(parent.publicKey))
      return `certificate ${shown.fingerprint256} is not signed by the one it names`;
    if (bare(issuer.fingerprint256) === bare(pin))
      return checkServerIdentity(host, shown)?.message ?? expired(shown.valid_to);
    child = parent;
    certificate = issuer;
  }
}

const expired = (validTo: string): string | undefined =>
  Date.parse(validTo) < Date.now() ? `certificate expired on ${validTo}` : undefined;
