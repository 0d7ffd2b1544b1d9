import { describe, expect, onTestFinished, test } from 'vitest';
import { lab as start, type Lab } from '../../../test/harness.ts';
import { configureService } from '../../core/config/env.ts';
import type { Diagnosis } from '../../core/service.ts';
import { reader } from '../../demo/world/graylog-accounts.ts';
import { createWorld } from '../../demo/world/index.ts';
import { day, minute } from '../../demo/world/clock.ts';
import { fake } from './fake/index.ts';
import { graylog } from './index.ts';

const now = Date.UTC(2026, 10, 23, 9, 30);
const lab = (env: Record<string, string | undefined> = {}): Promise<Lab> =>
  start({ only: ['graylog'], world: createWorld({ now }), env });
const problems = (env: Record<string, string>) => {
  const { state, problems: all, targets } = configureService(graylog, env);
  return { state, problems: all, url: targets.get('default')?.baseUrl };
};

describe('configuration', () => {
  const url = 'https://graylog.lab.example.net';
  test.each([
    [{ GRAYLOG_URL: url }, ['GRAYLOG_TOKEN is missing (or a username and password instead of it)']],
    [{ GRAYLOG_URL: url, GRAYLOG_USERNAME: 'lares' }, ['GRAYLOG_PASSWORD is missing']],
    [{ GRAYLOG_URL: url, GRAYLOG_PASSWORD: 'secret-1' }, ['GRAYLOG_USERNAME is missing']],
    [
      {
        GRAYLOG_URL: url,
        GRAYLOG_TOKEN: 't0ken',
        GRAYLOG_USERNAME: 'lares',
        GRAYLOG_PASSWORD: 'secret-1',
      },
      ['GRAYLOG_TOKEN is set beside a username or password, and only one of the two can be sent'],
    ],
    [{ GRAYLOG_TOKEN: 't0ken' }, ['GRAYLOG_URL is missing']],
    [
      { GRAYLOG_URL: url, GRAYLOG_USERNAME: 'lares', GRAYLOG_PASSWORD: 'pässword' },
      ['GRAYLOG_PASSWORD must be plain ASCII: Graylog cannot read other characters of a login'],
    ],
  ])('%j is invalid', (env, expected) =>
    expect(problems(env as Record<string, string>)).toMatchObject({
      state: 'invalid',
      problems: expected,
    }),
  );

  test.each([
    ['https://g.example.net', ''],
    ['https://g.example.net/', ''],
    ['https://g.example.net/api', ''],
    ['https://g.example.net/logs/api/', '/logs'],
  ])('%s leads to its API', (given, prefix) => {
    expect(problems({ GRAYLOG_URL: given, GRAYLOG_TOKEN: 't0ken' })).toMatchObject({
      state: 'on',
      url: `https://g.example.net${prefix}/api`,
    });
  });
});

