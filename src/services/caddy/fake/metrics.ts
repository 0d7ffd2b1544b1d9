import { second } from '../../../demo/world/clock.ts';
import type { ProxyNode } from '../../../demo/world/proxy.ts';
import type { World } from '../../../demo/world/index.ts';
import { type Count, type Counters, upstreamsOf } from './traffic.ts';

/** GET /metrics as the recordings of 2.6.2 and 2.11.4 have it: hosts only in 2.11, what fails in the proxy itself without a status in 2.6. */
export function metricsOf(world: World, node: ProxyNode, counters: Counters): string {
  const old = world.proxy.version === '2.6';
  const rows: string[] = [];
  if (!old)
    rows.push(
      row('caddy_config_last_reload_success_timestamp_seconds', {}, node.loadedAt / second),
      row('caddy_config_last_reload_successful', {}, node.reloadOk ? 1 : 0),
    );
  if (world.proxy.httpMetrics)
    for (const [host, count] of old ? merged(counters.scrape()) : counters.scrape())
      rows.push(...requestRows(host, count));
  rows.push(
    ...gauges(world, node),
    row('go_info', { version: old ? 'go1.19.8' : 'go1.26.5' }, 1),
    row('process_start_time_seconds', {}, node.startedAt / second),
  );
  return `${rows.sort().join('\n')}\n`;
}

const row = (name: string, labels: Record<string, string>, value: number): string => {
  const inside = Object.entries(labels)
    .map(([key, text]) => `${key}="${text.replace(/[\\"]/g, '\\$&')}"`)
    .join(',');
  return `${name}${inside && `{${inside}}`} ${value}`;
};

function requestRows(
  host: string | undefined,
  { ok, upstreamErrors, proxyErrors }: Count,
): string[] {
  const site = { handler: 'subroute', ...(host !== undefined && { host }) };
  const labels = { ...site, server: 'srv0' };
  const whole = [ok, upstreamErrors, proxyErrors].map(Math.floor);
  const [good = 0, upstream = 0, proxy = 0] = whole;
  const codes: [string, number][] = [
    ['200', good],
    ['500', upstream],
    ...(host === undefined ? [] : [['502', proxy] as [string, number]]),
  ];
  const seen = codes.filter(([, n]) => n > 0);
  return [
    ...seen.flatMap(([code, n]) => [
      row(
        'caddy_http_request_duration_seconds_bucket',
        { code, ...site, method: 'GET', server: 'srv0', le: '+Inf' },
        n,
      ),
      row(
        'caddy_http_request_duration_seconds_count',
        { code, ...site, method: 'GET', server: 'srv0' },
        n,
      ),
      row(
        'caddy_http_response_size_bytes_count',
        { code, ...site, method: 'GET', server: 'srv0' },
        n,
      ),
    ]),
    row('caddy_http_requests_in_flight', labels, 0),
    ...(good + upstream + proxy > 0
      ? [row('caddy_http_requests_total', labels, good + upstream + proxy)]
      : []),
    ...(proxy > 0 ? [row('caddy_http_request_errors_total', labels, proxy)] : []),
  ];
}

/** Up to 2.8 nothing is counted by host. */
function merged(counts: ReadonlyMap<string, Count>): [undefined, Count][] {
  const total: Count = { ok: 0, upstreamErrors: 0, proxyErrors: 0 };
  for (const { ok, upstreamErrors, proxyErrors } of counts.values()) {
    total.ok += Math.floor(ok);
    total.upstreamErrors += Math.floor(upstreamErrors);
    total.proxyErrors += Math.floor(proxyErrors);
  }
  return [[undefined, total]];
}

/** The gauge is refreshed every 10 s, and a reload loses some until then. */
function gauges(world: World, node: ProxyNode): string[] {
  const fresh = world.now() - node.loadedAt < 10 * second;
  return upstreamsOf(world, node).flatMap(({ address, healthy }, i) =>
    fresh && i % 2 === 1
      ? []
      : [row('caddy_reverse_proxy_upstreams_healthy', { upstream: address }, healthy ? 1 : 0)],
  );
}
