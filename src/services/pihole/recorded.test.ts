import { describe, expect, onTestFinished, test } from 'vitest';
import { createWorld } from '../../demo/world/index.ts';
import { describeError } from './describe-error.ts';
import { fake, type FakePihole } from './fake/index.ts';
import answers from './fixtures/answers.json' with { type: 'json' };
import refusals from './fixtures/refusals.json' with { type: 'json' };
import * as schema from './schema/index.ts';

describe('recorded answers in our words', () => {
  test('versions: that of FTL counts, null leaves are no version', () => {
    expect(schema.Version.parse(answers.version)).toEqual({ ftl: 'v6.4.1', docker: false });
    expect(
      schema.Version.parse({ version: { ftl: { local: null }, docker: { local: '2026.01' } } }),
    ).toEqual({ ftl: undefined, docker: true });
  });

  test('records, plain and with flags', () => {
    expect(schema.DetailedHosts.parse(answers.hostsDetailed)).toMatchObject({
      byEnvironment: false,
      entries: expect.arrayContaining([
        '192.168.1.60 a.lan b.lan',
        '192.168.1.64 cmt.lan # my note',
      ]),
    });
    expect(schema.ReadOnly.parse(answers.unknownConfig)).toBe(false);
    expect(schema.AppSudo.parse(answers.unknownConfig)).toBe(false);
  });

  test('units: seconds become ms, percent a share, zero as a time is never', () => {
    expect(schema.Summary.parse(answers.summary)).toEqual({
      queries: 1727,
      blockedShare: expect.closeTo(0.000579, 6),
      lists: { domains: 8, updatedAt: undefined },
    });
    expect(schema.Ftl.parse(answers.ftl)).toEqual({
      uptimeMs: 23_515.515991,
      pid: expect.any(Number),
      privacyLevel: 0,
    });
    expect(schema.Messages.parse(answers.messages)).toEqual([
      {
        at: 1_795_392_787_000,
        type: 'RATE_LIMIT',
        plain: 'Rate-limiting 10.66.0.1 for at least 35 seconds',
      },
    ]);
    expect(schema.Blocking.parse(answers.blockingTimer)).toEqual({
      state: 'disabled',
      flipsInSeconds: 5,
    });
    expect(schema.Blocking.parse(answers.blocking)).toEqual({
      state: 'enabled',
      flipsInSeconds: undefined,
    });
  });

  test('questions, and the highest privacy level, which shows none', () => {
    expect(schema.Queries.parse(answers.queries)).toMatchObject({
      hidden: false,
      rows: [
        { domain: 'host1.example.com', upstream: 'unknown', reply: 'IP' },
        { domain: 'blocked.example.com' },
      ],
    });
    expect(schema.Queries.parse({ queries: [], cursor: null }).hidden).toBe(true);
  });

  test('lists, sessions, addresses', () => {
    expect(schema.Search.parse(answers.search)).toEqual({
      allowed: false,
      hasReply: false,
      blockedBy: ['denylist (exact)'],
    });
    expect(schema.Sessions.parse(answers.sessions)).toEqual({ app: false, cli: false });
    expect(schema.Interfaces.parse(answers.interfaces)).toContainEqual({
      address: '10.66.0.11',
      prefix: 24,
    });
  });
});

async function piholes(): Promise<FakePihole> {
  const world = createWorld();
  const [dns1] = world.pihole.instances;
  if (dns1)
    Object.assign(dns1, {
      hosts: ['192.168.1.50 nas.lan', '192.168.1.51 plus.lan'],
      cnameRecords: ['files.lan,nas.lan', 'files2.lan,nas.lan'],
      twoFactor: false,
      password: 'lab-pass-A',
    });
  const running = await fake(world, { restartPolls: 0 });
  onTestFinished(() => running.close());
  const [first] = running.piholes;
  if (!first) throw new Error('no Pi-hole runs');
  return first;
}
const bare = (text: string): unknown => {
  const { took: _, ...rest } = JSON.parse(text) as Record<string, unknown>;
  return rest;
};

async function sid(
  { server, machine }: FakePihole,
  password = machine.instance.password,
): Promise<string> {
  const answer = await fetch(`${server.url}/api/auth`, {
    method: 'POST',
    body: JSON.stringify({ password }),
  });
  return ((await answer.json()) as { session: { sid: string } }).session.sid;
}

