import { UnreachableError } from '../base/errors.ts';
import type { Target } from './endpoint.ts';

const certificateCodes = /CERT|SIGNATURE|SELF_SIGNED|^UNABLE_TO_|ALTNAME|^PIN$|^ERR_TLS_|^ERR_SSL_/;

const notTls = /^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)$/;

/** Plain words and a way out for a socket that failed. `sent` says whether the request may have reached the upstream. */
export function unreachable(
  what: string,
  cause: unknown,
  { prefix, baseUrl, urlVariable = `${prefix}_URL` }: Target,
  sent: boolean,
): UnreachableError {
  const code = codeOf(cause);
  const [reason, hint] = explain(code, cause, { prefix, urlVariable, url: new URL(baseUrl) });
  const timedOut = code === 'TIMEOUT' || code === 'CONNECT_TIMEOUT';
  return new UnreachableError(`${what}: ${reason}`, { cause, hint, sent, timedOut });
}

function explain(
  code: string,
  cause: unknown,
  { prefix, urlVariable, url }: { prefix: string; urlVariable: string; url: URL },
): [reason: string, hint: string] {
  const where = url.protocol === 'unix:' ? url.pathname : url.host;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (code === 'PIN')
    return [
      message,
      `The server at ${where} does not hold the pinned certificate. If it was renewed, \`lares doctor\` shows the new fingerprint for ${prefix}_TLS_FINGERPRINT; if not, somebody may be in between.`,
    ];
  if (notTls.test(code))
    return [
      'what listens there does not speak TLS',
      `${where} wants http, not https: check the scheme in ${urlVariable}.`,
    ];
  if (certificateCodes.test(code))
    return [
      `its certificate is not trusted (${code})`,
      `Set ${prefix}_TLS_CA_FILE to its CA, or ${prefix}_TLS_FINGERPRINT to the SHA-256 that \`lares doctor\` shows.`,
    ];
  if (code === 'ECONNREFUSED')
    return [
      'connection refused',
      `Nothing listens at ${where}. Is it running, and is ${urlVariable} right?`,
    ];
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return ['name not found', `${where} does not resolve. Check ${urlVariable}.`];
  if (code === 'CONNECT_TIMEOUT' || code === 'ETIMEDOUT')
    return [
      'no connection in time',
      `${where} does not accept connections. Is it up, and reachable from here?`,
    ];
  if (code === 'ENOENT' || code === 'EACCES')
    return [
      `${code === 'ENOENT' ? 'no such socket' : 'socket not permitted'}`,
      `Check ${urlVariable} (${where}).`,
    ];
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH')
    return ['no route to the host', `${where} cannot be reached from this machine.`];
  if (code === 'TIMEOUT')
    return [message, `${where} is too slow or hangs. ${prefix}_TIMEOUT_MS allows more time.`];
  if (code === 'EPROTO')
    return [
      'TLS failed',
      `${where} does not speak TLS as expected. Check the scheme in ${urlVariable}.`,
    ];
  if (code.startsWith('HPE_'))
    return [
      'the answer is not HTTP',
      `Something else listens at ${where}, or it wants ${url.protocol === 'http:' ? 'https' : 'http'}.`,
    ];
  return [
    code === 'ECONNRESET' ? 'the connection was cut' : message,
    `${where} broke off. It may be restarting${url.protocol === 'http:' ? `, or want https: check the scheme in ${urlVariable}` : ''}.`,
  ];
}

/** The code of a system error (`ECONNREFUSED`), empty where there is none. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
