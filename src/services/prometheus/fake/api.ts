import type { Answer, Reply, Seen } from '../../../demo/loopback.ts';
import { isWatched, type Target } from '../../../demo/world/monitoring.ts';
import { downtimeOf } from './downtime.ts';
import { goExponent, goTime } from './go.ts';
import type { Knobs } from './knobs.ts';
import { parse } from './promql/parser.ts';
import { ParseError, type Matcher } from './promql/syntax.ts';
import { answerQuery, failure, Refusal, success } from './query.ts';
import type { Alert, Evaluated, Head } from './head.ts';
import { labelsOf } from './series.ts';
import { matching } from './store.ts';

const plain = (status: number, body: string, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
  body: `${body}\n`,
});

/** Basic auth as exporter-toolkit does it: it guards everything, health pages too. */
export function refused({ headers }: Seen, auth: Knobs['auth']): Reply | undefined {
  const expected =
    auth && `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;
  return expected && headers.authorization !== expected
    ? plain(401, 'Unauthorized', { 'www-authenticate': 'Basic' })
    : undefined;
}

/** The HTTP API v1 over a head. `alertmanagerUrl` is what it says it sends to. */
export const prometheusApi =
  (head: Head, knobs: Knobs, alertmanagerUrl: () => string): Answer =>
  (seen) => {
    if (!head.world.isUp('prometheus')) return { drop: true };
    const denied = refused(seen, knobs.auth);
    if (denied) return denied;
    const path = seen.path.startsWith(knobs.prefix)
      ? seen.path.slice(knobs.prefix.length)
      : undefined;
    if (path === '/-/healthy') return plain(200, 'Prometheus Server is Healthy.');
    if (path === undefined || !path.startsWith('/api/v1/')) return plain(404, '404 page not found');
    if (!knobs.ready)
      return plain(503, 'Service Unavailable', { 'x-prometheus-stopping': 'false' });
    head.settle();
    return answered(head, knobs, alertmanagerUrl, path.slice('/api/v1/'.length), seen);
  };

function answered(
  head: Head,
  knobs: Knobs,
  alertmanagerUrl: () => string,
  endpoint: string,
  { method, query, body }: Seen,
): Reply {
  const parameters =
    method === 'POST' ? new URLSearchParams([...query, ...new URLSearchParams(body)]) : query;
  const { prometheus } = head.world.monitoring;
  const label = /^label\/([^/]+)\/values$/.exec(endpoint)?.[1];
  if (
    method !== 'GET' &&
    !(method === 'POST' && /^(query|query_range|labels|series)$/.test(endpoint))
  )
    return plain(405, 'Method Not Allowed');
  if (endpoint === 'query' || endpoint === 'query_range')
    return answerQuery(head, parameters, knobs, endpoint === 'query_range');
  if (label !== undefined) return labelValues(head, decodeURIComponent(label), parameters, knobs);
  if (endpoint === 'labels')
    return names(() =>
      [...new Set(selected(head, parameters).flatMap(({ labels }) => Object.keys(labels)))].sort(),
    );
  if (endpoint === 'series')
    return parameters.has('match[]')
      ? names(() => selected(head, parameters).map(({ labels }) => labels))
      : failure(400, 'bad_data', 'no match[] parameter provided');
  if (endpoint === 'targets')
    return success(targets(head, parameters.get('state') ?? 'any', knobs));
  if (endpoint === 'alerts') return success({ alerts: head.alerts().map(alertJson) });
  if (endpoint === 'rules') return success({ groups: groups(head, parameters, knobs) });
  if (endpoint === 'alertmanagers')
    return success({
      activeAlertmanagers:
        prometheus.alertmanagers === 0 ? [] : [{ url: `${alertmanagerUrl()}/api/v2/alerts` }],
      droppedAlertmanagers: [],
    });
  if (endpoint === 'status/buildinfo')
    return success({
      version: knobs.version,
      revision: 'demo',
      branch: 'HEAD',
      buildUser: 'demo',
      buildDate: '20260929-11:59:39',
      goVersion: 'go1.27.1',
    });
  if (endpoint === 'status/runtimeinfo')
    return success({
      startTime: goTime(prometheus.startedAt),
      CWD: '/',
      reloadConfigSuccess: prometheus.reloadOk,
      lastConfigTime: goTime(prometheus.configReadAt),
      corruptionCount: 0,
      goroutineCount: 43,
      GOMAXPROCS: 4,
      ...(knobs.version !== '2.42.0' && {
        GOMEMLIMIT: 7_516_192_768,
        hostname: 'prometheus',
        serverTime: goTime(head.world.now()),
      }),
      GOGC: '75',
      GODEBUG: '',
      storageRetention: '15d',
    });
  return plain(404, '404 page not found');
}

function names(ask: () => unknown): Reply {
  try {
    return success(ask());
  } catch (error) {
    if (error instanceof Refusal) return error.reply;
    throw error;
  }
}

function labelValues(
  head: Head,
  label: string,
  parameters: URLSearchParams,
  { version }: Knobs,
): Reply {
  if (version === '2.42.0' && !/^[a-zA-Z_]\w*$/.test(label))
    return failure(400, 'bad_data', `invalid label name: ${JSON.stringify(label)}`);
  return names(() =>
    [...new Set(selected(head, parameters).flatMap(({ labels }) => labels[label] ?? []))].sort(),
  );
}

function selected(head: Head, parameters: URLSearchParams) {
  const selectors = parameters.getAll('match[]').map(matchersOf);
  return selectors.length === 0
    ? head.series
    : head.series.filter((one) =>
        selectors.some((matchers) => matching([one], matchers).length > 0),
      );
}

function matchersOf(text: string): readonly Matcher[] {
  try {
    const expression = parse(text);
    return expression.kind === 'selector' ? expression.matchers : [];
  } catch (error) {
    throw error instanceof ParseError ? new Refusal('match[]', error.message) : error;
  }
}

function targets(head: Head, state: string, { version }: Knobs): object {
  const known = head.world.monitoring.targets;
  const active =
    state === 'active' || state === 'any'
      ? known.filter((target) => isWatched(head.world, target))
      : [];
  const dropped =
    state === 'dropped' || state === 'any'
      ? known.filter((target) => !isWatched(head.world, target))
      : [];
  const counts = dropped.reduce<Record<string, number>>(
    (sums, { job }) => ({ ...sums, [job]: (sums[job] ?? 0) + 1 }),
    {},
  );
  const modern = version !== '2.42.0';
  return {
    activeTargets: active.map((target) => targetJson(head, target)),
    droppedTargets: dropped.map((target) => ({
      discoveredLabels: discovered(target),
      ...(modern && { scrapePool: target.job }),
    })),
    ...(modern && { droppedTargetCounts: state === 'active' ? null : counts }),
  };
}

const discovered = ({ job, host, port, path, labels }: Target): object => ({
  __address__: `${host}:${port}`,
  __metrics_path__: path.replace(/\?.*/, ''),
  __scheme__: 'http',
  __scrape_interval__: '15s',
  __scrape_timeout__: '10s',
  job,
  ...labels,
});

function targetJson({ world, memory }: Head, target: Target): object {
  const down = downtimeOf(world, target, memory);
  const url = `http://${target.host}:${target.port}${target.path}`;
  return {
    discoveredLabels: discovered(target),
    labels: labelsOf(target),
    scrapePool: target.job,
    scrapeUrl: url,
    globalUrl: url,
    lastError: down ? `Get ${JSON.stringify(url)}: ${down.error}` : '',
    lastScrape: goTime(world.now() - 4_000),
    lastScrapeDuration: 0.014,
    health: down ? 'down' : 'up',
    scrapeInterval: '15s',
    scrapeTimeout: '10s',
  };
}

