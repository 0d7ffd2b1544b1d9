import { defineClient } from '../../core/service.ts';
import { sleep } from '../../core/base/abortable.ts';
import { path, type Path, type Query, type ReadHttp } from '../../core/http/index.ts';
import { describeError, isOwnRefusal } from './describe-error.ts';
import {
  Alertmanagers,
  AlertmanagerStatus,
  Alerts,
  BuildInfo,
  DroppedTargets,
  MetricNames,
  QueryResult,
  Rules,
  RuntimeInfo,
  SentAlerts,
  Silences,
  Targets,
} from './schema/index.ts';
import type { Settings } from './settings.ts';
import type { TimeRange } from './time-range.ts';

/** Series an answer may hold before the server cuts it (3.2 and later); what is shown is far less. */
export const seriesLimit = 5_000;

/** Characters. Longer queries travel in a body: servers and proxies limit the request line. */
const requestLineLimit = 4_000;

/** Evaluates PromQL at one of the two query endpoints. */
function evaluate(http: ReadHttp<Settings>, to: Path, query: Query): Promise<QueryResult> {
  const parameters = { ...query, limit: seriesLimit };
  if (String(query['query']).length <= requestLineLimit)
    return http.get(to, QueryResult, parameters);
  const form = Object.entries(parameters).map(([key, value]): [string, string] => [
    key,
    String(value),
  ]);
  return http.query(to, new URLSearchParams(form), QueryResult);
}

const alertmanagerReads = (http: ReadHttp<Settings>) => ({
  version: async () => (await http.get(path`/api/v2/status`, AlertmanagerStatus)).version,
  alerts: () => http.get(path`/api/v2/alerts`, SentAlerts),
  silences: () => http.get(path`/api/v2/silences`, Silences),
});

const reads = (http: ReadHttp<Settings>) => {
  const alertmanager = http.also('alertmanager');
  return {
    settings: http.settings,
    now: http.now,
    /** Waits, unless the call ends before. */
    pause: (ms: number) => sleep(ms, http.signal),
    /** `at` in unix seconds. */
    query: (query: string, at: number) =>
      evaluate(http, path`/api/v1/query`, { query, time: at.toFixed(3) }),
    queryRange: (query: string, { start, end, step }: TimeRange) =>
      evaluate(http, path`/api/v1/query_range`, {
        query,
        start: start.toFixed(3),
        end: end.toFixed(3),
        step,
      }),
    /** Names of metrics that match an RE2 pattern as a whole. */
    metricNames: (pattern: string) =>
      http.get(path`/api/v1/label/__name__/values`, MetricNames, {
        'match[]': `{__name__=~${JSON.stringify(pattern)}}`,
        limit: 1_000,
      }),
    alerts: () => http.get(path`/api/v1/alerts`, Alerts),
    rules: () => http.get(path`/api/v1/rules`, Rules, { exclude_alerts: true }),
    targets: () => http.get(path`/api/v1/targets`, Targets, { state: 'active' }),
    droppedTargets: () => http.get(path`/api/v1/targets`, DroppedTargets, { state: 'dropped' }),
    alertmanagers: () => http.get(path`/api/v1/alertmanagers`, Alertmanagers),
    version: () => http.get(path`/api/v1/status/buildinfo`, BuildInfo),
    runtime: () => http.get(path`/api/v1/status/runtimeinfo`, RuntimeInfo),
    /** The Alertmanager that is configured beside it; undefined without one. */
    alertmanager: alertmanager && alertmanagerReads(alertmanager),
  };
};

/** One Prometheus, and its Alertmanager if there is one. */
export type Prometheus = ReturnType<typeof reads>;

export const { read, health, inventory, lately, doctor } = defineClient<
  Prometheus,
  object,
  Settings
>({
  reads,
  describeError,
  isOwnRefusal,
  queries: /^\/api\/v1\/query(_range)?$/,
});
