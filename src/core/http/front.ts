import { UpstreamError } from '../base/errors.ts';
import { isObject, parseJson } from '../base/json.ts';
import type { HttpResponse } from './transport.ts';
import type { Target } from './endpoint.ts';

/** The media type of an answer, without its parameters; empty where it says none. */
export const mediaType = ({ headers }: Pick<HttpResponse, 'headers'>): string =>
  headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';

/** Whether an answer is made for a browser. */
export const isWebPage = (answer: Pick<HttpResponse, 'headers' | 'text'>): boolean =>
  mediaType(answer) === 'text/html' || /^\s*<(?:!doctype|html)\b/i.test(answer.text);

/** The words of servers that were spoken to in plain HTTP on a port for TLS: Go, nginx, Apache. */
const wantsTls =
  /HTTP request (?:was sent )?to (?:an )?HTTPS (?:server|port)|speaking plain HTTP to an SSL/i;

/**
 * The error for an answer that the service itself did not give, and undefined for one that it did. Something in front answers with a redirect, with a page or a line of text
 * where the API speaks JSON, or as a gateway for a service that is silent; neither the credentials nor the service are to blame for it.
 */
export function frontAnswer(
  answer: HttpResponse,
  what: string,
  { baseUrl, prefix, urlVariable = `${prefix}_URL` }: Target,
  isOwnRefusal: (refusal: HttpResponse) => boolean = () => false,
): UpstreamError | undefined {
  const { status, reason, headers, text } = answer;
  if (status < 300) return undefined;
  const front = (message: string, hint: string): UpstreamError =>
    new UpstreamError(`${what}: ${message}`, status, { front: true, hint });
  const said = `${status} ${reason}`.trim();
  if (status < 400)
    return front(
      `${status}, redirected to ${(headers.location ?? 'nowhere').slice(0, 200)}`,
      `Lares follows no redirect, so that what it signs in with goes nowhere else. Put the final address into ${urlVariable} (http or https, host, port, path prefix); where that is a login page, let Lares through to the API.`,
    );
  if (status === 400 && wantsTls.test(text))
    return front(
      `${said}: what listens there wants https`,
      `Write https:// in ${urlVariable} (${baseUrl}).`,
    );
  if (isObject(parseJson(text))) return undefined;
  if (status === 502 || status === 504)
    return front(
      said,
      `A gateway answered for it: what is behind did not. Is it running, and does the gateway at ${baseUrl} know where?`,
    );
  if (text.trim() === '' || isOwnRefusal(answer)) return undefined;
  const form = isWebPage(answer) ? 'a web page' : mediaType(answer);
  if (form !== 'a web page' && !form.startsWith('text/')) return undefined;
  return front(
    `${said}, as ${form}: not of the API`,
    `Something in front of it answered (a proxy, a firewall, a login), or ${urlVariable} (${baseUrl}) leads elsewhere.`,
  );
}
