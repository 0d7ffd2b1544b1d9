import * as z from 'zod';
import { mediaType, type ClientOptions } from '../../core/http/index.ts';
import { parseJson } from '../../core/base/json.ts';
import { oneLine } from '../../core/base/text.ts';
import type { Part, Settings } from './settings.ts';

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
  settings,
}) => {
  const ofAlertmanager = target.startsWith('/api/v2/');
  if (status === 401)
    return {
      reason: 'Unauthorized',
      hint: unauthorized(ofAlertmanager, (settings ?? {}) as Partial<Settings>),
    };
  if (status === 503 && 'x-prometheus-stopping' in headers)
    return {
      reason: 'Service Unavailable',
      hint:
        headers['x-prometheus-stopping'] === 'true'
          ? 'It is shutting down.'
          : 'It is starting and replays its log; try again in a minute.',
    };
  if (!headers['content-type']?.startsWith('application/json'))
    return plainRefusal(status, text, target, ofAlertmanager);
  const refusal = Refusal.safeParse(parseJson(text));
  if (!refusal.success) return undefined;
  const { errorType, error } = refusal.data;
  return { reason: oneLine(error, 500), hint: hintFor(errorType, error, target) };
};

/** What stands in an answer that is not of the API: from its router, or a compatible server. */
function plainRefusal(
  status: number,
  text: string,
  target: string,
  ofAlertmanager: boolean,
): ReturnType<typeof describeError> {
  const part = partOf(target);
  const onPurpose = part ? ` PROMETHEUS_WITHOUT=${part} says that it is not there on purpose.` : '';
  if (/unsupported path requested/i.test(text))
    return {
      reason: 'unsupported path requested',
      hint: `A compatible server without this part.${onPurpose}`,
    };
  if (status !== 404) return undefined;
  return {
    hint: `${ofAlertmanager ? 'Alertmanager' : 'This server'} has no such endpoint here: the URL lacks its path prefix, or it is a compatible server without this part.${onPurpose}`,
  };
}

const variablePrefix = (ofAlertmanager: boolean): string =>
  ofAlertmanager ? 'PROMETHEUS_ALERTMANAGER' : 'PROMETHEUS';

/** The part of a server that an endpoint belongs to, where it may be missing. */
function partOf(target: string): Part | undefined {
  const [, endpoint = ''] = /^\/api\/v1\/([^?]*)/.exec(target) ?? [];
  if (endpoint === 'alertmanagers') return 'alertmanager';
  if (endpoint === 'alerts' || endpoint === 'rules') return 'alerts';
  if (endpoint === 'targets') return 'targets';
  return endpoint === 'status/runtimeinfo' ? 'status' : undefined;
}

function unauthorized(
  ofAlertmanager: boolean,
  { credential, alertmanagerCredential }: Partial<Settings>,
): string {
  const prefix = variablePrefix(ofAlertmanager);
  const used = ofAlertmanager ? alertmanagerCredential : credential;
  if (used === 'password')
    return `${prefix}_USERNAME and ${prefix}_PASSWORD were refused: check both against its web.config.file, or that of a proxy in front of it.`;
  if (used === 'token')
    return `${prefix}_BEARER_TOKEN was refused by a proxy in front of it, or there is none: Prometheus itself takes a user name and a password only.`;
  return `Set ${prefix}_USERNAME and ${prefix}_PASSWORD (its basic auth), or ${prefix}_BEARER_TOKEN where a proxy in front of it asks for a token.`;
}

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
