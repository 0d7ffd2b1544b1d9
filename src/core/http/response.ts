import { ShapeError, UpstreamError } from '../base/errors.ts';
import { parseExactly } from '../base/json.ts';
import type { ClientOptions } from './connection.ts';
import type { Target } from './endpoint.ts';
import { frontAnswer, isWebPage, mediaType } from './front.ts';
import type { Sanitizer } from './sanitizer.ts';
import type { HttpRequest, HttpResponse } from './transport.ts';

/** Whether a request was answered with what it asked for. */
export const isAccepted = ({ status }: HttpResponse): boolean => status >= 200 && status < 300;

/** What an answer that is none means. */
export function refusal(
  answer: HttpResponse,
  { method, target: path }: HttpRequest,
  options: ClientOptions,
  target: Target,
): UpstreamError {
  const what = `${method} ${path.replace(/\?.*/s, '')}`;
  const front = frontAnswer(answer, what, target, options.isOwnRefusal);
  if (front) return front;
  const described = options.describeError?.({ ...answer, method, target: path });
  const reason = described?.reason ?? answer.reason;
  return new UpstreamError(`${what}: ${answer.status} ${reason}`.trim(), answer.status, {
    hint: described?.hint ?? usualHint(answer.status),
    ...(options.silentStatus?.(answer.status) && { silent: true }),
  });
}

const usualHint = (status: number): string =>
  ({
    401: 'The credentials were refused. Check them with `lares doctor`.',
    403: 'The credentials lack a privilege for this. `lares doctor` shows what is missing.',
    404: 'No such thing there, or this version does not have it.',
    429: 'The service asks to slow down. Try again in a minute.',
  })[status] ??
  (status >= 500 ? 'The service has a problem of its own; its log should say which.' : '');

/** The body as JSON, sanitized, and with every digit of what a number cannot hold unless `rounded`. A page, an empty body or half a document is a shape error that quotes its beginning. */
export function json(
  answer: HttpResponse,
  what: string,
  sanitizer: Sanitizer,
  rounded = false,
): unknown {
  try {
    const value = rounded ? JSON.parse(answer.text) : parseExactly(answer.text);
    return sanitizer.json(value, answer.text);
  } catch (cause) {
    const begin = sanitizer.text(answer.text.slice(0, 2_000)).slice(0, 40);
    const message = `${what}: the answer is not JSON (${mediaType(answer) || 'no content type'}, ${answer.text.length} characters, begins ${JSON.stringify(begin)})`;
    const hint = 'Is the URL that of the API itself, and not of a login page or another service?';
    if (isWebPage(answer))
      throw new UpstreamError(message, answer.status, { cause, hint, front: true });
    throw new ShapeError(message, { cause, hint });
  }
}
