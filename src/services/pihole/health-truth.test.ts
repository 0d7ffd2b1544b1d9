import { describe, expect, test } from 'vitest';
import { lab, type Lab } from '../../../test/harness.ts';
import { minute, second } from '../../demo/world/clock.ts';
import { createWorld, type World } from '../../demo/world/index.ts';
import type { PiholeInstance } from '../../demo/world/pihole.ts';
import { configureService } from '../../core/config/env.ts';
import type { PiholeFake } from './fake/index.ts';
import { pihole } from './index.ts';

interface Verdict {
  findings: string[];
  pihole: any;
  text: string;
}
type Change = (dns1: PiholeInstance, dns2: PiholeInstance, world: World) => void;

const env = { PIHOLE_DNS_TIMEOUT_MS: '200' };
async function verdict(
  change: Change = () => undefined,
  more: Record<string, string | undefined> = {},
  before: (one: Lab) => void = () => undefined,
): Promise<Verdict> {
  const world = createWorld();
  const [dns1, dns2] = world.pihole.instances;
  if (!dns1 || !dns2) throw new Error('a pair is two');
  change(dns1, dns2, world);
  const one = await lab({ only: ['pihole'], world, env: { ...env, ...more } });
  before(one);
  const { data, text } = await one.call('service_health', { service: 'pihole' });
  return {
    pihole: data.services[0],
    findings: data.services[0].findings.map(
      ({ severity, id }: Record<string, string>) => `${severity} ${id}`,
    ),
    text,
  };
}
const loud = ({ findings }: Verdict): string[] =>
  findings.filter((finding) => !finding.startsWith('info'));

describe('numbers that are words', () => {
  test('-2 domains: the database cannot be read, and "enabled" blocks nothing', async () => {
    const answer = await verdict((dns1) => {
      dns1.gravityReadable = false;
    });
    expect(answer.findings).toEqual(['warning pihole.gravity-unreadable/dns1']);
    expect(answer.text).toContain('cannot read its blocklist database');
    expect(answer.text).not.toMatch(/^All clear/);
    expect(answer.pihole.facts.blocking).toBe('on 1 of 2');
  });

  test('-1 anywhere is not told, and no count', async () => {
    const { findings, pihole } = await verdict(undefined, {}, ({ server }) =>
      server('pihole', 0).inject(
        {
          status: 200,
          headers: { 'content-type': 'application/json' },
          body: '{"queries":{"total":-1,"percent_blocked":-1},"gravity":{"domains_being_blocked":-1,"last_update":0},"took":0.1}',
        },
        { path: /stats\/summary/ },
      ),
    );
    expect(findings).toEqual([]);
    expect(pihole.gaps).toEqual([expect.objectContaining({ what: 'dns1: its blocklists' })]);
    expect(pihole.facts['questions/24 h']).toBe(1_904);
    expect(pihole.facts).not.toHaveProperty('blocked');
  });
});

test('a Pi-hole that only resolves, as the operator says: nothing is said of its lists', async () => {
  const answer = await verdict(
    (dns1, dns2) => {
      for (const one of [dns1, dns2])
        Object.assign(one, {
          listedDomains: 0,
          blocking: { on: false, mode: 'NULL', flipsAt: null },
        });
    },
    { PIHOLE_WITHOUT: 'lists' },
  );
  expect(answer.findings).toEqual([]);
  expect(answer.pihole.facts).not.toHaveProperty('blocking');
});

describe('one endpoint that fails', () => {
  test('the version: worth a line, and nothing is down', async () => {
    const answer = await verdict((_, dns2) => {
      dns2.versionFile = false;
    });
    expect(answer.findings).toEqual([]);
    expect(answer.pihole).toMatchObject({
      version: 'v6.4.1',
      facts: { 'answering DNS': '2 of 2' },
    });
    expect(answer.text).toContain('Failed to read /etc/pihole/versions');
  });

  test.each([
    ['info/ftl'],
    ['info/version'],
    ['stats/summary'],
    ['dns/blocking'],
    ['config/dns'],
    ['info/messages'],
    ['queries'],
  ])('%s: its own gap, and never an instance that is down', async (path) => {
    const { findings, pihole } = await verdict(undefined, {}, ({ server }) =>
      server('pihole', 0).inject({ status: 500, body: '{}' }, { path: new RegExp(path) }),
    );
    expect(findings).toEqual([]);
    expect(pihole.gaps.length).toBe(1);
    expect(pihole.facts['answering DNS']).toBe('2 of 2');
  });
});