describe('credentials', () => {
  test('a user name and password work as well', async () => {
    const { call } = await lab({
      GRAYLOG_TOKEN: undefined,
      GRAYLOG_USERNAME: 'lares',
      GRAYLOG_PASSWORD: 'a-long-password-nobody-types',
    });
    expect((await call('search_logs', { limit: 1 })).data.messages).toHaveLength(1);
  });

  test('an expired token: denied, with what to do, and no token in the words', async () => {
    const { call, world, env } = await lab();
    world.advance(301 * day);
    const answer = await call('search_logs');
    expect(answer).toMatchObject({
      isError: true,
      text: expect.stringMatching(
        /^POST \/views\/search\/sync: 401 .*Since Graylog 6\.2 access tokens expire, after 30 days/,
      ),
    });
    expect(answer.text).not.toContain(env['GRAYLOG_TOKEN']);
    const health = await call('service_health', { service: 'graylog' });
    expect(health.data.services[0]).toMatchObject({ state: 'denied', findings: [] });
    expect(health.text).not.toContain('All clear');
  });

  test('a token in the place of the password is told of GRAYLOG_TOKEN, and not that it has ended', async () => {
    const { env } = await lab();
    const { call } = await lab({
      GRAYLOG_TOKEN: undefined,
      GRAYLOG_USERNAME: 'lares',
      GRAYLOG_PASSWORD: env['GRAYLOG_TOKEN'],
    });
    const { text } = await call('search_logs');
    expect(text).toContain('An access token does not go there but into GRAYLOG_TOKEN, alone.');
    expect(text).not.toMatch(/expire|1lares0/);
  });

  test("Graylog's own way to write a token, as user name with the password token, works", async () => {
    const { env } = await lab();
    const { call } = await lab({
      GRAYLOG_TOKEN: undefined,
      GRAYLOG_USERNAME: env['GRAYLOG_TOKEN'],
      GRAYLOG_PASSWORD: 'token',
    });
    expect((await call('search_logs', { limit: 1 })).data.messages).toHaveLength(1);
  });

  test('a stream that is not shared does not exist for this user', async () => {
    const { call, world } = await lab();
    Object.assign(world.graylog.accounts[0] ?? {}, {
      streams: ['66f1c0de00000000000000a4'],
      permissions: [...reader],
    });
    expect((await call('search_logs', { stream: 'Firewall' })).text).toBe(
      'No stream "Firewall" that this user may read. One of: Authentication',
    );
    expect((await call('search_logs', { query: 'source:gw1' })).data.total).toBe(0);
    expect((await call('search_logs', { query: 'source:authentik' })).data.total).toBe(63);
  });

  test('no stream at all is a refusal with its remedy', async () => {
    const { call, world } = await lab();
    Object.assign(world.graylog.accounts[0] ?? {}, { streams: [] });
    expect(await call('search_logs')).toMatchObject({
      isError: true,
      text: "POST /views/search/sync: 403 User doesn't have access to any streams. Share the streams with this user: Streams › (stream) › Share › USER as Viewer, for each stream that may be read.",
    });
  });
});

describe('a server that does not behave', () => {
  test('unreachable is said, and is not an empty log', async () => {
    const { call, server } = await lab();
    server('graylog').inject('refuse');
    expect(await call('search_logs')).toMatchObject({
      isError: true,
      text: expect.stringContaining('refused'),
    });
    expect((await call('service_health', { service: 'graylog' })).data.services[0].state).toBe(
      'unreachable',
    );
  });

  test('the web interface in place of the API is told apart', async () => {
    const { call, server } = await lab();
    server('graylog').inject('garbage');
    expect(await call('graylog_streams')).toMatchObject({
      isError: true,
      text: expect.stringContaining('the answer is not JSON (text/html'),
    });
  });

  test('a search that did not finish is an error, not a short answer', async () => {
    const { call, server } = await lab();
    server('graylog').inject(
      {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ execution: { done: false, cancelled: false }, results: {} }),
      },
      { path: /sync/ },
    );
    expect(await call('search_logs')).toMatchObject({
      isError: true,
      text: expect.stringContaining('200, but the search was not finished'),
    });
  });

  test('a count that is missing is a shape error, never zero', async () => {
    const { call, server } = await lab();
    const result = {
      id: 'm',
      type: 'messages',
      messages: [],
      effective_timerange: { from: 'a', to: 'b' },
    };
    server('graylog').inject(
      {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          execution: { done: true },
          results: { q: { search_types: { m: result }, errors: [] } },
        }),
      },
      { path: /sync/ },
    );
    expect(await call('search_logs')).toMatchObject({
      isError: true,
      text: expect.stringContaining('results.q.search_types.m.total_results'),
    });
  });
});

