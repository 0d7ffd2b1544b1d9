import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRuntime, type Runtime } from '../../src/core/runtime.ts';
import { services } from '../../src/services/index.ts';
import { caller, connect, type Lab } from '../harness.ts';
import { lacks, until } from './process.ts';
import { programs, startProxies, type Proxies } from './proxies.ts';

interface Site {
  host: string;
  tls?: string;
  drift?: string;
  on: string[];
  rules: { does: string; when?: string; upstreams?: { address: string; health: string }[] }[];
}

describe.skipIf(lacks('Caddy', programs))('a real pair of Caddies', () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'lares-test-'));
  const ends: (() => Promise<void>)[] = [];
  let proxies: Proxies;
  let call: Lab['call'];

  async function open(env: Record<string, string>): Promise<Lab['call']> {
    const runtime: Runtime = createRuntime(services, { LARES_STATE_DIR: stateDir, ...env });
    const client = await connect(runtime, '2026-07-28');
    ends.push(async () => {
      await client.close();
      await runtime.close();
    });
    return caller(client);
  }
  const health = async () => {
    const { data, text } = await call('service_health', { service: 'caddy' });
    return {
      ...data.services[0],
      text,
      ids: data.services[0].findings.map(({ id }: { id: string }) => id),
    };
  };

  beforeAll(async () => {
    proxies = await startProxies();
    call = await open({
      CADDY_CADDY1_URL: proxies.urls.caddy1,
      CADDY_CADDY2_URL: proxies.urls.caddy2,
      CADDY_CADDY2_SITE_ADDRESS: '127.0.0.2',
      LARES_DEADLINE_MS: '10000',
    });
  });
  afterAll(async () => {
    for (const end of ends) await end();
    await proxies?.close();
    rmSync(stateDir, { recursive: true, force: true });
  });

  it('says what each site does, and what Caddy knows of its upstreams', async () => {
    const { data } = await call('caddy_list_sites');
    expect(data.sites.map(({ host, tls, on, drift }: Site) => [host, tls, on, drift])).toEqual([
      ['app.lab.test', undefined, ['caddy1', 'caddy2'], undefined],
      ['down.lab.test', undefined, ['caddy1', 'caddy2'], undefined],
      ['old.lab.test', undefined, ['caddy1', 'caddy2'], undefined],
      ['secure.lab.test', 'internal CA', ['caddy1', 'caddy2'], undefined],
    ]);
    const [app, down, old, secure] = data.sites as Site[];
    expect(app?.rules[0]).toMatchObject({
      does: `proxy → ${proxies.upstream}, ${proxies.dead} (first)`,
      upstreams: [{ health: 'unchecked' }, { health: 'down', detail: 'fails its health check' }],
    });
    expect(down?.rules[0]?.upstreams).toEqual([
      { address: proxies.unwatched, health: 'unchecked', detail: 'no health check is configured' },
    ]);
    expect((await health()).ids).toEqual([
      `caddy.upstream-down/${proxies.dead}`,
      'caddy.config-drift/storage',
    ]);
    expect(old?.rules[0]?.does).toBe('redirect 301 → https://app.lab.test{http.request.uri}');
    expect(secure?.rules.map(({ when, does }) => [when, does])).toEqual([
      ['path /private/*', 'authenticate basic'],
      ['path /api/*', `strip /api, proxy → ${proxies.upstream}`],
      ['otherwise', 'respond 200'],
    ]);
    expect(data.differences).toEqual(['storage']);
  });

  it('shows the config without the hash that guards it', async () => {
    const { data, text } = await call('caddy_get_config', { path: 'apps/http/servers' });
    expect(data.versions[0].redacted).toEqual([expect.stringMatching(/accounts\/0\/password$/)]);
    expect(text + JSON.stringify(data)).not.toContain('JDJhJDE0');
    expect((await call('caddy_get_config', { path: 'apps/nosuch' })).text).toContain(
      'There is no "nosuch" in apps. There is:',
    );
    expect((await call('caddy_get_config', { path: 'apps/nosuch/deep' })).text).toContain(
      'invalid traversal path at: config/apps/nosuch/deep',
    );
  });

  it('sees the certificates by shaking hands, and does not fear the twelve hours of an internal one', async () => {
    const { facts, ids } = await until(
      'both have their certificate',
      health,
      ({ facts: { certificates } }) => certificates !== undefined,
    );
    expect(facts).toMatchObject({
      sites: 4,
      certificates: expect.stringMatching(/^next ends in 1[12] h/),
    });
    expect(ids.filter((id: string) => id.includes('certificate') || id.includes('tls'))).toEqual(
      [],
    );
  });

  it('tells a rate of 5xx while they happen, and only a count afterwards', async () => {
    const subject = proxies.recent ? 'app.lab.test' : `server_:${proxies.httpPort}`;
    expect(await proxies.visit('app.lab.test', '/fail')).toBe(503);
    let visiting = true;
    const visitors = (async () => {
      while (visiting) await proxies.visit('app.lab.test', '/fail');
    })();
    const during = await health();
    visiting = false;
    await visitors;
    expect(during.ids).toContain(`caddy.error-rate/${subject}`);
    expect(during.text).toMatch(
      /answers 100 % of its requests with a 5xx right now: \d+ of \d+ requests \(503 ×\d+\) in [01]\.\d s on caddy1/,
    );
    const { ids, text } = await health();
    expect(ids).not.toContain(`caddy.error-rate/${subject}`);
    expect(text).toMatch(
      /(?:INFO caddy\.errors-since-reload|WARNING caddy\.failing-since-reload)\/caddy1: caddy1 answered (?:many|\(nearly\) every) requests? with a 5xx since (?:the reload|it started) at \d{4}-/,
    );
  });

  it('sees what fails in Caddy itself, whether or not this version gives it a status', async () => {
    let visiting = true;
    const visitors = (async () => {
      while (visiting) expect(await proxies.visit('down.lab.test')).toBe(502);
    })();
    const { text } = await health();
    visiting = false;
    await visitors;
    expect(text).toMatch(
      proxies.recent
        ? /caddy\.error-rate\/down\.lab\.test: .*\(502 ×\d+\)/
        : /caddy\.error-rate\/server_:\d+: .*\(no status ×\d+\)/,
    );
  });

  it('so far has only read, and only what it says it reads', async () => {
    for (const name of ['caddy1', 'caddy2'] as const) {
      const asked = [
        ...(await proxies.admin(name, '/metrics')).matchAll(
          /^caddy_admin_http_requests_total\{.*method="(\w+)",path="([^"]+)"/gm,
        ),
      ].map(([, method, path]) => `${method} ${path}`);
      expect([...new Set(asked)].sort()).toEqual(expect.arrayContaining(['GET /config/']));
      expect(
        asked.filter(
          (one) => !['GET /config/', 'GET /metrics', 'GET /reverse_proxy/upstreams'].includes(one),
        ),
      ).toEqual([]);
    }
  });

  it('a pair that was changed on one side only is marked', async () => {
    const servers = JSON.parse(
      await proxies.admin('caddy2', '/config/apps/http/servers'),
    ) as Record<string, { routes: { match: { host: string[] }[] }[] }>;
    const [name, server] = Object.entries(servers).find(([, { routes }]) =>
      routes.some(({ match }) => match[0]?.host.includes('old.lab.test')),
    ) ?? ['', undefined];
    const index =
      server?.routes.findIndex(({ match }) => match[0]?.host.includes('old.lab.test')) ?? -1;
    await proxies.admin('caddy2', `/config/apps/http/servers/${name}/routes/${index}`, {
      method: 'DELETE',
      body: null,
    });
    const { data } = await call('caddy_list_sites', { problems: true });
    expect(data.sites.find(({ host }: Site) => host === 'old.lab.test')).toMatchObject({
      on: ['caddy1'],
      drift: 'not on caddy2',
    });
    expect((await health()).ids).toContain('caddy.config-drift/sites');
  });

  it('is let in at a unix socket', async () => {
    const socket = await open({ CADDY_URL: proxies.urls.socket, CADDY_SITE_ADDRESS: '127.0.0.3' });
    expect((await socket('caddy_list_sites')).data).toMatchObject({
      total: 4,
      instances: ['default'],
    });
    expect((await socket('service_health', { service: 'caddy' })).data.services[0]).toMatchObject({
      version: proxies.recent ? '2.9 or newer' : '2.8 or older',
      facts: { sites: 4 },
    });
  });

  it('one of the two that is gone is said, and the other one is told', async () => {
    await proxies.caddies.caddy2.stop();
    const { ids, state } = await health();
    expect([state, ids.includes('caddy.instance-down/caddy2')]).toEqual(['degraded', true]);
    const sites = await call('caddy_list_sites');
    expect(sites.text).toContain('PARTIAL: Caddy caddy2 did not answer: GET /');
    expect(sites.data).toMatchObject({ total: 4, instances: ['caddy1'] });
    await proxies.caddies.caddy1.stop();
    expect((await health()).state).toBe('unreachable');
  });
});
