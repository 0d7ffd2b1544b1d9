import { describe, expect, test } from 'vitest';
import { lab, type Lab } from '../../../test/harness.ts';
import { createWorld } from '../../demo/world/index.ts';
import type { PiholeInstance } from '../../demo/world/pihole.ts';
import type { PiholeFake } from './fake/index.ts';

type One = Lab & { dns1: PiholeInstance; pihole: PiholeFake['piholes'][number]; sent(): string[] };

/** A single Pi-hole, so that each request counts. */
async function single(
  change: (dns1: PiholeInstance) => void = () => undefined,
  env: Record<string, string | undefined> = {},
): Promise<One> {
  const world = createWorld();
  const [dns1] = world.pihole.instances;
  if (!dns1) throw new Error('no Pi-hole in this world');
  world.pihole.instances = [dns1];
  change(dns1);
  const one = await lab({ only: ['pihole'], world, env });
  const [pihole] = (one.fake('pihole') as PiholeFake).piholes;
  if (!pihole) throw new Error('no Pi-hole runs');
  return {
    ...one,
    dns1,
    pihole,
    sent: () =>
      one.requests('pihole').map(({ method, path }) => `${method} ${path.replace('/api', '')}`),
  };
}
const list = { limit: 1 };

describe('one session', () => {
  test('for everything this process asks, shown as a header and never as a cookie', async () => {
    const { call, requests, sent, pihole } = await single();
    await Promise.all([
      call('dns_list_records', list),
      call('service_health'),
      call('dns_lookup', { domain: 'n8n.lab.example.net' }),
    ]);
    await call('dns_add_record', { domain: 'x.lab.example.net', ip: '10.0.0.1', confirm: true });
    expect(sent().filter((line) => line === 'POST /auth')).toHaveLength(1);
    expect(pihole.sessions.open).toHaveLength(1);
    const [login, ...rest] = requests('pihole');
    expect(login?.headers).not.toHaveProperty('x-ftl-sid');
    expect(new Set(rest.map(({ headers }) => headers['x-ftl-sid']))).toEqual(
      new Set([pihole.sessions.open[0]?.sid]),
    );
    expect(
      requests('pihole').filter(({ headers }) => headers.cookie ?? headers.authorization),
    ).toEqual([]);
  });

  test('is given back when Lares ends, for each instance', async () => {
    const { call, house: runtime, fake } = await lab({ only: ['pihole'] });
    const { piholes } = fake('pihole') as PiholeFake;
    await call('dns_list_records', list);
    expect(piholes.map(({ sessions }) => sessions.open.length)).toEqual([1, 1]);
    await runtime.close();
    expect(piholes.map(({ sessions }) => sessions.open.length)).toEqual([0, 0]);
    expect(piholes.map(({ server }) => server.requests.at(-1)?.method)).toEqual([
      'DELETE',
      'DELETE',
    ]);
  });

  test('is given up at the end when the Pi-hole hangs: the end is not held up', async () => {
    const {
      call,
      house: runtime,
      server,
    } = await single(undefined, {
      PIHOLE_TIMEOUT_MS: '600000',
      LARES_DEADLINE_MS: '200',
    });
    server('pihole').inject('hang');
    await call('service_health', { service: 'pihole' });
    await runtime.close();
    expect(server('pihole').requests).toHaveLength(1);
  });

  test('is not begun by a process that asks nothing', async () => {
    const { house: runtime, sent } = await single();
    await runtime.close();
    expect(sent()).toEqual([]);
  });

  test('that expired is replaced, once, also for a write', async () => {
    const { call, world, sent, pihole } = await single();
    await call('dns_list_records', list);
    world.advance(1_801_000);
    expect((await call('dns_list_records', list)).isError).toBe(false);
    expect(sent()).toEqual([
      'POST /auth',
      'GET /config/dns',
      'GET /config/dns',
      'GET /config/dns',
      'POST /auth',
      'GET /config/dns',
    ]);
    pihole.sessions.end();
    expect(
      (await call('dns_add_record', { domain: 'x.lab.example.net', ip: '10.0.0.1', confirm: true }))
        .data.outcome,
    ).toBe('done');
    expect(pihole.sessions.open).toHaveLength(1);
  });

  test('survives a restart of FTL that refuses it for a moment: shown again, no second seat taken', async () => {
    const { call, server, sent } = await single();
    await call('dns_list_records', list);
    server('pihole').inject(
      {
        status: 401,
        body: '{"error":{"key":"unauthorized","message":"Unauthorized","hint":null}}',
      },
      { path: /config/, times: 1 },
    );
    expect((await call('dns_list_records', list)).isError).toBe(false);
    expect(sent().filter((line) => line === 'POST /auth')).toHaveLength(1);
  });
});

