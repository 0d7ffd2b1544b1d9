import { describe, expect, test } from 'vitest';
import { lab, type Lab } from '../../../test/harness.ts';
import { createWorld, type World } from '../../demo/world/index.ts';
import type { PiholeInstance } from '../../demo/world/pihole.ts';
import type { PiholeFake } from './fake/index.ts';

const quiet = { PIHOLE_DNS_TIMEOUT_MS: '150' };

async function pair(
  change: (dns1: PiholeInstance, dns2: PiholeInstance, world: World) => void = () => undefined,
  env: Record<string, string> = {},
): Promise<Lab & { piholes: PiholeFake['piholes'] }> {
  const world = createWorld();
  const [dns1, dns2] = world.pihole.instances;
  if (dns1 && dns2) change(dns1, dns2, world);
  const one = await lab({ only: ['pihole'], world, env });
  return { ...one, piholes: (one.fake('pihole') as PiholeFake).piholes };
}

describe('dns_list_records', () => {
  test('asks every instance once and says where each record stands', async () => {
    const { call, requests } = await pair();
    const { data, text } = await call('dns_list_records', { filter: 'NAS1' });
    expect(data).toMatchObject({
      total: 2,
      drifting: 0,
      compared: true,
      instances: ['dns1', 'dns2'],
      odd: [],
    });
    expect(data.records).toEqual([
      {
        name: 'nas1.lab.example.net',
        type: 'A',
        value: '10.0.10.9',
        on: ['dns1', 'dns2'],
        missingOn: [],
      },
      {
        name: 'nas1.lab.example.net',
        type: 'AAAA',
        value: 'fd00:10::9',
        on: ['dns1', 'dns2'],
        missingOn: [],
      },
    ]);
    expect(text).toMatch(
      /^2 of 67 records on dns1 and dns2\. All instances have the same records\.\nname +type +value +on\nnas1\.lab\.example\.net +A +10\.0\.10\.9 +all\n/,
    );
    expect(requests('pihole').map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /api/auth',
      'GET /api/config/dns',
      'POST /api/auth',
      'GET /api/config/dns',
    ]);
  });

  test('marks what differs between the instances, and can show only that', async () => {
    const { call } = await pair((dns1, dns2) => {
      dns1.hosts.push('10.0.50.77 testbox.lab.example.net');
      dns2.cnameRecords.push('www.lab.example.net,web.lab.example.net,300');
    });
    const { data, text } = await call('dns_list_records', { drift: true });
    expect(data).toMatchObject({ total: 2, drifting: 2 });
    expect(text).toContain('2 records differ between the instances (drift).');
    expect(text).toMatch(
      /testbox\.lab\.example\.net +A +10\.0\.50\.77 +DRIFT: on dns1, not on dns2/,
    );
    expect(text).toMatch(
      /www\.lab\.example\.net +CNAME +web\.lab\.example\.net \(TTL 300 s\) +DRIFT: on dns2, not on dns1/,
    );
  });

  test('a filter that finds nothing is not an empty Pi-hole', async () => {
    const { call } = await pair();
    expect((await call('dns_list_records', { drift: true })).text).toBe(
      '0 of 67 records on dns1 and dns2. All instances have the same records.',
    );
  });

  test('with one instance away, tells the rest and that nothing was compared', async () => {
    const { call, server } = await pair((dns1) => {
      dns1.hosts.push('10.0.50.77 testbox.lab.example.net');
    });
    server('pihole', 1).inject('refuse');
    const { data, text, isError } = await call('dns_list_records', { filter: 'testbox' });
    expect(isError).toBe(false);
    expect(data).toMatchObject({
      total: 1,
      drifting: 0,
      compared: false,
      instances: ['dns1'],
      partial: [{ instance: 'dns2', error: expect.stringContaining('connection refused') }],
    });
    expect(text).toContain('Only dns1 answered: nothing was compared.');
    expect(text).toContain('PARTIAL: Pi-hole dns2 did not answer');
  });

  test('with both away, is an error', async () => {
    const { call, server } = await pair();
    for (const n of [0, 1]) server('pihole', n).inject('refuse');
    expect(await call('dns_list_records')).toMatchObject({
      isError: true,
      text: expect.stringContaining('connection refused'),
    });
  });

  test('is bounded and says how to narrow; lines without a record are named', async () => {
    const { call } = await pair((dns1) => {
      dns1.hosts.push('999.1.1.1 typo.lan');
    });
    const { data, text } = await call('dns_list_records', { type: 'CNAME', limit: 2 });
    expect(data).toMatchObject({
      total: 8,
      odd: [{ instance: 'dns1', entry: '999.1.1.1 typo.lan' }],
    });
    expect(data.records).toHaveLength(2);
    expect(text).toContain('2 of 8 shown. cursor="2" goes on; or narrow with filter or type.');
    expect(text).toContain('Not understood on dns1: "999.1.1.1 typo.lan"');
  });
});

