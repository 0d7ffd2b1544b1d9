import { readFileSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import {
  checkServerIdentity,
  type ConnectionOptions,
  createSecureContext,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import { ConfigError } from '../base/errors.ts';
import type { Target } from './endpoint.ts';
import { namesIn } from './tls-problem.ts';

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
    ...(!tls.caFile && !clientCertificate && { secureContext: usualContext() }),
    ...(tls.caFile && { ca: file(tls.caFile, `${prefix}_TLS_CA_FILE`) }),
    ...(clientCertificate && {
      cert: file(clientCertificate.certFile, `${prefix}_CLIENT_CERT_FILE`),
      key: file(clientCertificate.keyFile, `${prefix}_CLIENT_KEY_FILE`),
    }),
  };
}

let usual: SecureContext | undefined;

/** Of every connection with the CAs of this machine and no certificate of its own: making one costs more than a handshake. */
export function usualContext(): SecureContext {
  usual ??= createSecureContext();
  return usual;
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

/** Why a certificate is not accepted: it is not the pinned one, or it is signed by the pinned CA and of another name, or over. */
export interface PinProblem {
  code: 'PIN' | 'PIN_NAME' | 'PIN_EXPIRED';
  message: string;
}

/** Undefined when the certificate is the pinned one: the leaf itself, or one that the pinned CA really signed. */
export function pinProblem(socket: TLSSocket, pin: string, host: string): PinProblem | undefined {
  // The whole chain is dear to read, and the leaf is what is pinned as a rule.
  if (bare(socket.getPeerCertificate().fingerprint256 ?? '') === bare(pin)) return undefined;
  const shown = socket.getPeerCertificate(true);
  if (!shown.raw) return wrongPin('no certificate was shown');
  let child = new X509Certificate(shown.raw);
  for (let certificate = shown; ;) {
    const issuer = certificate.issuerCertificate;
    if (!issuer?.raw || issuer === certificate)
      return wrongPin(`certificate ${shown.fingerprint256} is not the pinned one`);
    const parent = new X509Certificate(issuer.raw);
    // OpenSSL links the chain by name alone when verification is off: the signature is checked here.
    if (!parent.ca || !child.verify(parent.publicKey))
      return wrongPin(`certificate ${shown.fingerprint256} is not signed by the one it names`);
    if (bare(issuer.fingerprint256) === bare(pin)) return problemBelowPin(shown, host);
    child = parent;
    certificate = issuer;
  }
}

const wrongPin = (message: string): PinProblem => ({ code: 'PIN', message });

/** The pinned CA signed it: what is left to ask is for whom and until when. */
function problemBelowPin(shown: PeerCertificate, host: string): PinProblem | undefined {
  const misnamed = checkServerIdentity(host, shown);
  if (misnamed) return { code: 'PIN_NAME', message: namesIn(misnamed) };
  return Date.parse(shown.valid_to) < Date.now()
    ? { code: 'PIN_EXPIRED', message: `certificate expired on ${shown.valid_to}` }
    : undefined;
}