const alertJson = ({ labels, annotations, state, activeAt, value }: Alert): object => ({
  labels,
  annotations,
  state,
  activeAt: goTime(activeAt),
  value: goExponent(value),
});

function groups(head: Head, parameters: URLSearchParams, { version }: Knobs): object[] {
  const evaluated = head.rules();
  const type = parameters.get('type');
  const withAlerts = version === '2.42.0' || parameters.get('exclude_alerts') !== 'true';
  return [...new Set(evaluated.map(({ rule }) => rule.group))].map((name) => ({
    name,
    file: '/etc/prometheus/rules.yml',
    interval: 15,
    limit: 0,
    evaluationTime: 0.0012,
    lastEvaluation: goTime(head.world.now() - 6_000),
    rules: evaluated
      .filter(
        ({ rule }) =>
          rule.group === name &&
          (type === null || (type === 'record') === (rule.forSeconds === null)),
      )
      .map((one) => ruleJson(one, head, withAlerts)),
  }));
}

function ruleJson(
  { rule, alerts, error }: Evaluated,
  { world }: Head,
  withAlerts: boolean,
): object {
  const common = {
    name: rule.name,
    query: rule.query,
    health: error ? 'err' : 'ok',
    ...(error && { lastError: error }),
    evaluationTime: 0.0002,
    lastEvaluation: goTime(world.now() - 6_000),
  };
  if (rule.forSeconds === null) return { ...common, type: 'recording' };
  const state = alerts.some((alert) => alert.state === 'firing')
    ? 'firing'
    : alerts.length > 0
      ? 'pending'
      : 'inactive';
  return {
    ...common,
    state,
    duration: rule.forSeconds,
    keepFiringFor: 0,
    labels: rule.labels,
    annotations: rule.annotations,
    alerts: withAlerts ? alerts.map(alertJson) : [],
    type: 'alerting',
  };
}
