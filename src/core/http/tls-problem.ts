import type { Target } from './endpoint.ts';

/** The code of a system error (`ECONNREFUSED`), empty where there is none. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const notTls = /^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/;

/** Alerts of the server about what Lares showed or did not show (RFC 8446, 6.2). */
const aboutClientCertificate =
  /^ERR_SSL_.*ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_REVOKED|CERTIFICATE_EXPIRED|CERTIFICATE_UNKNOWN|UNKNOWN_CA|ACCESS_DENIED)$/;
const aboutServerName = /^ERR_SSL_.*(?:UNRECOGNIZED_NAME|ALERT_INTERNAL_ERROR)$/;
const aboutVersion = /^ERR_SSL_.*(?:PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|INSUFFICIENT_SECURITY)$/;
const untrusted = /CERT|SIGNATURE|SELF_SIGNED|^UNABLE_TO_|^ERR_TLS_/;

/** What went wrong with TLS, and the way out; undefined for an error that is none of TLS. An alert is the server's word about Lares; only a failed check of its certificate is Lares' word about it. */
export function tlsProblem(
  code: string,
  cause: unknown,
  target: Target,
): [reason: string, hint: string] | undefined {
  const { prefix, baseUrl, urlVariable = `${prefix}_URL`, tls } = target;
  const { host, hostname } = new URL(baseUrl);
  const message = cause instanceof Error ? cause.message : String(cause);
  if (code === 'PIN')
    return [
      message,
      `The server at ${host} does not hold the pinned certificate. If it was renewed, \`lares doctor\` shows the new fingerprint for ${prefix}_TLS_FINGERPRINT; if not, somebody may be in between.`,
    ];
  if (code === 'PIN_EXPIRED')
    return [message, `It is signed by the pinned CA and has to be renewed at ${host}.`];
  if (code === 'PIN_NAME' || code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return [
      `its certificate is for another name (${code === 'PIN_NAME' ? message : namesIn(cause)})`,
      `The certificate is the expected one${code === 'PIN_NAME' ? ' (the pinned CA signed it)' : ' as far as it was checked'}, but not made for ${tls.servername ?? hostname}: set ${prefix}_TLS_SERVERNAME to a name that it holds, or use that name in ${urlVariable}.`,
    ];
  if (notTls.test(code))
    return [
      'what listens there does not speak TLS',
      `${host} wants http, not https: check the scheme in ${urlVariable}.`,
    ];
  if (aboutClientCertificate.test(code)) return clientCertificateProblem(code, target);
  if (aboutServerName.test(code))
    return [
      `the server has no certificate for ${tls.servername ?? hostname} (${alertIn(code)})`,
      `It chooses its certificate by name: set ${prefix}_TLS_SERVERNAME to the name it serves, or use that name in ${urlVariable}.`,
    ];
  if (aboutVersion.test(code))
    return [
      `it speaks another version of TLS (${alertIn(code)})`,
      `The server at ${host} has to allow TLS 1.2 or 1.3.`,
    ];
  if (/^ERR_SSL_.*ALERT/.test(code) || code === 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE')
    return [
      `the server refused the handshake (${alertIn(code)})`,
      `Its log should say why: it may want a client certificate, or the name in ${prefix}_TLS_SERVERNAME.`,
    ];
  if (untrusted.test(code))
    return [
      `its certificate is not trusted (${code})`,
      `Set ${prefix}_TLS_CA_FILE to its CA, or ${prefix}_TLS_FINGERPRINT to the SHA-256 that \`lares doctor\` shows.`,
    ];
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_'))
    return [
      `TLS failed${code === 'EPROTO' ? '' : ` (${code})`}`,
      `${host} does not speak TLS as expected. Check the scheme in ${urlVariable}.`,
    ];
  return undefined;
}

function clientCertificateProblem(
  code: string,
  { prefix, clientCertificate }: Target,
): [reason: string, hint: string] {
  if (clientCertificate)
    return [
      `the server does not accept Lares' client certificate (${alertIn(code)})`,
      `Is ${prefix}_CLIENT_CERT_FILE one that it knows, and still valid?`,
    ];
  return [
    `the server wants a client certificate (${alertIn(code)})`,
    `Set ${prefix}_CLIENT_CERT_FILE and ${prefix}_CLIENT_KEY_FILE, or use an address that wants none.`,
  ];
}

/** `ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED` is `certificate required`. */
const alertIn = (code: string): string =>
  code
    .replace(/^ERR_SSL_/, '')
    .replace(/^(?:SSLV3|TLSV1|TLSV13|TLSV11|TLSV12)_/, '')
    .replace(/^ALERT_/, '')
    .replaceAll('_', ' ')
    .toLowerCase();

/** The names that a certificate holds, as the error of the check carries them. */
export function namesIn(cause: unknown): string {
  const shown = cause instanceof Error && 'cert' in cause ? cause.cert : undefined;
  const { subjectaltname = '' } = (shown ?? {}) as { subjectaltname?: string };
  const names = subjectaltname.replace(/(?:DNS|IP Address):/g, '').slice(0, 200);
  return names || 'it holds none';
}