describe('a half that does not let Lares in', () => {
  test('still answers DNS, and that is counted', async () => {
    const { pihole, text } = await verdict(undefined, { PIHOLE_DNS2_PASSWORD: 'wrong-password' });
    expect(pihole.facts['answering DNS']).toBe('2 of 2');
    expect(text).toMatch(/DNS 2\/2/);
    expect(text).not.toMatch(/dns2 (?:did|does) not answer|dns2 gives no DNS/);
  });

  test('and whose resolver is silent as well: that is found without a password', async () => {
    const { findings, pihole } = await verdict(
      (_, dns2) => {
        dns2.mute = true;
      },
      { PIHOLE_DNS2_PASSWORD: 'wrong-password' },
    );
    expect(findings).toContain('warning pihole.dns-silent/dns2');
    expect(pihole.facts['answering DNS']).toBe('1 of 2');
  });

  test('both: denied, and whether DNS works is told all the same', async () => {
    const { pihole } = await verdict(undefined, {
      PIHOLE_DNS1_PASSWORD: 'wrong-password',
      PIHOLE_DNS2_PASSWORD: 'wrong-password',
    });
    expect(pihole.state).toBe('denied');
    expect(pihole.problem).toContain('DNS is answered all the same (dns1, dns2)');
  });
});

test('a refused connection stays one when there is no time to ask again', async () => {
  const { pihole: state } = await verdict(
    undefined,
    { LARES_DEADLINE_MS: '3000', PIHOLE_POLL_MS: '2450', PIHOLE_WAIT_MS: '60000' },
    ({ fake }) => {
      for (const server of fake('pihole').servers) server.inject('refuse');
    },
  );
  expect(state).toMatchObject({
    state: 'unreachable',
    problem: expect.stringContaining('connection refused'),
  });
});

describe('a restart of FTL', () => {
  test('that leaves a few questions without answer is no fault', async () => {
    for (const instance of [0, 1]) {
      const answer = await verdict(undefined, {}, ({ fake }) => {
        const { machine } = (fake('pihole') as PiholeFake).piholes[instance] ?? {};
        if (machine) machine.restartPolls = 2;
        machine?.restart();
        machine?.answers();
      });
      expect(loud(answer), answer.text).toEqual([]);
    }
  });

  test('shows as that: started a moment ago, lists not loaded yet', async () => {
    const answer = await verdict((dns1, _, world) => {
      Object.assign(dns1, { startedAt: world.now() - 200, listedDomains: 0, listsUpdatedAt: 0 });
    });
    expect(answer.findings).toEqual(['info pihole.just-started/dns1']);
  });

  test('an hour later empty lists are empty lists', async () => {
    const answer = await verdict((dns1, _, world) => {
      Object.assign(dns1, { startedAt: world.now() - 60 * minute, listedDomains: 0 });
    });
    expect(answer.findings).toEqual(['warning pihole.gravity-empty/dns1']);
  });

  test('while a CNAME is on its way from one to the other: not the same, and said to be so', async () => {
    const answer = await verdict((dns1, _, world) => {
      dns1.cnameRecords.push('new.lab.example.net,web.lab.example.net');
      dns1.startedAt = world.now() - 3 * second;
    });
    expect(answer.findings).toEqual([
      'info pihole.records-apart/records',
      'info pihole.just-started/dns1',
    ]);
  });
});

test('port 53 taken: the resolver is silent, and nothing is said of its lists', async () => {
  const answer = await verdict((_, dns2) => {
    dns2.portTaken = true;
  });
  expect(answer.findings).toEqual(['warning pihole.dns-silent/dns2']);
  expect(answer.text).not.toContain('pihole -g');
});