describe('dns_lookup', () => {
  test('shows what is configured, the chain, and what each really answers, A and AAAA', async () => {
    const { call, piholes } = await pair();
    const { data, text } = await call('dns_lookup', { domain: 'Files.lab.example.net.' });
    expect(data.agree).toBe(true);
    expect(data.instances[0]).toEqual({
      instance: 'dns1',
      blocked: false,
      configured: [
        { name: 'files.lab.example.net', type: 'CNAME', value: 'web.lab.example.net' },
        { name: 'web.lab.example.net', type: 'A', value: '10.0.10.80' },
      ],
      answers: [
        {
          type: 'A',
          status: 'answered',
          values: ['10.0.10.80'],
          chain: ['web.lab.example.net'],
          ttlSeconds: 0,
        },
        { type: 'AAAA', status: 'no such record', values: [], chain: ['web.lab.example.net'] },
      ],
    });
    expect(text).toMatch(/^files\.lab\.example\.net: dns1 and dns2 agree: 10\.0\.10\.80\./);
    expect(text).toContain(
      'Configured on dns1 and dns2: files.lab.example.net CNAME web.lab.example.net; web.lab.example.net A 10.0.10.80',
    );
    expect(piholes.map(({ dns }) => dns.questions.map(({ type }) => type).sort())).toEqual([
      ['A', 'AAAA'],
      ['A', 'AAAA'],
    ]);
  });

  test('a local A does not stop AAAA from going upstream: both are shown', async () => {
    const { call } = await pair((dns1, dns2) => {
      for (const one of [dns1, dns2]) one.hosts.push('10.0.10.80 example.com');
    });
    const { data } = await call('dns_lookup', { domain: 'example.com' });
    expect(data.instances[0].answers.map(({ values }: { values: string[] }) => values)).toEqual([
      ['10.0.10.80'],
      ['2001:db8::80'],
    ]);
  });

  test('a blocked name is blocked, and the list is named', async () => {
    const { call } = await pair();
    const { data, text } = await call('dns_lookup', { domain: 'ads.example.com' });
    expect(data.instances[1]).toMatchObject({
      blocked: true,
      blockedBy: ['https://lists.example.org/hosts'],
      configured: [],
      answers: [{ values: ['0.0.0.0'], ttlSeconds: 2 }, { values: ['::'] }],
    });
    expect(text).toMatch(/agree: blocked\./);
    expect(text).toContain('Listed on dns1 and dns2: https://lists.example.org/hosts');
  });

  test.each([
    ['NXDOMAIN', true],
    ['NODATA', true],
  ])('in mode %s the list and the missing answer tell it', async (mode, blocked) => {
    const { call } = await pair((dns1, dns2) => {
      dns1.blocking.mode = dns2.blocking.mode = mode;
    });
    expect(
      (await call('dns_lookup', { domain: 'shady.example.net' })).data.instances[0],
    ).toMatchObject({ blocked, blockedBy: ['denylist (exact)'] });
  });

  test('a listed name is not blocked while blocking is off, nor is a local record that points to nowhere', async () => {
    const { call } = await pair((dns1, dns2, world) => {
      world.pihole.internet['ads.example.com'] = ['192.0.2.99'];
      for (const one of [dns1, dns2]) {
        one.blocking.on = false;
        one.hosts.push('0.0.0.0 nowhere.lab.example.net');
      }
    });
    expect(
      (await call('dns_lookup', { domain: 'ads.example.com' })).data.instances.map(
        ({ blocked }: { blocked: boolean }) => blocked,
      ),
    ).toEqual([false, false]);
    expect(
      (await call('dns_lookup', { domain: 'nowhere.lab.example.net' })).data.instances[0],
    ).toMatchObject({ blocked: false, answers: [{ values: ['0.0.0.0'] }, {}] });
  });

  test('different answers are said first', async () => {
    const { call } = await pair((dns1, dns2) => {
      dns1.hosts.push('10.0.0.1 x.lab.example.net');
      dns2.hosts.push('10.0.0.2 x.lab.example.net');
    });
    const { data, text } = await call('dns_lookup', { domain: 'x.lab.example.net' });
    expect(data.agree).toBe(false);
    expect(text).toMatch(
      /^x\.lab\.example\.net: the instances DIFFER: dns1 10\.0\.0\.1; dns2 10\.0\.0\.2\./,
    );
  });

  test('an address leads to its names; a name nobody knows is said to be so', async () => {
    const { call } = await pair();
    expect((await call('dns_lookup', { domain: '10.0.30.62' })).data.instances[0]).toMatchObject({
      configured: [{ name: 'n8n.lab.example.net' }],
      answers: [{ type: 'PTR', values: ['n8n.lab.example.net'] }],
    });
    expect((await call('dns_lookup', { domain: 'nobody.lab.example.net' })).text).toMatch(
      /agree: A no such name, AAAA no such name\.[\s\S]*Configured on dns1 and dns2: nothing/,
    );
  });

  test('a resolver that is silent, an API that is silent: the other half is still told', async () => {
    const { call, server } = await pair((dns1) => {
      dns1.mute = true;
    }, quiet);
    server('pihole', 1).inject(
      {
        status: 500,
        body: '{"error":{"key":"internal_error","message":"Out of memory","hint":null}}',
      },
      { path: /config/ },
    );
    const { data, text } = await call('dns_lookup', { domain: 'n8n.lab.example.net' });
    expect(data.instances[0]).toMatchObject({
      configured: [{ value: '10.0.30.62' }],
      answers: [
        { status: 'no answer', problem: expect.stringMatching(/no answer within 0\.15 s/) },
        { status: 'no answer' },
      ],
    });
    expect(data.instances[1]).toMatchObject({
      problem: expect.stringContaining('Out of memory'),
      answers: [{ values: ['10.0.30.62'] }, {}],
    });
    expect(data.instances[1]).not.toHaveProperty('configured');
    expect(text).toContain('Not known of dns2: GET /config/dns: 500 Out of memory');
  });

  test('an answer too big for a datagram comes over TCP', async () => {
    const { call, piholes } = await pair();
    for (const { dns } of piholes) dns.truncate = true;
    expect(
      (await call('dns_lookup', { domain: 'n8n.lab.example.net' })).data.instances[0].answers[0]
        .values,
    ).toEqual(['10.0.30.62']);
    expect(piholes[0]?.dns.questions.map(({ over }) => over).sort()).toEqual([
      'tcp',
      'tcp',
      'udp',
      'udp',
    ]);
  });

  test('more questions than its share are refused, and that is said', async () => {
    const { call, piholes } = await pair();
    for (const { dns } of piholes) dns.spent = 1_000;
    expect(
      (await call('dns_lookup', { domain: 'n8n.lab.example.net' })).data.instances[0].answers[0],
    ).toMatchObject({ status: 'refused', problem: expect.stringContaining('1000 a minute') });
  });

  test.each([
    ['*.lab.example.net', 'wildcards'],
    ['bücher.example', 'punycode'],
    ['a b', 'is not a DNS name'],
    ['-x.lan', 'is not a DNS name'],
  ])('%j is refused before anything is sent', async (domain, why) => {
    const { call, requests, piholes } = await pair();
    expect(await call('dns_lookup', { domain })).toMatchObject({
      isError: true,
      text: expect.stringContaining(why),
    });
    expect([requests('pihole'), piholes.flatMap(({ dns }) => dns.questions)]).toEqual([[], []]);
  });
});
