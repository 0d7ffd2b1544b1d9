import { describe, expect, test } from 'vitest';
import { lab, type Lab } from '../../../test/harness.ts';
import { createWorld } from '../../demo/world/index.ts';
import type { PiholeInstance } from '../../demo/world/pihole.ts';
import type { PiholeFake } from './fake/index.ts';

const host = { domain: 'scanner.lab.example.net', ip: '10.0.10.31' };
const cname = { domain: 'www.lab.example.net', target: 'web.lab.example.net' };

type Pair = Lab & {
  dns1: PiholeInstance;
  dns2: PiholeInstance;
  piholes: PiholeFake['piholes'];
};
async function pair(
  change: (one: PiholeInstance, i: number) => void = () => undefined,
  env: Record<string, string> = {},
): Promise<Pair> {
  const world = createWorld();
  world.pihole.instances.forEach(change);
  const [dns1, dns2] = world.pihole.instances;
  if (!dns1 || !dns2) throw new Error('a pair is two');
  const one = await lab({ only: ['pihole'], world, env });
  return { ...one, dns1, dns2, piholes: (one.fake('pihole') as PiholeFake).piholes };
}

describe('an answer that is lost after Pi-hole acted', () => {
  test.each([
    ['an address', host, 'hosts'],
    ['a CNAME', cname, 'cnameRecords'],
  ] as const)('%s: the list is looked at, and what is there is done', async (_, args, list) => {
    const { call, server, dns2 } = await pair();
    server('pihole', 1).inject('truncate', { path: new RegExp(`${list}/.`), times: 1 });
    const { data, text } = await call('dns_add_record', { ...args, confirm: true });
    expect(data.outcome, text).toBe('done');
    expect(data.result.instances[1]).toMatchObject({
      instance: 'dns2',
      outcome: 'added',
      detail: expect.stringMatching(/its answer was lost \(.+\), and looking showed it/),
    });
    expect(text).not.toMatch(/NOT DONE|failed/);
    expect(dns2[list].at(-1)).toContain(args.domain);
  });

  test('where nobody can look either, it is unknown, and never called failed or not done', async () => {
    const { call, server } = await pair(undefined, { PIHOLE_WAIT_MS: '30' });
    const dns2 = server('pihole', 1);
    dns2.observer = ({ method }) => {
      if (method === 'PUT') dns2.inject('reset');
    };
    dns2.inject('truncate', { path: /hosts\/./, times: 1 });
    const { data, text } = await call('dns_add_record', { ...host, confirm: true });
    expect(data.result.instances).toMatchObject([
      { instance: 'dns1', outcome: 'added' },
      { instance: 'dns2', outcome: 'unknown' },
    ]);
    expect(text).toContain('UNKNOWN: it may have been done where it says so');
    expect(text).not.toMatch(/NOT DONE|failed/);
  });
});

describe('a change that Pi-hole takes and loses', () => {
  test.each([
    ['added', 'dns_add_record', host, 'does not hold it'],
    ['removed', 'dns_remove_record', { domain: 'n8n.lab.example.net' }, 'still holds the record'],
  ] as const)('is never called %s', async (_, tool, args, words) => {
    const { call, piholes } = await pair(undefined, { PIHOLE_WAIT_MS: '30' });
    for (const { machine } of piholes) machine.losesChanges = true;
    const { data, text } = await call(tool, { ...args, confirm: true });
    expect(data?.outcome, text).not.toBe('done');
    expect(text).toContain(words);
    expect(text).not.toMatch(/^Done/);
  });
});