describe('the fake refuses as the real one did', () => {
  const { source: _, ...cases } = refusals;
  test.each(Object.entries(cases))('%s', async (name, { request, status, body }) => {
    const one = await piholes();
    const [, method = 'GET', path = '', data] =
      /^(?:-X (\w+) )?http:\/\/[^/]+(\S*)(?: -d (.*))?$/s.exec(request) ?? [];
    if (name === 'wildcard')
      one.machine.instance.hosts = Array.from(
        { length: 10 },
        (__, n) => `192.168.1.${n} host${n}.lan`,
      );
    if (name === 'twoFactor') one.machine.instance.twoFactor = true;
    if (name === 'appPassword') one.machine.instance.appSudo = false;
    const anonymous = path === '/api/auth' || name === 'noSession';
    const session = anonymous
      ? {}
      : {
          'x-ftl-sid': await sid(
            one,
            name === 'appPassword' ? one.machine.instance.appPassword : undefined,
          ),
        };
    const answer = await fetch(one.server.url + path, {
      method,
      headers: session,
      ...(data !== undefined && { body: data }),
    });
    const text = await answer.text();
    expect([answer.status, bare(text)]).toEqual([
      status,
      bare(name === 'cnameTwice' ? body.replace('line 91', 'line 93') : body),
    ]);
  });

  test('and its reason reaches the operator', () => {
    const said = (name: keyof typeof cases, method: 'PUT' | 'DELETE' = 'PUT') =>
      describeError({
        ...(refusals[name] as { status: number }),
        text: cases[name].body,
        reason: '',
        headers: {},
        method,
        target: '/config/dns/hosts/x',
      });
    expect(said('appPassword')).toMatchObject({
      reason: expect.stringContaining('read-only'),
      hint: expect.stringContaining('pihole-FTL --config webserver.api.app_sudo true'),
    });
    expect(said('badAddress')?.reason).toBe(
      'Invalid value (dns.hosts[2]: neither a valid IPv4 nor IPv6 address ("999.1.1.1"))',
    );
    expect(said('cnameTwice')?.hint).toContain('remove the other record first');
    expect(said('notThere', 'DELETE')?.reason).toBe('not there');
  });
});

describe('the fake has no field the real one has not', () => {
  const paths: [keyof typeof answers, string][] = [
    ['version', 'info/version'],
    ['ftl', 'info/ftl'],
    ['summary', 'stats/summary'],
    ['queries', 'queries?status=FORWARDED'],
    ['interfaces', 'network/interfaces'],
    ['search', 'search/ads.example.com'],
    ['blocking', 'dns/blocking'],
    ['sessions', 'auth/sessions'],
    ['hosts', 'config/dns/hosts'],
    ['hostsDetailed', 'config/dns/hosts?detailed=true'],
    ['cnameRecords', 'config/dns/cnameRecords'],
    ['unknownConfig', 'config/nosuch'],
  ];
  const notRecorded = new Set(['topics', 'dns_servers', 'search.gravity.0']);
  test.each(paths)('%s', async (name, path) => {
    const one = await piholes();
    const answer = await fetch(`${one.server.url}/api/${path}`, {
      headers: { 'x-ftl-sid': await sid(one) },
    });
    expect(
      extra(await answer.json(), answers[name], '').filter((key) => !notRecorded.has(key)),
    ).toEqual([]);
  });
});

/** Keys of a value, at any depth, that a recorded value does not have there. */
function extra(value: unknown, recorded: unknown, at: string): string[] {
  if (Array.isArray(value))
    return value.length > 0 && typeof value[0] === 'object'
      ? extra(value[0], Array.isArray(recorded) ? recorded[0] : undefined, `${at}0`)
      : [];
  if (typeof value !== 'object' || value === null)
    return typeof value === typeof recorded || recorded === null || value === null ? [] : [at];
  if (typeof recorded !== 'object' || recorded === null) return [at];
  return Object.entries(value).flatMap(([key, inner]) =>
    key in recorded
      ? extra(inner, (recorded as Record<string, unknown>)[key], `${at}${key}.`)
      : [`${at}${key}`],
  );
}

test('what the fake must not be kinder in: cookies, bearer tokens, a login beside a session', async () => {
  const one = await piholes();
  const session = await sid(one);
  const status = async (headers: Record<string, string>): Promise<number> =>
    (await fetch(`${one.server.url}/api/dns/blocking`, { headers })).status;
  const [open] = one.sessions.open;
  expect(await status({ authorization: `Bearer ${session}` })).toBe(401);
  expect(await status({ cookie: `sid=${session}` })).toBe(401);
  expect(await status({ cookie: `sid=${session}`, 'x-ftl-csrf': open?.csrf ?? '' })).toBe(401);
  expect(await status({ cookie: `sid=${session}`, 'x-csrf-token': open?.csrf ?? '' })).toBe(200);
  const again = await fetch(`${one.server.url}/api/auth`, {
    method: 'POST',
    headers: { 'x-ftl-sid': session },
    body: '{"password":"wrong"}',
  });
  expect([
    again.status,
    ((await again.json()) as { session: { message: string } }).session.message,
  ]).toEqual([200, 'password incorrect']);
});

test('a plus in a path is a space there, and a change under a read-only configuration is lost at the next start', async () => {
  const one = await piholes();
  const headers = { 'x-ftl-sid': await sid(one) };
  one.machine.instance.readOnly = true;
  expect(
    (
      await fetch(`${one.server.url}/api/config/dns/hosts/192.168.1.52+p.lan`, {
        method: 'PUT',
        headers,
      })
    ).status,
  ).toBe(201);
  expect(one.machine.instance.hosts.at(-1)).toBe('192.168.1.52 p.lan');
  one.machine.restart();
  expect(one.machine.instance.hosts).not.toContain('192.168.1.52 p.lan');
});
