import { isObject, parseJson, type Json } from '../../core/base/json.ts';

/** Which of the two kinds of answers a client takes. */
export interface Accepted {
  json: boolean;
  stream: boolean;
}

const both = 'application/json, text/event-stream';

/** Reads an Accept header as RFC 9110 has it: ranges, their parameters, `q=0` for what is not wanted, the most exact range first. No header accepts everything. */
export function acceptedKinds(header: string | null): Accepted {
  if (header === null || header.trim() === '') return { json: true, stream: true };
  const ranges = new Map<string, boolean>();
  for (const part of header.split(',')) {
    const [range = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    ranges.set(range, q === undefined || Number(q) > 0);
  }
  const takes = (type: string, subtype: string): boolean =>
    ranges.get(`${type}/${subtype}`) ?? ranges.get(`${type}/*`) ?? ranges.get('*/*') ?? false;
  return { json: takes('application', 'json'), stream: takes('text', 'event-stream') };
}

/** The same request for a reader that looks for both kinds by name. Its body is left out: it was read before. */
export function namingBoth(request: Request): Request {
  const headers = new Headers(request.headers);
  headers.set('accept', request.method === 'GET' ? 'text/event-stream' : both);
  return new Request(request.url, { method: request.method, headers, signal: request.signal });
}

/** The answer in a kind that the client takes: of a stream, the answer at its end; of one answer, a stream that holds it. */
export async function inKindOf(response: Response, { json, stream }: Accepted): Promise<Response> {
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('text/event-stream') && !stream) {
    const answer = answerIn(await response.text());
    return answer === undefined ? response : again(response, 'application/json', answer);
  }
  if (type.startsWith('application/json') && !json && response.ok)
    return again(
      response,
      'text/event-stream',
      `event: message\ndata: ${await response.text()}\n\n`,
    );
  return response;
}

function again({ status, headers }: Response, type: string, body: string): Response {
  const changed = new Headers(headers);
  changed.set('content-type', type);
  changed.delete('content-length');
  return new Response(body, { status, headers: changed });
}

/** The answer among the messages of a stream; what else it told is for those who listen. */
function answerIn(stream: string): string | undefined {
  const messages: Json[] = [];
  for (const event of stream.split(/\r?\n\r?\n/)) {
    const data = event
      .split(/\r?\n/)
      .flatMap((line) => (line.startsWith('data:') ? [line.slice(5).trim()] : []))
      .join('\n');
    const message = parseJson(data);
    if (message !== undefined) messages.push(message);
  }
  const answers = messages.filter(
    (message) => isObject(message) && ('result' in message || 'error' in message),
  );
  return answers.length === 0
    ? undefined
    : JSON.stringify(answers.length === 1 ? answers[0] : answers);
}
