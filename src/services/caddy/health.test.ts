import { describe, expect, test } from 'vitest';
import { caddyLab, type CaddyLab } from '../../../test/caddy-lab.ts';
import { day, hour } from '../../demo/world/clock.ts';
import { proxyIncidents } from '../../demo/incidents/proxy.ts';

interface Finding {
  id: string;
  severity: string;
  message: string;
  next?: { tool: string; arguments: Record<string, unknown> };
}
const health = async ({
  call,
}: CaddyLab): Promise<{
  state: string;
  facts: Record<string, string | number>;
  findings: Finding[];
  gaps: { what: string; why: string }[];
  text: string;
}> => {
  const { data, text } = await call('service_health', { service: 'caddy' });
  return { gaps: [], ...data.services[0], text };
};
const ids = ({ findings }: { findings: Finding[] }): string[] =>
  findings.map(({ id, severity }) => `${severity} ${id}`);

describe('the healthy pair', () => {
  test('finds nothing, in one line a person can read', async () => {
    const { text, facts, findings } = await health(await caddyLab());
    expect(text).toMatch(
      /^(All clear|Nothing is broken).*21 sites, upstreams 18\/20 up, 2 unchecked\.$/m,
    );
    expect(facts).toEqual({
      sites: 21,
      upstreams: '18/20 up, 2 unchecked',
      '5xx since reload': expect.stringMatching(/^0 of \d+(,\d{3})*$/),
      certificates: expect.stringMatching(/^next ends in 6[56] d/),
    });
    expect(findings).toEqual([]);
  });
});

describe.each(Object.entries(proxyIncidents))('incident %s', (_, { apply, ...incident }) => {
  const expected = 'expect' in incident ? incident.expect : undefined;
  test(expected ? `is found: ${expected}` : 'is nothing', async () => {
    const at = await caddyLab();
    apply(at.world);
    const report = await health(at);
    if (expected === undefined) expect(ids(report)).toEqual([]);
    else expect(report.findings.map(({ id }) => id)).toContain(expected);
    expect(report.gaps).toEqual([]);
  });

  test('every finding names a call that works', async () => {
    const at = await caddyLab();
    apply(at.world);
    for (const { next } of (await health(at)).findings)
      if (next) expect(await at.call(next.tool, next.arguments)).toMatchObject({ isError: false });
  });
});

describe('upstreams', () => {
  test('the last one of a site is critical, one of two a warning', async () => {
    const at = await caddyLab();
    at.world.proxy.crashed.push('n8n', 'dns2');
    const report = await health(at);
    expect(ids(report)).toEqual([
      'critical caddy.upstream-down/10.0.30.62:5678',
      'warning caddy.upstream-down/10.0.10.3:80',
    ]);
    expect(report.findings[0]).toMatchObject({
      message:
        '10.0.30.62:5678 is down (fails its health check); n8n.lab.example.net has no other upstream',
      next: {
        tool: 'caddy_list_sites',
        arguments: { host: 'n8n.lab.example.net', problems: true },
      },
    });
    expect(report.text).toContain('upstreams 16/20 up, 2 unchecked');
  });

  test('what a site fails at for lack of its upstream is not told a second time', async () => {
    const at = await caddyLab();
    at.world.proxy.crashed.push('nextcloud');
    const report = await health(at);
    expect(ids(report)).toEqual(['critical caddy.upstream-down/10.0.30.60:443']);
    expect(report.facts['5xx since reload']).toMatch(/^8 of /);
  });

  test('failures below max_fails are no finding', async () => {
    const at = await caddyLab({
      edit: (config) =>
        JSON.parse(JSON.stringify(config).replaceAll('"max_fails":3', '"max_fails":4')),
    });
    at.world.proxy.crashed.push('dns1');
    const report = await health(at);
    expect(ids(report)).toEqual(['warning caddy.upstream-down/10.0.10.2:80']);
    expect(report.findings[0]?.message).toContain('requests to it fail');
    at.sites('dns').forEach((site) => {
      site.requestsPerSecond = 0;
    });
    expect(ids(await health(at))).toEqual([]);
  });
});

