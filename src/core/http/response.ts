import { ShapeError, UpstreamError } from '../base/errors.ts';
import { parseExactly } from '../base/json.ts';
import type { ClientOptions } from './client-options.ts';
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
  const described = options.describeError?.({
    ...answer,
    method,
    target: path,
    settings: target.settings,
  });
  const reason = described?.reason ?? answer.reason;
  return new UpstreamError(`${what}: ${answer.status} ${reason}`.trim(), answer.status, {
    hint: described?.hint ?? usualHint(answer.status),
    ...(described?.front && { front: true }),
    ...(described?.denied && { denied: true }),
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

/** How a body is read. */
export interface Reading {
  /** What stands for `JSON.parse`; without it a number that JavaScript cannot hold keeps its digits, as a string. */
  parse?: ((text: string) => unknown) | undefined;
  sanitizer: Sanitizer;
  /** Whether secrets that are taken out can be compared. */
  comparable?: boolean | undefined;
}

/** The body as JSON, sanitized. A web page is an answer of something else than an API; an empty body or half a document is a shape error that quotes its beginning. */
export function json(
  answer: HttpResponse,
  what: string,
  { parse = parseExactly, sanitizer, comparable }: Reading,
): unknown {
  try {
    return sanitizer.json(parse(answer.text), answer.text, comparable);
  } catch (cause) {
    const begin = sanitizer.text(answer.text.slice(0, 2_000)).slice(0, 40);
    const message = `${what}: the answer is not JSON (${mediaType(answer) || 'no content type'}, ${answer.text.length} characters, begins ${JSON.stringify(begin)})`;
    const hint = 'Is the URL that of the API itself, and not of a login page or another service?';
    if (isWebPage(answer))
      throw new UpstreamError(message, answer.status, { cause, hint, front: true });
    throw new ShapeError(message, { cause, hint });
  }
}
