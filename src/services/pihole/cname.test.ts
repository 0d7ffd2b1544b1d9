import { describe, expect, test } from 'vitest';
import { lab, type Lab } from '../../../test/harness.ts';
import { createWorld, type World } from '../../demo/world/index.ts';
import type { PiholeInstance } from '../../demo/world/pihole.ts';
import type { PiholeFake } from './fake/index.ts';

const record = { domain: 'www.lab.example.net', target: 'web.lab.example.net' };
const put = 'PUT /api/config/dns/cnameRecords/www.lab.example.net%2Cweb.lab.example.net';

type Pair = Lab & {
  dns1: PiholeInstance;
  dns2: PiholeInstance;
  piholes: PiholeFake['piholes'];
  journal: PiholeFake['journal'];
  sent(): string[][];
};
async function pair(
  change: (dns1: PiholeInstance, dns2: PiholeInstance, world: World) => void = () => undefined,
  env: Record<string, string> = {},
): Promise<Pair> {
  const world = createWorld();
  const [dns1, dns2] = world.pihole.instances;
  if (!dns1 || !dns2) throw new Error('a pair is two');
  change(dns1, dns2, world);
  const one = await lab({ only: ['pihole'], world, env });
  const { piholes, journal } = one.fake('pihole') as PiholeFake;
  return {
    ...one,
    dns1,
    dns2,
    piholes,
    journal,
    sent: () =>
      piholes.map(({ server }) =>
        server
          .writes()
          .map(
            ({ method, path, query }) => `${method} ${path}${query.size > 0 ? `?${query}` : ''}`,
          ),
      ),
  };
}

