import { UnreachableError } from '../base/errors.ts';
import type { Target } from './endpoint.ts';
import { codeOf, tlsProblem } from './tls-problem.ts';

/** Plain words and a way out for a socket that failed. `sent` says whether the request may have reached the upstream. */
export function unreachable(
  what: string,
  cause: unknown,
  target: Target,
  sent: boolean,
): UnreachableError {
  const code = codeOf(cause);
  const [reason, hint] = tlsProblem(code, cause, target) ?? explain(code, cause, target);
  const timedOut = code === 'TIMEOUT' || code === 'CONNECT_TIMEOUT';
  return new UnreachableError(`${what}: ${reason}`, { cause, hint, sent, timedOut });
}

function explain(
  code: string,
  cause: unknown,
  { prefix, baseUrl, urlVariable = `${prefix}_URL` }: Target,
): [reason: string, hint: string] {
  const url = new URL(baseUrl);
  const where = url.protocol === 'unix:' ? url.pathname : url.host;
  const message = cause instanceof Error ? cause.message : String(cause);
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

export { codeOf };
