import { describe, expect, onTestFinished, test } from 'vitest';
import { reader } from '../../demo/world/graylog-accounts.ts';
import { minute } from '../../demo/world/clock.ts';
import { createWorld, type World } from '../../demo/world/index.ts';
import { streamIds } from '../../demo/world/log-sources.ts';
import { parse, ParseFailure } from './fake/lucene.ts';
import { VirtualLog } from './fake/virtual-log.ts';
import { fake } from './fake/index.ts';

const now = Date.UTC(2026, 10, 23, 9, 30);
const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});
const sync = (search_types: object[], more: object = {}) =>
  JSON.stringify({
    queries: [
      {
        id: 'q',
        query: { type: 'elasticsearch', query_string: '*' },
        timerange: { type: 'relative', range: 3600 },
        search_types,
        ...more,
      },
    ],
  });

async function server(prepare: (world: World) => void = () => undefined) {
  const world = createWorld({ now });
  prepare(world);
  const { env, close } = await fake(world);
  onTestFinished(close);
  const token = basic(env['GRAYLOG_TOKEN'] ?? '', 'token');
  const ask = async (
    path: string,
    {
      headers = token,
      body,
      ...more
    }: { headers?: Record<string, string>; body?: string; method?: string } = {},
  ) => {
    const all = {
      ...headers,
      ...(body !== undefined && {
        'content-type': 'application/json',
        'x-requested-by': 'test',
        ...headers,
      }),
    };
    const answer = await fetch(`${env['GRAYLOG_URL']}${path}`, {
      ...more,
      headers: all,
      ...(body !== undefined && { method: 'POST', body }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, json: () => JSON.parse(text) };
  };
  return { ask, token };
}

describe('the fake refuses as Graylog does', () => {
  test('credentials', async () => {
    const { ask } = await server();
    const none = await ask('/api/system', { headers: {} });
    expect([none.status, none.text, none.headers.get('www-authenticate')]).toEqual([
      401,
      '',
      'Basic realm="Graylog Server"',
    ]);
    expect((await ask('/api/system', { headers: { authorization: 'Bearer abc' } })).status).toBe(
      401,
    );
    expect((await ask('/api/system', { headers: basic('lares', 'wrong') })).status).toBe(401);
    expect(
      (
        await ask('/api/system', {
          headers: { authorization: `Basic ${Buffer.from('nocolon').toString('base64')}` },
        })
      ).json(),
    ).toEqual({ type: 'ApiError', message: 'Invalid credentials in Authorization header' });
  });

  test('a POST without the header against forgery, even a search', async () => {
    const { ask, token } = await server();
    const answer = await ask('/api/views/search/sync', { method: 'POST', headers: token });
    expect([answer.status, answer.json().message]).toEqual([
      400,
      'CSRF protection header is missing. Please add a "X-Requested-By" header to your request.',
    ]);
  });

  test('what does not exist, with or without credentials', async () => {
    const { ask } = await server();
    for (const path of ['/api/count/total', '/api/sources', '/api/system/overview'])
      expect((await ask(path, { headers: {} })).json()).toEqual({
        type: 'ApiError',
        message: 'HTTP 404 Not Found',
      });
    expect((await ask('/streams')).text).toContain('Graylog Web Interface');
  });

  test('what a Reader lacks: aloud, or as an empty list', async () => {
    const { ask } = await server(({ graylog }) => {
      Object.assign(graylog.accounts[0] ?? {}, {
        permissions: [...reader],
        streams: [streamIds.dns],
      });
      graylog.notifications.push({ type: 'es_cluster_red', severity: 'urgent', at: now });
    });
    expect(
      (await ask('/api/system/indexer/failures/count?since=2026-01-01T00:00:00Z')).json(),
    ).toEqual({ type: 'ApiError', message: 'Not authorized' });
    expect((await ask('/api/system/notifications')).json()).toEqual({
      total: 0,
      notifications: [],
    });
    expect((await ask('/api/system/indices/index_sets')).json().index_sets).toEqual([]);
    expect((await ask('/api/streams')).json().streams).toHaveLength(1);
    const forbidden = await ask('/api/views/search/sync', {
      body: sync([{ id: 'm', type: 'messages', streams: [streamIds.auth] }]),
    });
    expect([forbidden.status, forbidden.json()]).toEqual([
      403,
      {
        type: 'MissingStreamPermission',
        message: 'The search is referencing at least one stream you are not permitted to see.',
        streams: [streamIds.auth],
      },
    ]);
  });

  test('unknown properties since 7.0, an empty body, a broken date', async () => {
    const { ask } = await server(({ graylog }) => {
      graylog.version = '7.0.12';
    });
    expect(
      (
        await ask('/api/views/search/sync', {
          body: sync([{ id: 'm', type: 'messages', colour: 'red' }]),
        })
      ).json(),
    ).toMatchObject({ type: 'RequestError' });
    expect((await ask('/api/views/search/sync', { body: '' })).json().message).toBe(
      'Search body is mandatory',
    );
    expect((await ask('/api/system/indexer/failures/count?since=yesterday')).status).toBe(400);
  });
});

test('the errors of a search stand inside a 200, with a backtrace', async () => {
  const { ask } = await server();
  const answer = await ask('/api/views/search/sync', {
    body: sync([{ id: 'm', type: 'messages' }], {
      query: { type: 'elasticsearch', query_string: '[' },
    }),
  });
  expect(answer.status).toBe(200);
  expect(answer.json().results.q).toMatchObject({
    search_types: {},
    errors: [
      {
        type: 'search_type',
        search_type_id: 'm',
        description:
          'Unable to perform search query: \n\nOpenSearch exception [type=query_shard_exception, reason=Failed to parse query [[]].',
        backtrace: expect.any(String),
      },
    ],
  });
});

test('a range of 0 is all of time', async () => {
  const { ask } = await server();
  const answer = await ask('/api/views/search/sync', {
    body: sync([
      { id: 'm', type: 'messages', limit: 1, timerange: { type: 'relative', range: 0 } },
    ]),
  });
  expect(answer.json().results.q.search_types.m.total_results).toBeGreaterThan(100_000_000);
});

describe('the virtual log', () => {
  const world = createWorld({ now });
  world.logs.patterns.length = 0;
  world.logs.add({
    source: 'a',
    text: 'tick {n}',
    perHour: 3_600,
    from: now - 10_000,
    stream: streamIds.dns,
  });
  world.logs.add({
    source: 'b',
    text: 'tock',
    perHour: 1_800,
    from: now - 10_000,
    to: now - 4_000,
  });
  const log = new VirtualLog(world);
  const streams = new Set<string>([streamIds.default, streamIds.dns]);
  const find = (query: string, from: number, to: number, limit = 0) =>
    log.search(parse(query), { from, to, streams }, { limit, offset: 0, byArrival: false });

  test('counts what lies in a range: its start, not its end', () => {
    expect(find('source:a', now - 10_000, now).total).toBe(10);
    expect(find('source:a', now - 10_000, now + 1).total).toBe(11);
    expect(find('*', now - 10_000, now).total).toBe(13);
    expect(find('*', now - 3_000, now).total).toBe(3);
    expect(log.arrived(now - 10_000, now)).toBe(13);
  });

  test('shows the newest of all, each once', () => {
    const { newest } = find('*', now - 10_000, now, 100);
    expect(newest).toHaveLength(13);
    expect(newest.map(({ timestamp }) => Date.parse(String(timestamp)) - now)).toEqual(
      [-1, -2, -3, -4, -5, -6, -6, -7, -8, -8, -9, -10, -10].map((seconds) => seconds * 1000),
    );
    expect(new Set(newest.map(({ _id }) => _id)).size).toBe(13);
  });

  test('stops when the guest stops', () => {
    const other = createWorld({ now });
    const stopped = new VirtualLog(other);
    other.advance(minute);
    other.guest('n8n').status = 'stopped';
    const scope = { from: now, to: now + minute, streams };
    const none = { limit: 0, offset: 0, byArrival: false };
    expect(stopped.search(parse('source:n8n'), scope, none).total).toBe(0);
    expect(stopped.search(parse('source:forgejo'), scope, none).total).toBe(120);
  });
});

describe('the query language', () => {
  const document = {
    message: 'login of admin failed from 10.0.10.99',
    source: 'authentik',
    level: 4,
    streams: ['s1', 's2'],
    ok: false,
  };
  const fits = (query: string): boolean => parse(query).test(document);
  test.each([
    '*',
    'failed',
    'FAILED',
    'source:authentik',
    'level:4',
    'level:<5',
    'level:<=4',
    'level:[0 TO 4]',
    'level:{3 TO 5}',
    'level:>=4',
    '"admin failed"',
    'message:log*',
    'streams:s2',
    '_exists_:level',
    'ok:false',
    'failed AND source:authentik',
    'nothing OR failed',
    'nothing failed',
    'NOT nothing',
    'failed -nothing',
    '+failed nothing',
    '(a OR failed) AND NOT (b)',
    'source:(x OR authentik)',
    '10.0.10.99',
    'message:adm?n',
  ])('%s fits', (query) => expect(fits(query)).toBe(true));
  test.each([
    'nothing',
    'source:auth',
    'level:3',
    'level:<4',
    'level:{4 TO 9]',
    '"failed admin"',
    '_exists_:nope',
    'failed AND nothing',
    'failed -admin',
    '+nothing failed',
    'NOT failed',
    'level:abc',
    'message:adm',
  ])('%s does not', (query) => expect(fits(query)).toBe(false));
  test.each([
    '(',
    'source:',
    'a AND',
    '"open',
    '[',
    'foo:(bar',
    ')',
    '*x',
    '?x',
    'level:[1 TO',
    'AND',
  ])('%s cannot be parsed', (query) => expect(() => parse(query)).toThrow(ParseFailure));
});

describe('POST /search/aggregate', () => {
  const body = (more: object = {}): string =>
    JSON.stringify({
      query: '*',
      timerange: { type: 'relative', range: 3600 },
      group_by: [{ field: 'source', limit: 2 }],
      metrics: [{ function: 'count' }],
      ...more,
    });
  test('counts by a field, the largest groups first', async () => {
    const { ask } = await server();
    const answer = (await ask('/api/search/aggregate', { body: body() })).json();
    expect(answer.datarows).toEqual([
      ['caddy1', expect.any(Number)],
      ['dns1', expect.any(Number)],
    ]);
    expect(answer.schema.map(({ name }: { name: string }) => name)).toEqual([
      'grouping: source',
      'metric: count()',
    ]);
  });
  test('counts only what a query finds, in streams that the user may read', async () => {
    const { ask } = await server();
    const query = body({ query: 'level:3', group_by: [{ field: 'source', limit: 50 }] });
    const { datarows } = (await ask('/api/search/aggregate', { body: query })).json();
    expect(datarows.map(([source]: [string]) => source).sort()).toEqual([
      'frigate',
      'nextcloud',
      'printer1',
    ]);
    const blind = await server((world) => {
      for (const account of world.graylog.accounts) account.streams = [];
    });
    expect((await blind.ask('/api/search/aggregate', { body: body() })).status).toBe(403);
  });
  test('refuses what it does not know', async () => {
    const { ask } = await server();
    expect((await ask('/api/search/aggregate', { body: body({ group_by: [] }) })).status).toBe(400);
  });
});