describe('adding a CNAME', () => {
  test('says in the preview that resolvers restart, in which order, and what the target lacks', async () => {
    const { call, sent } = await pair();
    const { text } = await call('dns_add_record', {
      domain: 'www.lab.example.net',
      target: 'elsewhere.example.com',
    });
    expect(text).toMatch(
      /^Will add www\.lab\.example\.net CNAME elsewhere\.example\.com on dns1 and dns2\./,
    );
    expect(text).toContain('Note: This restarts the resolver of dns2, then of dns1, one at a time');
    expect(text).toContain(
      'Note: dns1: elsewhere.example.com is no local record there, so the CNAME will be answered without an address.',
    );
    expect(sent()).toEqual([[], []]);
  });

  test('restarts one at a time, the holder of the VIP last, and waits until each answers DNS', async () => {
    const one = await pair();
    const progress: string[] = [];
    const { data, text } = await one.call(
      'dns_add_record',
      { ...record, ttl: 300, confirm: true },
      { onprogress: ({ message }) => progress.push(message ?? '') },
    );
    expect(data).toMatchObject({
      outcome: 'done',
      result: {
        complete: true,
        record: 'www.lab.example.net CNAME web.lab.example.net (TTL 300 s)',
      },
    });
    expect(text).toMatch(/dns1 +added +restarted and answers as it should\ndns2 +added +restarted/);
    expect(one.sent()).toEqual([[`${put}%2C300`], [`${put}%2C300`]]);
    expect(one.piholes.map(({ machine }) => machine.restarts)).toEqual([1, 1]);
    const order = one.journal
      .filter((line) => / PUT |info\/login/.test(line))
      .map((line) => line.split(' ', 2).join(' '));
    const [dns2, dns1] = [
      order.filter((line) => line.startsWith('dns2')),
      order.filter((line) => line.startsWith('dns1')),
    ];
    expect(order).toEqual([...dns2, ...dns1]);
    expect([dns2[0], dns1[0]]).toEqual(['dns2 PUT', 'dns1 PUT']);
    expect(dns2.length).toBeGreaterThan(2);
    expect(
      (await one.call('dns_lookup', { domain: record.domain })).data.instances[0].answers[0],
    ).toMatchObject({ values: ['10.0.10.80'], ttlSeconds: 0 });
    expect(progress).toEqual(['dns2: its resolver restarts', 'dns1: its resolver restarts']);
  });

  test('a resolver that is not back within the bound is handed over, and the other one keeps serving', async () => {
    const { call, piholes, sent } = await pair(undefined, { PIHOLE_WAIT_MS: '20' });
    for (const { machine } of piholes) machine.restartPolls = 1_000;
    const { data, text } = await call('dns_add_record', { ...record, confirm: true });
    expect(data.outcome).toBe('unfinished');
    expect(data.result.instances).toMatchObject([
      {
        instance: 'dns1',
        outcome: 'left alone',
        detail: 'until dns2 answers again: two resolvers must not be away at once',
      },
      { instance: 'dns2', outcome: 'restarting', detail: expect.stringContaining('dns_lookup') },
    ]);
    expect(text).toContain(`HALF DONE: complete it with dns_add_record ${JSON.stringify(record)}`);
    expect(sent()).toEqual([[], [put]]);
    for (const { machine } of piholes) machine.restartPolls = 0;
    piholes[1]?.machine.start();
    expect((await call('dns_add_record', { ...record, confirm: true })).data).toMatchObject({
      outcome: 'done',
      result: { instances: [{ outcome: 'added' }, { outcome: 'already there' }] },
    });
  });

  test('a failed change stops there: the second instance is left alone', async () => {
    const { call, server, sent } = await pair();
    server('pihole', 1).inject('reset', { path: /cnameRecords\// });
    const { data, text } = await call('dns_add_record', { ...record, confirm: true });
    expect(data.result.instances).toMatchObject([
      { instance: 'dns1', outcome: 'left alone' },
      { instance: 'dns2', outcome: 'failed' },
    ]);
    expect(text).toMatch(/NOT DONE: complete it with/);
    expect(sent()[0]).toEqual([]);
  });

  test('a resolver that is already silent: said, because its restart cannot be watched', async () => {
    const { call } = await pair(
      (dns1) => {
        dns1.mute = true;
      },
      { PIHOLE_DNS_TIMEOUT_MS: '100' },
    );
    expect((await call('dns_add_record', record)).text).toContain(
      'Note: dns1: its resolver does not answer this machine now, so the end of its restart cannot be seen',
    );
  });

  test('whose name another list decides: back is when it was started since, and the answer is explained', async () => {
    const { call } = await pair((dns1, dns2) => {
      dns1.denied.push(record.domain);
      dns2.denied.push(record.domain);
    });
    expect(
      (await call('dns_add_record', { ...record, confirm: true })).data.result.instances[0],
    ).toMatchObject({
      outcome: 'added',
      detail: 'restarted; another record or list decides its answer: see dns_lookup',
    });
  });

  test.each([
    [
      'another target',
      (one: PiholeInstance) => one.cnameRecords.push('www.lab.example.net,nas1.lab.example.net'),
      {},
    ],
    ['an address', (one: PiholeInstance) => one.hosts.push('10.0.0.1 www.lab.example.net'), {}],
    [
      'another TTL',
      (one: PiholeInstance) => one.cnameRecords.push('www.lab.example.net,web.lab.example.net,60'),
      { ttl: 300 },
    ],
  ])('of a name that has %s on one instance: refused on both', async (_, prepare, more) => {
    const { call, sent } = await pair((_dns1, dns2) => {
      prepare(dns2);
    });
    expect(await call('dns_add_record', { ...record, ...more, confirm: true })).toMatchObject({
      isError: true,
      text: expect.stringMatching(
        /conflicts: dns2 has www\.lab\.example\.net .*Remove it first: dns_remove_record/,
      ),
    });
    expect(sent()).toEqual([[], []]);
  });
});

describe('removing a CNAME', () => {
  test('waits for each resolver, and undo brings it back with its TTL', async () => {
    const { call, sent } = await pair((dns1, dns2) => {
      for (const one of [dns1, dns2])
        one.cnameRecords.push('www.lab.example.net,web.lab.example.net,300');
    });
    const { data } = await call('dns_remove_record', { domain: record.domain, confirm: true });
    expect(data).toMatchObject({
      outcome: 'done',
      undo: { tool: 'dns_add_record', arguments: { ...record, ttl: 300 } },
    });
    expect(sent()).toEqual([1, 2].map(() => [`${put.replace('PUT', 'DELETE')}%2C300`]));
    expect(
      (await call('dns_lookup', { domain: record.domain })).data.instances[0].answers[0].status,
    ).toBe('no such name');
  });

  test.each([['v6.4.1'], ['v6.0.5']])(
    'out of a shared line on %s: one restart, its neighbours stay',
    async (version) => {
      const { call, sent, piholes, dns1 } = await pair((one, two) => {
        for (const each of [one, two]) {
          each.version = version;
          each.cnameRecords.push(
            'www.lab.example.net,intranet.lab.example.net,web.lab.example.net',
          );
        }
      });
      expect(
        (await call('dns_remove_record', { domain: record.domain, confirm: true })).data.outcome,
      ).toBe('done');
      expect(sent()[0]).toEqual([
        'DELETE /api/config/dns/cnameRecords/www.lab.example.net%2Cintranet.lab.example.net%2Cweb.lab.example.net?restart=false',
        'PUT /api/config/dns/cnameRecords/intranet.lab.example.net%2Cweb.lab.example.net',
      ]);
      expect(dns1.cnameRecords.at(-1)).toBe('intranet.lab.example.net,web.lab.example.net');
      expect(piholes[0]?.machine.restarts).toBe(1);
      expect(
        (await call('dns_lookup', { domain: 'intranet.lab.example.net' })).data.instances[0]
          .answers[0].values,
      ).toEqual(['10.0.10.80']);
    },
  );
});
