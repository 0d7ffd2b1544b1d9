import { describe, expect, test } from 'vitest';
import new211 from './fixtures/recorded-2.11.4.json' with { type: 'json' };
import old26 from './fixtures/recorded-2.6.2.json' with { type: 'json' };
import { parseMetrics, versionOf } from './metrics.ts';
import { Config, Upstreams } from './schema/index.ts';
import { sitesOf } from './sites.ts';
import { between, countsRequests, trafficOf, type Tally } from './traffic.ts';
import { healthOf } from './upstream-health.ts';

/** What real Caddies answered, read as any answer is. */
const read = ({ config, upstreams, metrics }: typeof old26 | typeof new211) => ({
  config: Config.parse(config),
  upstreams: Upstreams.parse(upstreams),
  metrics: parseMetrics(metrics.join('\n')),
});
const tallies = (recorded: ReturnType<typeof read>): Record<string, Tally> =>
  Object.fromEntries(trafficOf(recorded.metrics, recorded.config).tallies);

describe.each([
  ['2.6.2', old26, 8080, 8443],
  ['2.11.4', new211, 8180, 8543],
] as const)('recorded from %s', (_, recorded, http, https) => {
  test('its sites', () => {
    expect(
      sitesOf(read(recorded).config).map(({ host, ports, tls, rules }) => [
        host,
        ports[0],
        tls,
        rules.map(({ when, does }) => `${when}: ${does}`),
      ]),
    ).toEqual([
      ['static.lab.test', http, undefined, [': respond 200']],
      ['down.lab.test', http, undefined, [': proxy → 127.0.0.1:9109']],
      ['app.lab.test', http, undefined, [': proxy → 127.0.0.1:9101, 127.0.0.1:9102 (round_robin)']],
      ['err.lab.test', http, undefined, [': respond 500']],
      [
        'secure.lab.test',
        https,
        'internal CA',
        ['path /api/*: strip /api, proxy → 127.0.0.1:9101', 'otherwise: respond 200'],
      ],
    ]);
  });

  test('HTTP metrics are on, and its upstreams are read', () => {
    const { config, upstreams } = read(recorded);
    expect(countsRequests(config)).toBe(true);
    expect(upstreams.map(({ address, fails }) => [address, fails])).toEqual([
      ['127.0.0.1:9109', 0],
      ['127.0.0.1:9101', 0],
      ['127.0.0.1:9102', 0],
    ]);
  });

  test('9109 is dead and has no checks: its gauge is 1 or missing, and it is called unchecked', () => {
    const { config, ...observed } = read(recorded);
    const sites = sitesOf(config);
    expect(
      healthOf(
        { address: '127.0.0.1:9109', active: false, maxFails: undefined, isDynamic: false },
        sites,
        observed,
      ).health,
    ).toBe('unchecked');
    expect(
      healthOf(
        { address: '127.0.0.1:9102', active: true, maxFails: 1, isDynamic: false },
        sites,
        observed,
      ),
    ).toEqual({ health: 'up', why: '' });
  });
});

describe('5xx in the recordings', () => {
  test('2.11.4 counts by site, its own 502s with their status; redirects that Caddy adds and strange hosts are no site', () => {
    expect(tallies(read(new211))).toEqual({
      'app.lab.test': { requests: 9, errors: 3, byCode: { 503: 3 } },
      'down.lab.test': { requests: 3, errors: 3, byCode: { 502: 3 } },
      'err.lab.test': { requests: 3, errors: 3, byCode: { 500: 3 } },
      'static.lab.test': { requests: 3, errors: 0, byCode: {} },
      'secure.lab.test': { requests: 2, errors: 0, byCode: {} },
    });
    expect(trafficOf(read(new211).metrics, read(new211).config).since).toMatch(
      /^since the reload at 2026-11-23T/,
    );
    expect(versionOf(read(new211).metrics)).toBe('2.9 or newer');
  });

  test('2.6.2 counts by server, and its three 502s are only missing from the histogram', () => {
    expect(tallies(read(old26))).toEqual({
      'server :8080': { requests: 18, errors: 9, byCode: { 500: 3, 503: 3, 'no status': 3 } },
      'server :8443': { requests: 2, errors: 0, byCode: {} },
    });
    expect(versionOf(read(old26).metrics)).toBe('2.8 or older');
  });

  test('2.11.1 and older count a request under every handler of its route: only the first counts', () => {
    const config = Config.parse({
      apps: {
        http: {
          servers: {
            srv0: {
              metrics: {},
              listen: [':80'],
              routes: [
                { handle: [{ handler: 'headers' }, { handler: 'reverse_proxy', upstreams: [] }] },
              ],
            },
          },
        },
      },
    });
    const rows = ['headers', 'reverse_proxy'].flatMap((handler) => [
      `caddy_http_requests_total{handler="${handler}",server="srv0"} 10`,
      `caddy_http_request_duration_seconds_count{code="200",handler="${handler}",method="GET",server="srv0"} 6`,
      `caddy_http_request_duration_seconds_count{code="502",handler="${handler}",method="GET",server="srv0"} 4`,
    ]);
    expect(Object.fromEntries(trafficOf(parseMetrics(rows.join('\n')), config).tallies)).toEqual({
      'server :80': { requests: 10, errors: 4, byCode: { 502: 4 } },
    });
  });

  test('requests in flight are not errors without a status', () => {
    const { config } = read(old26);
    const metrics = parseMetrics(
      [
        'caddy_http_requests_total{handler="subroute",server="srv0"} 12',
        'caddy_http_requests_in_flight{handler="subroute",server="srv0"} 3',
        'caddy_http_request_errors_total{handler="subroute",server="srv0"} 9',
        'caddy_http_request_duration_seconds_count{code="200",handler="subroute",method="GET",server="srv0"} 9',
      ].join('\n'),
    );
    expect(trafficOf(metrics, config).tallies.get('server :8080')).toEqual({
      requests: 12,
      errors: 0,
      byCode: {},
    });
  });

  test('a counter that went down was reset by a reload: no rate comes of it', () => {
    const sample = (requests: number, errors: number) => ({
      since: '',
      tallies: new Map([
        ['a', { requests, errors, byCode: { 502: errors } }],
        ['b', { requests, errors: 0, byCode: {} }],
      ]),
    });
    expect([...between(sample(10, 4), sample(14, 6))]).toEqual([
      ['a', { requests: 4, errors: 2, byCode: { 502: 2 } }],
      ['b', { requests: 4, errors: 0, byCode: {} }],
    ]);
    expect([...between(sample(10, 4), sample(3, 1))]).toEqual([]);
    expect([...between(sample(10, 4), sample(12, 1))].map(([site]) => site)).toEqual(['b']);
  });
});

describe('the text of metrics', () => {
  test('labels are unescaped, and buckets are left out', () => {
    const metrics = parseMetrics(
      '# HELP x\ncaddy_x{host="a\\"b\\\\c\\nd",le="1"} 1.5e+03\ncaddy_y_bucket{le="1"} 3\ngo_goroutines 5\n',
    );
    expect([...metrics]).toEqual([
      ['caddy_x', [{ labels: { host: 'a"b\\c\nd', le: '1' }, value: 1500 }]],
    ]);
  });

  test.each(['', '<!doctype html><p>It works!', '{"unexpected":42}'])(
    '%j is no metrics, and is never read as zero',
    (text) => {
      expect(() => parseMetrics(text)).toThrow(/GET \/metrics: no metrics in it/);
    },
  );
});