describe('what could not be read', () => {
  test('metrics: upstreams are not read, and not "0 up"', async () => {
    const at = await caddyLab();
    for (const server of at.caddy.servers)
      server.inject({ status: 500, body: '{"error":"x"}' }, { path: /metrics/ });
    const report = await health(at);
    expect(report.facts['upstreams']).toBe('not read');
    expect(report.text).not.toMatch(/0\/20|unknown/);
    expect(ids(report)).toEqual([]);
  });

  test('metrics of one of the pair: the other one is enough to say what is up', async () => {
    const at = await caddyLab();
    at.caddy.servers[1]?.inject({ status: 500, body: '{"error":"x"}' }, { path: /metrics/ });
    expect((await health(at)).facts['upstreams']).toBe('18/20 up, 2 unchecked');
  });
});

test('a pair that is one machine is told', async () => {
  const { env } = await caddyLab();
  const url = env['CADDY_CADDY2_URL'] ?? '';
  // Two names of one machine: that the addresses are one and the same is not to be seen in them.
  const both = await caddyLab({
    env: {
      CADDY_CADDY1_URL: url.replace('127.0.0.1', '0.0.0.0'),
      CADDY_CADDY1_HOST_HEADER: new URL(url).host,
      CADDY_CADDY2_URL: url,
    },
  });
  expect(ids(await health(both))).toEqual(['warning caddy.same-machine/caddy1+caddy2']);
});

test('two that a machine started together are two, as the moments they read their configurations tell', async () => {
  const lab = await caddyLab();
  const [one, two] = [lab.node('caddy1'), lab.node('caddy2')];
  two.startedAt = one.startedAt;
  two.loadedAt = one.loadedAt + 1;
  expect(ids(await health(lab))).toEqual([]);
  two.loadedAt = one.loadedAt;
  expect(ids(await health(lab))).toEqual(['warning caddy.same-machine/caddy1+caddy2']);
});

