import type { Answer, Reply, Seen } from '../../../demo/loopback.ts';
import { goTime } from './go.ts';
import type { Head } from './head.ts';
import type { Knobs } from './knobs.ts';
import { labelNames, labelValues, seriesLabels } from './metadata.ts';
import { answerQuery } from './query.ts';
import { plain, refuseStranger, success } from './reply.ts';
import { alertJson, ruleGroups } from './rule-groups.ts';
import { targets } from './targets.ts';

/** The HTTP API v1 over a head. `alertmanagerUrl` is what it says it sends to. */
export const prometheusApi =
  (head: Head, knobs: Knobs, alertmanagerUrl: () => string): Answer =>
  (seen) => {
    if (!head.world.isUp('prometheus')) return { drop: true };
    const denied = refuseStranger(seen, knobs.auth);
    if (denied) return denied;
    const path = seen.path.startsWith(knobs.prefix)
      ? seen.path.slice(knobs.prefix.length)
      : undefined;
    if (path === '/-/healthy') return plain(200, 'Prometheus Server is Healthy.');
    if (path === undefined || !path.startsWith('/api/v1/')) return plain(404, '404 page not found');
    if (!knobs.ready)
      return plain(503, 'Service Unavailable', { 'x-prometheus-stopping': 'false' });
    head.settle();
    return answerEndpoint(head, knobs, alertmanagerUrl, path.slice('/api/v1/'.length), seen);
  };

function answerEndpoint(
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
  if (knobs.compatible && /^(alertmanagers|status\/runtimeinfo)$/.test(endpoint))
    return plain(
      400,
      `remoteAddr: "10.0.30.60:41822"; requestURI: /api/v1/${endpoint}; unsupported path requested: "/api/v1/${endpoint}"`,
    );
  if (endpoint === 'query' || endpoint === 'query_range')
    return answerQuery(head, parameters, knobs, endpoint === 'query_range');
  if (label !== undefined) return labelValues(head, decodeURIComponent(label), parameters, knobs);
  if (endpoint === 'labels') return labelNames(head, parameters);
  if (endpoint === 'series') return seriesLabels(head, parameters);
  if (endpoint === 'targets')
    return success(targets(head, parameters.get('state') ?? 'any', knobs));
  if (endpoint === 'alerts')
    return success({ alerts: knobs.compatible ? [] : head.alerts().map(alertJson) });
  if (endpoint === 'rules')
    return success({ groups: knobs.compatible ? [] : ruleGroups(head, parameters, knobs) });
  if (endpoint === 'alertmanagers')
    return success({
      activeAlertmanagers:
        prometheus.alertmanagers === 0 ? [] : [{ url: `${alertmanagerUrl()}/api/v2/alerts` }],
      droppedAlertmanagers: [],
    });
  if (endpoint === 'status/buildinfo') return buildInfo(knobs);
  if (endpoint === 'status/runtimeinfo') return runtimeInfo(head, knobs);
  return plain(404, '404 page not found');
}

function buildInfo({ version, compatible }: Knobs): Reply {
  if (compatible) return success({ version: '2.24.0' });
  return success({
    version,
    revision: 'demo',
    branch: 'HEAD',
    buildUser: 'demo',
    buildDate: '20260929-11:59:39',
    goVersion: 'go1.27.1',
  });
}

function runtimeInfo({ world }: Head, { version }: Knobs): Reply {
  const { startedAt, reloadOk, configReadAt } = world.monitoring.prometheus;
  return success({
    startTime: goTime(startedAt),
    CWD: '/',
    reloadConfigSuccess: reloadOk,
    lastConfigTime: goTime(configReadAt),
    corruptionCount: 0,
    goroutineCount: 43,
    GOMAXPROCS: 4,
    ...(version !== '2.42.0' && {
      GOMEMLIMIT: 7_516_192_768,
      hostname: 'prometheus',
      serverTime: goTime(world.now()),
    }),
    GOGC: '75',
    GODEBUG: '',
    storageRetention: '15d',
  });
}