describe('CNAMEs that lead nowhere', () => {
  const zone = 'lab.example.net';
  const cnames =
    (...entries: string[]): Change =>
    (dns1, dns2) => {
      for (const one of [dns1, dns2]) one.cnameRecords.push(...entries);
    };

  test('one finding for each missing end, however many names lead there', async () => {
    const answer = await verdict(
      cnames(
        `dead.${zone},nobody.${zone}`,
        `dead2.${zone},dead.${zone}`,
        'ext.lan,www.example.com',
      ),
    );
    expect(answer.findings).toEqual([
      `warning pihole.cname-dangling/nobody.${zone}`,
      'warning pihole.cname-dangling/www.example.com',
    ]);
    expect(answer.text).toContain(
      `dead.${zone}, dead2.${zone} lead to nobody.${zone}, which is no local record: answered without an address on dns1 and dns2`,
    );
  });

  test('a circle is one finding', async () => {
    const answer = await verdict(cnames('a.lan,b.lan', 'b.lan,c.lan', 'c.lan,a.lan'));
    expect(answer.findings).toEqual(['warning pihole.cname-dangling/a.lan']);
    expect(answer.text).toContain('lead in a circle');
  });

  test('a target that has its address by DHCP is answered with it: nothing is wrong', async () => {
    const answer = await verdict((...all) => {
      cnames(`screen.${zone},tv.${zone}`)(...all);
      for (const one of all.slice(0, 2) as PiholeInstance[])
        one.leases = { [`tv.${zone}`]: '10.0.40.31' };
    });
    expect(answer.findings).toEqual([]);
  });

  test('the list marks them', async () => {
    const world = createWorld();
    for (const one of world.pihole.instances) one.cnameRecords.push(`dead.${zone},nobody.${zone}`);
    const { call } = await lab({ only: ['pihole'], world });
    const { text, data } = await call('dns_list_records', { filter: 'dead' });
    expect(data.records[0].problem).toBe(`nobody.${zone} is no local record`);
    expect(text).toContain(`nobody.${zone} is no local record`);
    expect((await call('dns_list_records', { filter: 'git' })).text).not.toContain('problem');
  });
});

describe('upstreams that failed', () => {
  const history =
    (bad: number, good: number): Change =>
    (dns1) => {
      dns1.forwarded = Array.from({ length: bad + good }, (_, n) => ({
        ago: (n + 1) * second,
        domain: `name${n}.example.com`,
        upstream: '9.9.9.9#53',
        reply: n < good ? 'IP' : 'SERVFAIL',
      }));
    };
  test('and answer again: worth knowing, and said to be over', async () => {
    const answer = await verdict(history(40, 24));
    expect(answer.findings).toEqual(['info pihole.upstream-failing/dns1']);
    expect(answer.text).toContain('it has recovered');
  });

  test('and fail still: loud', async () => {
    expect((await verdict(history(40, 10))).findings).toEqual([
      'warning pihole.upstream-failing/dns1',
    ]);
    expect((await verdict(history(60, 0))).findings).toEqual([
      'critical pihole.upstream-failing/dns1',
    ]);
  });
});

describe('a pair that is one machine', () => {
  test('is told, whatever its numbers say', async () => {
    const world = createWorld();
    const { env: pairEnv } = await lab({ only: ['pihole'], world });
    const { call } = await lab({
      only: ['pihole'],
      world,
      env: {
        // Two names of one machine: that the addresses are one and the same is not to be seen in them.
        PIHOLE_DNS2_URL: pairEnv['PIHOLE_DNS1_URL']?.replace('127.0.0.1', '0.0.0.0'),
        PIHOLE_DNS1_URL: pairEnv['PIHOLE_DNS1_URL'],
        PIHOLE_DNS1_DNS_PORT: pairEnv['PIHOLE_DNS1_DNS_PORT'],
        PIHOLE_DNS2_DNS_PORT: pairEnv['PIHOLE_DNS2_DNS_PORT'],
        PIHOLE_DNS2_PASSWORD: pairEnv['PIHOLE_DNS1_PASSWORD'],
      },
    });
    const { data, text } = await call('service_health', { service: 'pihole' });
    expect(data.services[0].findings.map(({ id }: { id: string }) => id)).toContain(
      'pihole.same-machine/dns1+dns2',
    );
    expect(text).not.toMatch(/^All clear/);
  });

  test('two that started in the same second are two', async () => {
    const answer = await verdict((dns1, dns2) => {
      Object.assign(dns2, { startedAt: dns1.startedAt, pid: dns1.pid });
    });
    expect(answer.findings).toEqual([]);
  });
});

test('another TTL is worth knowing, and no other answer', async () => {
  const answer = await verdict((dns1, dns2) => {
    dns1.cnameRecords.push('media.lab.example.net,web.lab.example.net,300');
    dns2.cnameRecords.push('media.lab.example.net,web.lab.example.net,60');
  });
  expect(answer.findings).toEqual(['info pihole.ttl-apart/records']);
  expect(answer.pihole.findings[0].evidence).toContain('300 s on dns1, 60 s on dns2');
});

test('instances are named in their own order, whatever the environment has first', () => {
  const { targets } = configureService(pihole, {
    PIHOLE_DNS10_URL: 'http://10.0.10.10',
    PIHOLE_DNS2_URL: 'http://10.0.10.3',
    PIHOLE_DNS1_URL: 'http://10.0.10.2',
  });
  expect([...targets.keys()]).toEqual(['dns1', 'dns2', 'dns10']);
});