describe('changes at the same moment', () => {
  test('two CNAMEs in one turn: both are done, and never are both resolvers away', async () => {
    const { call, piholes, dns1, dns2 } = await pair();
    const away = piholes.map(() => false);
    let bothAway = 0;
    for (const [i, { machine }] of piholes.entries()) {
      const { restart, start } = machine;
      machine.restart = () => {
        away[i] = true;
        if (away.every(Boolean)) bothAway += 1;
        restart.call(machine);
      };
      machine.start = () => {
        away[i] = false;
        start.call(machine);
      };
    }
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        call('dns_add_record', {
          domain: `${name}.lab.example.net`,
          target: cname.target,
          confirm: true,
        }),
      ),
    );
    expect(
      answers.map(({ data }) => data?.outcome),
      answers.map(({ text }) => text).join('\n'),
    ).toEqual(['done', 'done', 'done']);
    for (const one of [dns1, dns2])
      expect(
        one.cnameRecords
          .slice(-3)
          .map((entry) => entry[0])
          .sort(),
      ).toEqual(['a', 'b', 'c']);
    expect(bothAway).toBe(0);
  });

  test('an address and a CNAME of one name: one of them is done, and the other says why not', async () => {
    const { call, dns1, dns2 } = await pair();
    const answers = await Promise.all([
      call('dns_add_record', { ...host, confirm: true }),
      call('dns_add_record', { domain: host.domain, target: cname.target, confirm: true }),
    ]);
    for (const one of [dns1, dns2]) {
      const lines = [...one.hosts, ...one.cnameRecords].filter((entry) =>
        entry.includes(host.domain),
      );
      expect(lines).toHaveLength(1);
    }
    expect(answers.filter(({ data }) => data?.outcome === 'done')).toHaveLength(1);
    expect(answers.map(({ text }) => text).join()).toMatch(
      /a name with a CNAME can have no other record/i,
    );
  });

  test('two names out of one line: neither comes back', async () => {
    const { call, dns1, dns2 } = await pair((one) => {
      one.hosts.push('10.0.10.31 a.lan b.lan c.lan');
    });
    await Promise.all(
      ['a.lan', 'b.lan'].map((domain) => call('dns_remove_record', { domain, confirm: true })),
    );
    for (const one of [dns1, dns2])
      expect(one.hosts.filter((entry) => entry.startsWith('10.0.10.31'))).toEqual([
        '10.0.10.31 c.lan',
      ]);
  });

  test('another program’s check of the configuration: tried again, since nothing was stored', async () => {
    const { call, server } = await pair();
    server('pihole', 1).inject(
      {
        status: 400,
        headers: { 'content-type': 'application/json' },
        body: '{"error":{"key":"bad_request","message":"Invalid configuration","hint":"cannot read /etc/pihole/dnsmasq.conf.temp"}}',
      },
      { path: /cnameRecords\/./, times: 1 },
    );
    const { data, text } = await call('dns_add_record', { ...cname, confirm: true });
    expect(data.outcome, text).toBe('done');
    expect(server('pihole', 1).writes()).toHaveLength(2);
  });

  test('a check-up during a change waits for it: nothing is broken', async () => {
    const { call } = await pair();
    const [changed, { data, text }] = await Promise.all([
      call('dns_add_record', { ...cname, confirm: true }),
      call('service_health', { service: 'pihole' }),
    ]);
    expect(changed.data.outcome).toBe('done');
    const severities = data.services[0].findings.map(
      ({ severity }: { severity: string }) => severity,
    );
    expect(
      severities.filter((severity: string) => severity !== 'info'),
      text,
    ).toEqual([]);
  });
});

describe('a change that Pi-hole refuses', () => {
  test('gives its own reason on every line, no call that would be refused again, and no talk of silence', async () => {
    const { call, server } = await pair();
    server('pihole', 1).inject(
      {
        status: 400,
        headers: { 'content-type': 'application/json' },
        body: '{"error":{"key":"bad_request","message":"Invalid configuration","hint":"dnsmasq: something it does not like"}}',
      },
      { path: /cnameRecords\/./ },
    );
    const { data, text } = await call('dns_add_record', { ...cname, confirm: true });
    expect(data.result.instances).toMatchObject([
      {
        instance: 'dns1',
        outcome: 'left alone',
        detail: expect.stringContaining('dns2 did not take it'),
      },
      {
        instance: 'dns2',
        outcome: 'failed',
        detail: expect.stringContaining('something it does not like'),
      },
    ]);
    expect(data.result).not.toHaveProperty('again');
    expect(text).not.toMatch(/answers again|complete it with/);
    expect(text).toContain('NOT DONE: the same call would be refused again');
  });

  test('a circle of CNAMEs is seen before anything is sent', async () => {
    const { call, writes } = await pair((one) => {
      one.cnameRecords.push('nas2.lan,loop2.lan', 'loop2.lan,loop3.lan');
    });
    const { isError, text } = await call('dns_add_record', {
      domain: 'loop3.lan',
      target: 'nas2.lan',
      confirm: true,
    });
    expect([isError, text]).toEqual([
      true,
      expect.stringContaining('(nas2.lan → loop2.lan → loop3.lan), a circle of CNAMEs'),
    ]);
    expect(writes('pihole')).toEqual([]);
  });
});

describe('a change that its resolver cannot show', () => {
  test('a name that a list blocks: said before and after, without a wait', async () => {
    const { call } = await pair();
    const args = { domain: 'ads.example.com', ip: '10.0.10.31' };
    expect((await call('dns_add_record', args)).text).toMatch(
      /Note: dns1: ads\.example\.com is on a blocklist \(https:\S+\), which comes first/,
    );
    const { text } = await call('dns_add_record', { ...args, confirm: true });
    expect(text).toMatch(/stored, but a list blocks the name/);
    expect(text).not.toContain('yet');
  });

  test('a resolver that is away: said before, and afterwards what is known', async () => {
    const { call } = await pair(
      (one, i) => {
        one.mute = i === 1;
      },
      { PIHOLE_DNS_TIMEOUT_MS: '100', PIHOLE_WAIT_MS: '300' },
    );
    expect((await call('dns_add_record', host)).text).toContain(
      'Note: dns2: its resolver does not answer this machine now, so that the change shows cannot be seen.',
    );
    const added = await call('dns_add_record', { ...host, confirm: true });
    expect(added.data.result.instances[1].detail).toMatch(/^stored; its resolver does not answer/);
    const removed = await call('dns_remove_record', { ...host, confirm: true });
    expect(removed.data.result.instances[1].detail).toMatch(
      /^no longer stored; its resolver does not answer/,
    );
  });
});

test('an instance that does not let Lares in is not said to be silent', async () => {
  const { call } = await pair(undefined, { PIHOLE_DNS2_PASSWORD: 'wrong-password' });
  const { text } = await call('dns_add_record', host);
  expect(text).toContain('it denies access (POST /auth: 401 password incorrect)');
  expect(text).not.toContain('it does not answer');
});