describe('5xx', () => {
  test('two samples make a rate; a counter alone is history', async () => {
    const at = await caddyLab();
    at.sites('nextcloud').forEach((site) => {
      site.errorShare = 0.75;
    });
    const report = await health(at);
    expect(ids(report)).toEqual(['critical caddy.error-rate/nextcloud.lab.example.net']);
    expect(report.findings[0]?.message).toBe(
      'nextcloud.lab.example.net answers 75 % of its requests with a 5xx right now: 6 of 8 requests (500 ×6) between two samples on caddy1',
    );
    at.sites('nextcloud').forEach((site) => {
      site.errorShare = 0;
    });
    expect(ids(await health(at))).toEqual([]);
  });

  test('much in the past and nothing now is said once, as info, with the moment it counts from', async () => {
    const at = await caddyLab();
    at.node('caddy1').loadedAt = at.world.now();
    at.sites('nextcloud').forEach((site) => {
      site.errorShare = 0.5;
    });
    await health(at);
    at.sites('nextcloud').forEach((site) => {
      site.errorShare = 0;
    });
    const report = await health(at);
    expect(ids(report)).toEqual(['info caddy.errors-since-reload/caddy1']);
    expect(report.findings[0]?.message).toMatch(
      /^caddy1 answered many requests with a 5xx since the reload at \d{4}-.*Z, none of them right now: nextcloud\.lab\.example\.net \d+ of \d+ requests \(500 ×\d+\)$/,
    );
    expect(report.state).toBe('ok');
  });

  describe('a site that fails at every request, and gets few', () => {
    const failing = async (
      name: string,
      pastFailures: number,
      change: (at: CaddyLab) => void = () => undefined,
    ) => {
      const at = await caddyLab();
      at.sites(name, 'caddy1').forEach((site) =>
        Object.assign(site, { requestsPerSecond: 0, pastFailures }),
      );
      change(at);
      return health(at);
    };

    test('is a warning, though nobody asks in this second', async () => {
      const report = await failing('wiki', 5);
      expect(ids(report)).toEqual(['warning caddy.failing-since-reload/caddy1']);
      expect(report.findings[0]?.message).toMatch(
        /^caddy1 answered \(nearly\) every request with a 5xx since the reload at \S+: wiki\.lab\.example\.net 5 of 5 requests \(502 ×5\)$/,
      );
      expect(report.text).not.toMatch(/^All clear/);
    });

    test('once or twice says little: worth knowing', async () => {
      expect(ids(await failing('wiki', 2))).toEqual(['info caddy.errors-since-reload/caddy1']);
    });

    test('whose upstream passes its health check by now is over it', async () => {
      expect(ids(await failing('audiobookshelf', 5))).toEqual([
        'info caddy.errors-since-reload/caddy1',
      ]);
    });
  });

  test('a share below the threshold is no finding, and the threshold is configuration', async () => {
    const rate = (site: { errorShare: number; requestsPerSecond: number }): void => {
      Object.assign(site, { errorShare: 0.04, requestsPerSecond: 100 });
    };
    const quiet = await caddyLab();
    quiet.sites('jellyfin').forEach(rate);
    expect(ids(await health(quiet))).toEqual([]);
    const strict = await caddyLab({ env: { CADDY_ERROR_PERCENT: '3' } });
    strict.sites('jellyfin').forEach(rate);
    expect(ids(await health(strict))).toEqual([
      'warning caddy.error-rate/jellyfin.lab.example.net',
    ]);
  });

  test('2.6 counts no hosts, and gives what it fails itself no status: seen all the same', async () => {
    const at = await caddyLab();
    at.world.proxy.version = '2.6';
    at.sites('files').forEach((site) => {
      site.action = { kind: 'redirect', to: 'https://example.net' };
    });
    at.world.proxy.crashed.push('nextcloud');
    const report = await health(at);
    expect(ids(report)).toEqual([
      'critical caddy.upstream-down/10.0.30.60:443',
      'warning caddy.error-rate/server_:443',
    ]);
    expect(report.findings[1]?.message).toMatch(
      /^server :443 answers \d+ % of its requests with a 5xx right now: 8 of \d+ requests \(no status ×8\)/,
    );
  });

  test('2.6 with a file server: its 404s have no status either, so nothing is claimed of them', async () => {
    const at = await caddyLab();
    at.world.proxy.version = '2.6';
    at.world.proxy.crashed.push('nextcloud');
    expect(ids(await health(at))).toEqual(['critical caddy.upstream-down/10.0.30.60:443']);
  });

  test('metrics that are off are said, never zero', async () => {
    const at = await caddyLab();
    at.world.proxy.httpMetrics = false;
    const report = await health(at);
    expect(report.facts).not.toHaveProperty('5xx since reload');
    expect(report.gaps).toEqual(
      ['caddy1', 'caddy2'].map((name) => ({
        what: `5xx on ${name}`,
        why: expect.stringMatching(
          /^HTTP metrics are off there\. Add `metrics` to its global options/,
        ),
      })),
    );
    expect(report.text).not.toMatch(/^All clear/);
  });
});