describe('lares doctor', () => {
  const examine = async ({ house: runtime }: Lab): Promise<Diagnosis> => {
    const configured = runtime.services.find(({ service }) => service.id === 'graylog');
    if (!configured) throw new Error('Graylog is not configured');
    return (await configured.service.load()).doctor({
      instances: configured.instances,
      signal: new AbortController().signal,
      progress: () => undefined,
      now: runtime.now,
      failed: () => undefined,
    });
  };

  test('shows that the recipe grants everything', async () => {
    const { version, rights } = await examine(await lab());
    expect(version).toBe('6.3.15');
    expect(rights.filter(({ granted }) => granted !== true)).toEqual([]);
    expect(rights[0]).toMatchObject({ what: 'search messages (9 readable streams)' });
  });

  test('gives the commands for what a Reader lacks, once', async () => {
    const homelab = await lab();
    Object.assign(homelab.world.graylog.accounts[0] ?? {}, {
      permissions: [...reader],
      streams: [],
    });
    const { rights } = await examine(homelab);
    const lacking = rights.filter(({ granted }) => granted === false);
    expect(lacking.map(({ what }) => what)).toEqual([
      'search messages (0 readable streams)',
      'see indexing failures (indices:failures)',
      'see notifications (notifications:read)',
      'see index sets (indexsets:read)',
    ]);
    expect(lacking[1]?.fix).toContain(
      `-X POST GRAYLOG_URL/api/roles -d '{"name":"Lares","description":"Reads failures, notifications and index sets","permissions":["indices:failures","notifications:read","indexsets:read"]}'`,
    );
    expect(lacking.slice(2).map(({ fix }) => fix)).toEqual(['the same', 'the same']);
  });

  test('does not guess where 5.0 does not say whose the token is', async () => {
    const homelab = await lab();
    homelab.world.graylog.version = '5.0.13';
    expect(
      (await examine(homelab)).rights.filter(({ granted }) => granted === 'unknown'),
    ).toHaveLength(8);
  });
});

describe('several Graylogs', () => {
  async function two(): Promise<Lab> {
    const [home, cabin] = [createWorld({ now }), createWorld({ now })];
    cabin.logs.patterns.length = 0;
    cabin.logs.add({
      source: 'stove',
      level: 6,
      text: 'lit',
      perHour: 60,
      from: now - 20 * minute,
    });
    const other = await fake(cabin);
    onTestFinished(() => other.close());
    const homelab = await start({ only: ['graylog'], world: home });
    await homelab.client.close();
    return start({
      only: ['graylog'],
      world: home,
      env: {
        GRAYLOG_URL: undefined,
        GRAYLOG_TOKEN: undefined,
        GRAYLOG_HOME_URL: homelab.env['GRAYLOG_URL'],
        GRAYLOG_HOME_TOKEN: homelab.env['GRAYLOG_TOKEN'],
        GRAYLOG_CABIN_URL: other.env['GRAYLOG_URL'],
        GRAYLOG_CABIN_TOKEN: other.env['GRAYLOG_TOKEN'],
      },
    });
  }

  test('are searched together, newest first, each row with its place', async () => {
    const { call } = await two();
    const { data, text } = await call('search_logs', {
      query: 'lit OR succeeded',
      range: '30m',
      limit: 30,
    });
    expect(data.total).toBe(50);
    expect(new Set(data.messages.map(({ instance }: { instance: string }) => instance))).toEqual(
      new Set(['home', 'cabin']),
    );
    expect(text).toMatch(/> cabin 2026-11-23T09:\S+ stove info: lit/);
    const one = await call('search_logs', {
      query: 'lit OR succeeded',
      range: '30m',
      instance: 'cabin',
    });
    expect(one.data.total).toBe(20);
  });

  test('add up in the headline, and findings say where', async () => {
    const { call, world } = await two();
    Object.assign(world.graylog.indexer, { status: 'red' });
    const { data } = await call('service_health', { service: 'graylog' });
    expect(data.services[0]).toMatchObject({
      headline: 'ingest 120 msg/s',
      facts: { 'home index cluster': 'red', 'cabin index cluster': 'green' },
      findings: [
        {
          id: 'graylog.index-cluster-red/home',
          next: { tool: 'graylog_overview', arguments: { instance: 'home' } },
        },
      ],
    });
  });

  test('one that is away makes the answer partial', async () => {
    const homelab = await two();
    homelab.world.graylog.accounts.length = 0;
    const { data, text } = await homelab.call('search_logs', { query: 'lit', range: '30m' });
    expect(data).toMatchObject({
      total: 20,
      partial: [{ instance: 'home', error: expect.stringContaining('401') }],
    });
    expect(text).toContain('PARTIAL: Graylog home refused to answer: ');
  });
});
