import * as z from 'zod';
import { mediaType, type ClientOptions } from '../../core/http/index.ts';
import { parseJson } from '../../core/base/json.ts';
import { oneLine } from '../../core/base/text.ts';

/** `{"errorType","error"}` is Prometheus; a bare string and `{"code","message"}` are Alertmanager's handlers and its router. */
const Refusal = z.union([
  z.object({ errorType: z.string(), error: z.string() }),
  z.object({ message: z.string() }).transform(({ message }) => ({ errorType: '', error: message })),
  z.string().transform((error) => ({ errorType: '', error })),
]);

const searchNames =
  'Search metric names with prom_query count by (__name__) ({__name__=~".*disk.*"}).';

/** What Prometheus, Alertmanager or a proxy means by a refusal, and what to do about it; undefined where the answer says nothing that helps. */
export const describeError: NonNullable<ClientOptions['describeError']> = ({
  status,
  headers,
  text,
  target,
}) => {
  const ofAlertmanager = target.startsWith('/api/v2/');
  if (status === 401)
    return {
      reason: 'Unauthorized',
      hint: unauthorized(ofAlertmanager ? 'PROMETHEUS_ALERTMANAGER' : 'PROMETHEUS'),
    };
  if (status === 503 && 'x-prometheus-stopping' in headers)
    return {
      reason: 'Service Unavailable',
      hint:
        headers['x-prometheus-stopping'] === 'true'
          ? 'It is shutting down.'
          : 'It is starting and replays its log; try again in a minute.',
    };
  if (!headers['content-type']?.startsWith('application/json')) {
    return status === 404
      ? {
          hint: `${ofAlertmanager ? 'Alertmanager' : 'This server'} has no such endpoint here: the URL lacks its path prefix, or it is a compatible server without this part.`,
        }
      : undefined;
  }
  const refusal = Refusal.safeParse(parseJson(text));
  if (!refusal.success) return undefined;
  const { errorType, error } = refusal.data;
  return { reason: oneLine(error, 500), hint: hintFor(errorType, error, target) };
};

const unauthorized = (prefix: string): string =>
  `Set ${prefix}_USERNAME and ${prefix}_PASSWORD (its basic auth), or ${prefix}_BEARER_TOKEN where a proxy in front of it asks for a token.`;

function hintFor(errorType: string, error: string, target: string): string | undefined {
  if (/parse error/.test(error))
    return `${position(error, target)}Nothing was evaluated: correct the PromQL and ask again. ${searchNames}`;
  if (/invalid expression type "range vector"/.test(error))
    return 'Drop the [..], or wrap it: rate(…[5m]) for counters, avg_over_time(…[5m]) for gauges.';
  if (/many-to-many|duplicate series|multiple matches/.test(error))
    return 'Both sides match several series: aggregate one side (sum by (…)) or say on(…) group_left(…).';
  if (/too many samples/.test(error))
    return 'Narrow the selector, shorten the range or raise the step.';
  if (errorType === 'timeout' || /deadline exceeded/.test(error))
    return 'Narrow the selector or shorten the range.';
  if (/with Prometheus Agent/.test(error))
    return 'It runs in agent mode: it only forwards samples. Point Lares at the server that stores them.';
  return undefined;
}

/** `1:4: parse error…` in words, with the part of the query before it. */
function position(error: string, target: string): string {
  const [, line, column] = /\b(\d+):(\d+): parse error/.exec(error) ?? [];
  const query = new URLSearchParams(target.replace(/^[^?]*\??/, '')).get('query');
  if (line === undefined || column === undefined || query === null) return '';
  const before = (query.split('\n')[Number(line) - 1] ?? '').slice(0, Number(column) - 1);
  return `At line ${line}, column ${column}${before ? `, after ${JSON.stringify(oneLine(before.slice(-40)))}` : ''}. `;
}

/** Go's own refusals are plain text, those of basic auth too; a 403 is none of Prometheus. */
export const isOwnRefusal: NonNullable<ClientOptions['isOwnRefusal']> = (answer) =>
  answer.status !== 403 && mediaType(answer) === 'text/plain';