describe('certificates', () => {
  test.each([
    [60, []],
    [15, []],
    [13, ['warning']],
    [1, ['warning']],
    [-1, ['critical']],
  ] as const)('of ninety days, %i days before its end: %j', async (left, severities) => {
    const at = await caddyLab();
    for (const node of at.world.proxy.nodes)
      node.certificate = {
        ...node.certificate,
        from: at.world.now() - (90 - left) * day,
        to: at.world.now() + left * day,
      };
    const report = await health(at);
    expect(ids(report)).toEqual(
      severities.map((severity) => `${severity} caddy.certificate-expiring/*.lab.example.net`),
    );
  });

  test.each([
    [5, []],
    [1.5, ['warning']],
  ] as const)('of twelve hours, %d hours before its end: %j', async (left, severities) => {
    const at = await caddyLab();
    for (const node of at.world.proxy.nodes)
      node.certificate = {
        ...node.certificate,
        from: at.world.now() - (12 - left) * hour,
        to: at.world.now() + left * hour,
      };
    expect(ids(await health(at))).toEqual(
      severities.map((severity) => `${severity} caddy.certificate-expiring/*.lab.example.net`),
    );
  });

  test('of one of the pair only, says whose', async () => {
    const at = await caddyLab();
    at.node('caddy2').certificate = {
      ...at.node('caddy2').certificate,
      to: at.world.now() + 3 * day,
    };
    const report = await health(at);
    expect(report.findings[0]?.message).toMatch(
      /^The certificate for \*\.lab\.example\.net on caddy2 expires in (2 d 23 h|3 d) and was not renewed \(.* and 18 more\)$/,
    );
    expect(report.facts['certificates']).toMatch(/^next ends in (2 d|3 d)/);
  });

  test('a site without one cannot be opened: critical where on all, a warning where on one', async () => {
    const at = await caddyLab();
    at.node('caddy1').withoutCertificate.push(at.world.fqdn('n8n'), at.world.fqdn('wiki'));
    at.node('caddy2').withoutCertificate.push(at.world.fqdn('n8n'));
    expect(ids(await health(at))).toEqual([
      'critical caddy.tls-failing/n8n.lab.example.net',
      'warning caddy.tls-failing/wiki.lab.example.net',
    ]);
  });

  test('one that shakes hands late is not seen, and no fault; the others are looked at', async () => {
    const at = await caddyLab({ env: { LARES_DEADLINE_MS: '6000' } });
    at.node('caddy1').slowHandshakes[at.world.fqdn('immich')] = 8_000;
    const report = await health(at);
    expect(ids(report)).toEqual([]);
    expect(report.gaps).toEqual([
      {
        what: 'certificates of immich.lab.example.net on caddy1',
        why: expect.stringContaining('no handshake within 3.6 s'),
      },
    ]);
    expect(report.facts['certificates']).toMatch(/^next ends in 6[56] d/);
  });

  test('a handshake that fails once and then does not is none that fails', async () => {
    const at = await caddyLab();
    const host = at.world.fqdn('n8n');
    const node = at.node('caddy1');
    node.withoutCertificate.push(host);
    // The fake looks once a handshake: after the first one it has the certificate.
    let looks = 0;
    node.withoutCertificate.includes = (name) => name === host && (looks += 1) === 1;
    expect(ids(await health(at))).toEqual([]);
    expect(looks).toBe(2);
  });

  test('where no site can be reached from here, that is not checked, and no outage', async () => {
    const at = await caddyLab({
      env: { CADDY_CADDY1_SITE_PORT: '1', CADDY_CADDY2_SITE_PORT: '1' },
    });
    const report = await health(at);
    expect([ids(report), report.gaps]).toEqual([
      [],
      ['caddy1', 'caddy2'].map((name) => ({
        what: `certificates of ${name}`,
        why: expect.stringMatching(
          /^TLS \S+ at 127\.0\.0\.1:1: connection refused\. Set CADDY_SITE_ADDRESS and CADDY_SITE_PORT/,
        ),
      })),
    ]);
    expect(report.text).not.toMatch(/^All clear/);
  });

  test('a certificate that would be ordered by being asked for is not asked for', async () => {
    const at = await caddyLab({
      edit: (config) =>
        JSON.parse(JSON.stringify(config).replace('"issuers":', '"on_demand":true,"issuers":')),
    });
    for (const node of at.world.proxy.nodes)
      node.withoutCertificate.push(...node.sites.map(({ host }) => host));
    const report = await health(at);
    expect([ids(report), 'certificates' in report.facts]).toEqual([[], false]);
  });
});

describe('drift', () => {
  test('sites that differ are a warning; logging and storage of their own are only told', async () => {
    const at = await caddyLab({
      edit: (config, name) => ({
        ...config,
        storage: { module: 'file_system', root: `/srv/${name}` },
      }),
    });
    expect(ids(await health(at))).toEqual(['info caddy.config-drift/storage']);
    at.sites('n8n', 'caddy2').forEach(({ action }) => {
      if (action.kind === 'proxy') action.upstreams = [{ guest: 'n8n', port: 5679 }];
    });
    const report = await health(at);
    expect(ids(report)).toEqual([
      'warning caddy.config-drift/sites',
      'info caddy.config-drift/storage',
    ]);
    expect(report.findings[0]).toMatchObject({
      message: 'caddy1 and caddy2 do not serve the same: n8n.lab.example.net',
      next: { tool: 'caddy_list_sites', arguments: { problems: true } },
    });
  });

  test('one Caddy alone has nothing to differ from', async () => {
    const at = await caddyLab({
      env: { CADDY_CADDY2_URL: undefined, CADDY_CADDY2_SITE_PORT: undefined },
    });
    at.node('caddy2').sites = [];
    const report = await health(at);
    expect([report.state, ids(report), report.facts['sites']]).toEqual(['ok', [], 21]);
  });
});