describe('no session to be had', () => {
  test('all seats are taken: explained, one attempt, and health says denied, not down', async () => {
    const { call, sent } = await single((dns1) => {
      dns1.seatsTaken = 16;
    });
    const { isError, text } = await call('dns_list_records', list);
    expect(isError).toBe(true);
    expect(text).toMatch(
      /429 API seats exceeded\. All its sessions are in use \(webserver\.api\.max_sessions, 16 by default\)/,
    );
    const { data } = await call('service_health', { service: 'pihole' });
    expect(data.services[0]).toMatchObject({
      state: 'denied',
      problem: expect.stringContaining('API seats exceeded'),
    });
    expect(sent()).toEqual(['POST /auth']);
  });

  test('two-factor login without an app password: refused with the way out, no code is asked for', async () => {
    const { call } = await single(undefined, { PIHOLE_DNS1_PASSWORD: 'web-password-of-dns1' });
    const { isError, text } = await call('dns_list_records', list);
    expect(isError).toBe(true);
    expect(text).toMatch(
      /Two-factor login is on, and Lares cannot type codes\. Make an app password/,
    );
    expect(text).not.toContain('web-password-of-dns1');
  });

  test('a wrong password: one attempt for many questions, so that nobody else is locked out', async () => {
    const { call, sent } = await single(undefined, { PIHOLE_DNS1_PASSWORD: 'wrong-password' });
    for (const _ of [1, 2, 3, 4])
      expect((await call('dns_list_records', list)).text).toMatch(
        /401 password incorrect\. PIHOLE_PASSWORD/,
      );
    await call('service_health');
    expect(sent()).toEqual(['POST /auth']);
  });

  test('somebody else is trying passwords: the right one is refused too, and that is explained', async () => {
    const { call, server } = await single();
    for (const _ of [1, 2, 3])
      await fetch(`${server('pihole').url}/api/auth`, {
        method: 'POST',
        body: '{"password":"guess"}',
      });
    expect((await call('dns_list_records', list)).text).toMatch(
      /429 Rate-limiting login attempts\. Somebody tried wrong passwords a moment ago/,
    );
  });

  test('a password is set, and Lares has none', async () => {
    const { call, sent } = await single(undefined, { PIHOLE_DNS1_PASSWORD: undefined });
    expect((await call('dns_list_records', list)).text).toContain(
      'This Pi-hole wants a password, and PIHOLE_PASSWORD',
    );
    expect(sent()).toEqual(['GET /auth']);
  });

  test('version 5, or not a Pi-hole at all', async () => {
    const { call, server } = await single();
    server('pihole').inject({
      status: 404,
      body: '<html>Not found</html>',
      headers: { 'content-type': 'text/html' },
    });
    expect((await call('dns_list_records', list)).text).toContain('Version 5 has no such API');
  });

  test('something else that says 200 to everything', async () => {
    const { call, server } = await single();
    server('pihole').inject('garbage');
    expect((await call('dns_list_records', list)).text).toContain(
      'the answer is not that of a Pi-hole v6',
    );
  });
});

describe('a Pi-hole without a password', () => {
  test.each([
    ['none is sent', undefined],
    ['one is sent in vain', 'left-over'],
  ])('works; %s, no SID is shown, nothing is logged out', async (_, password) => {
    const {
      call,
      requests,
      sent,
      house: runtime,
    } = await single(
      (dns1) => {
        Object.assign(dns1, { password: null, appPassword: null, twoFactor: false });
      },
      { PIHOLE_DNS1_PASSWORD: password },
    );
    expect((await call('dns_list_records', list)).isError).toBe(false);
    expect(
      (await call('dns_add_record', { domain: 'x.lab.example.net', ip: '10.0.0.1', confirm: true }))
        .data.outcome,
    ).toBe('done');
    expect(requests('pihole').filter(({ headers }) => 'x-ftl-sid' in headers)).toEqual([]);
    await runtime.close();
    expect(sent().filter((line) => line.startsWith('DELETE'))).toEqual([]);
  });
});

test('the password is in no answer, error or journal line, in any spelling', async () => {
  const { call, house: runtime, env } = await single();
  const password = env['PIHOLE_DNS1_PASSWORD'] ?? '';
  const said = [
    await call('service_health'),
    await call('dns_lookup', { domain: password.replace(/[^a-z]/g, '') }),
    await call('dns_add_record', { domain: 'x.lab.example.net', ip: '10.0.0.1', confirm: true }),
    runtime.journal.read(),
  ];
  for (const spelling of [password, encodeURIComponent(password)])
    expect(JSON.stringify(said)).not.toContain(spelling);
  expect(password).toMatch(/[+/=]/);
});
