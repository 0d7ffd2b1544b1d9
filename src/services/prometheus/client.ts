import { defineClient } from '../../core/service.ts';
import { path, type Path, type Query, type ReadHttp } from '../../core/http/index.ts';
import { AlertmanagerStatus, SentAlerts, Silences } from './schema/alertmanager.ts';
import { describeError } from './describe-error.ts';
import {
  Alertmanagers,
  Alerts,
  Answer,
  Build,
  DroppedTargets,
  Names,
  Rules,
  Runtime,
  Targets,
} from './schema/index.ts';
import type { Settings } from './index.ts';
import type { Span } from './time-range.ts';

/** Series an answer may hold before the server cuts it (3.2 and later); what is shown is far less. */
export const mostSeries = 5_000;

/** Longer queries than this travel in a body: servers and proxies limit the request line. */
const longQuery = 4_000;

const asked = (http: ReadHttp<Settings>, to: Path, query: Query): Promise<Answer> => {
  const parameters = { ...query, limit: mostSeries };
  const length = String(query['query']).length;
  return length <= longQuery
    ? http.get(to, Answer, parameters)
    : http.query(
        to,
        new URLSearchParams(
          Object.entries(parameters).map(([key, value]): [string, string] => [key, String(value)]),
        ),
        Answer,
      );
};

const alertmanager = (http: ReadHttp<Settings>) => ({
  version: async () => (await http.get(path`/api/v2/status`, AlertmanagerStatus)).version,
  alerts: () => http.get(path`/api/v2/alerts`, SentAlerts),
  silences: () => http.get(path`/api/v2/silences`, Silences),
});

const reads = (http: ReadHttp<Settings>) => {
  const second = http.also('alertmanager');
  return {
    settings: http.settings,
    now: http.now,
    /** `at` in unix seconds. */
    query: (query: string, at: number) =>
      asked(http, path`/api/v1/query`, { query, time: at.toFixed(3) }),
    queryRange: (query: string, { start, end, step }: Span) =>
      asked(http, path`/api/v1/query_range`, {
        query,
        start: start.toFixed(3),
        end: end.toFixed(3),
        step,
      }),
    /** Names of metrics that match an RE2 pattern as a whole. */
    metricNames: (pattern: string) =>
      http.get(path`/api/v1/label/__name__/values`, Names, {
        'match[]': `{__name__=~${JSON.stringify(pattern)}}`,
        limit: 1_000,
      }),
    alerts: () => http.get(path`/api/v1/alerts`, Alerts),
    rules: () => http.get(path`/api/v1/rules`, Rules, { exclude_alerts: true }),
    targets: () => http.get(path`/api/v1/targets`, Targets, { state: 'active' }),
    droppedTargets: () => http.get(path`/api/v1/targets`, DroppedTargets, { state: 'dropped' }),
    alertmanagers: () => http.get(path`/api/v1/alertmanagers`, Alertmanagers),
    version: async () => (await http.get(path`/api/v1/status/buildinfo`, Build)).version,
    runtime: () => http.get(path`/api/v1/status/runtimeinfo`, Runtime),
    /** The one that was configured beside it. */
    alertmanager: second && alertmanager(second),
  };
};

/** One Prometheus, and its Alertmanager if there is one. */
export type Prometheus = ReturnType<typeof reads>;

export const { read, health, doctor } = defineClient<Prometheus, object, Settings>({
  reads,
  describeError: describeError,
  queries: /^\/api\/v1\/query(_range)?$/,
});
