import { describe, expect, test } from 'vitest';
import { lab, type Lab } from '../../../test/harness.ts';
import { createWorld, type World } from '../../demo/world/index.ts';
import type { PiholeInstance } from '../../demo/world/pihole.ts';

const record = { domain: 'scanner.lab.example.net', ip: '10.0.10.31' };
const line = '10.0.10.31 scanner.lab.example.net';
const put = 'PUT /api/config/dns/hosts/10.0.10.31%20scanner.lab.example.net';

async function pair(
  change: (dns1: PiholeInstance, dns2: PiholeInstance, world: World) => void = () => undefined,
  env: Record<string, string> = {},
): Promise<Lab & { dns1: PiholeInstance; dns2: PiholeInstance; sent(): string[][] }> {
  const world = createWorld();
  const [dns1, dns2] = world.pihole.instances;
  if (!dns1 || !dns2) throw new Error('a pair is two');
  change(dns1, dns2, world);
  const one = await lab({ only: ['pihole'], world, env });
  return {
    ...one,
    dns1,
    dns2,
    sent: () =>
      one
        .fake('pihole')
        .servers.map((server) =>
          server
            .writes()
            .map(({ method, path, body }) => [method, path, body].filter(Boolean).join(' ')),
        ),
  };
}

describe('adding an A record', () => {
  test('is previewed, sent to each instance once without a body, and seen in its resolver', async () => {
    const { call, sent, dns1, dns2 } = await pair();
    expect((await call('dns_add_record', record)).text).toBe(
      `Will add scanner.lab.example.net A 10.0.10.31 on dns1 and dns2. Pass confirm=true to execute.\nUndo: dns_remove_record ${JSON.stringify(record)}`,
    );
    expect(sent()).toEqual([[], []]);
    const { data, text } = await call('dns_add_record', { ...record, confirm: true });
    expect(data).toMatchObject({
      outcome: 'done',
      target: 'pihole/all/scanner.lab.example.net',
      result: {
        complete: true,
        instances: [
          { instance: 'dns1', outcome: 'added' },
          { instance: 'dns2', outcome: 'added' },
        ],
      },
    });
    expect(text).toMatch(/^Done: add scanner[\s\S]*dns1 +added +its resolver answers with it/);
    expect(sent()).toEqual([[put], [put]]);
    expect([dns1.hosts.at(-1), dns2.hosts.at(-1)]).toEqual([line, line]);
    expect((await call('dns_lookup', { domain: record.domain })).data).toMatchObject({
      agree: true,
    });
  });

  test('AAAA by the address, in one spelling, colons encoded', async () => {
    const { call, sent } = await pair();
    const { data } = await call('dns_add_record', {
      domain: 'Scanner.lab.example.net.',
      ip: 'FD00:0:0::31',
      confirm: true,
    });
    expect(data.result).toMatchObject({
      record: 'scanner.lab.example.net AAAA fd00::31',
      complete: true,
    });
    expect(sent()[0]).toEqual(['PUT /api/config/dns/hosts/fd00%3A%3A31%20scanner.lab.example.net']);
  });

  test('does not restart the resolver', async () => {
    const { call, fake } = await pair();
    await call('dns_add_record', { ...record, confirm: true });
    expect(
      (fake('pihole') as unknown as { piholes: { machine: { restarts: number } }[] }).piholes.map(
        ({ machine }) => machine.restarts,
      ),
    ).toEqual([0, 0]);
  });
});

describe('what is there already', () => {
  test('on both, in another spelling and in a shared line: nothing to do, nothing sent', async () => {
    const { call, sent } = await pair((dns1, dns2) => {
      dns1.hosts.push(line);
      dns2.hosts.push('10.0.10.31\tother.lab.example.net  SCANNER.lab.example.net # upstairs');
    });
    const { data, text } = await call('dns_add_record', { ...record, confirm: true });
    expect(data.outcome).toBe('already');
    expect(text).toBe(
      'Nothing to do: scanner.lab.example.net A 10.0.10.31 is there already, on dns1 and dns2.',
    );
    expect(sent()).toEqual([[], []]);
  });

  test('on one: the preview says so, only the other is changed, and undo is honest', async () => {
    const { call, sent } = await pair((dns1) => {
      dns1.hosts.push(line);
    });
    const { text } = await call('dns_add_record', record);
    expect(text).toMatch(
      /^Will add scanner\S* A 10\.0\.10\.31 on dns2\.[\s\S]*Note: dns1: already there\.[\s\S]*Undo: none, it was on dns1 before/,
    );
    const { data } = await call('dns_add_record', { ...record, confirm: true });
    expect(data.result.instances).toMatchObject([
      { instance: 'dns1', outcome: 'already there' },
      { instance: 'dns2', outcome: 'added' },
    ]);
    expect(sent()).toEqual([[], [put]]);
  });

  test('another address of the same name: conflicting, said per instance, and left to whoever confirms', async () => {
    const { call, sent } = await pair((_, dns2) => {
      dns2.hosts.push('10.0.10.99 scanner.lab.example.net');
    });
    const { text } = await call('dns_add_record', record);
    expect(text).toContain(
      'Note: dns2: conflicting, scanner.lab.example.net has 10.0.10.99 there already; both addresses will be answered, in turn.',
    );
    expect(text).not.toContain('dns1: conflicting');
    await call('dns_add_record', { ...record, confirm: true });
    expect(sent()).toEqual([[put], [put]]);
  });

  test('a CNAME of that name: refused on both, with the call that clears the way', async () => {
    const { call, sent } = await pair((dns1) => {
      dns1.cnameRecords.push('scanner.lab.example.net,web.lab.example.net');
    });
    const { isError, text } = await call('dns_add_record', { ...record, confirm: true });
    expect(isError).toBe(true);
    expect(text).toContain('dns1 has scanner.lab.example.net CNAME web.lab.example.net');
    expect(text).toContain(
      'dns_remove_record {"domain":"scanner.lab.example.net","target":"web.lab.example.net"}',
    );
    expect(sent()).toEqual([[], []]);
  });

  test('since a moment ago, by somebody else: that is success', async () => {
    const { call, server, dns1 } = await pair(undefined, { PIHOLE_WAIT_MS: '20' });
    // Somebody adds it between the look and the request.
    let looks = 0;
    server('pihole', 0).observer = ({ method, path }) => {
      if (method === 'GET' && path === '/api/config/dns' && (looks += 1) === 1)
        dns1.hosts.push(line);
    };
    const { data } = await call('dns_add_record', { ...record, confirm: true });
    expect(data.result.instances[0]).toMatchObject({
      outcome: 'added',
      detail: 'its resolver answers with it',
    });
    expect(dns1.hosts.filter((entry) => entry === line)).toHaveLength(1);
  });
});

describe('half a pair', () => {
  test('one refuses: reported as half done, with the call that completes it', async () => {
    const { call, server, sent, house: runtime } = await pair();
    server('pihole', 1).inject(
      { status: 500, body: '{"error":{"key":"internal_error","message":"Disk full","hint":null}}' },
      { path: /hosts\/./, times: 1 },
    );
    const { isError, data, text } = await call('dns_add_record', { ...record, confirm: true });
    expect(isError).toBe(false);
    expect(data).toMatchObject({
      outcome: 'unfinished',
      partial: [{ instance: 'dns2', error: expect.stringContaining('Disk full') }],
    });
    expect(data.result).toMatchObject({
      complete: false,
      instances: [
        { instance: 'dns1', outcome: 'added' },
        { instance: 'dns2', outcome: 'failed' },
      ],
      again: { tool: 'dns_add_record', arguments: record },
    });
    expect(text).toMatch(/^Not finished: add/);
    expect(text).toContain(`HALF DONE: complete it with dns_add_record ${JSON.stringify(record)}`);
    expect(runtime.journal.read().entries.at(-1)).toMatchObject({ event: 'unfinished' });
    const { tool, arguments: args } = data.result.again;
    expect((await call(tool, { ...args, confirm: true })).data).toMatchObject({
      outcome: 'done',
      result: { complete: true },
    });
    expect(sent()).toEqual([[put], [put, put]]);
  });

  test('one does not answer the plan: said before, left alone, half done', async () => {
    const { call, server, sent } = await pair();
    server('pihole', 1).inject('refuse');
    const preview = await call('dns_add_record', record);
    expect(preview.text).toMatch(
      /^Will add \S+ A 10\.0\.10\.31 on dns1\.[\s\S]*Note: dns2: left as it is, so the instances will differ: it does not answer\./,
    );
    const { data, text } = await call('dns_add_record', { ...record, confirm: true });
    expect(data.result.instances).toMatchObject([
      { instance: 'dns1', outcome: 'added' },
      { instance: 'dns2', outcome: 'left alone', detail: 'it does not answer' },
    ]);
    expect(text).toContain('HALF DONE');
    expect(sent()).toEqual([[put], []]);
  });

  test('both refuse: an error, not a half', async () => {
    const { call, server } = await pair();
    for (const n of [0, 1])
      server('pihole', n).inject(
        {
          status: 500,
          body: '{"error":{"key":"internal_error","message":"Disk full","hint":null}}',
        },
        { path: /hosts\/./, times: 1 },
      );
    expect(await call('dns_add_record', { ...record, confirm: true })).toMatchObject({
      isError: true,
      text: expect.stringContaining('Disk full'),
    });
  });
});

describe('what cannot be written is said before', () => {
  const cases: [string, (one: PiholeInstance) => void, RegExp][] = [
    [
      'an app password without app_sudo',
      (one) => {
        one.appSudo = false;
      },
      /app password may only read the configuration; on that machine: pihole-FTL --config webserver\.api\.app_sudo true/,
    ],
    [
      'a list set by the environment',
      (one) => {
        one.byEnvironment = ['dns.hosts'];
      },
      /dns\.hosts is set by the environment variable FTLCONF_dns_hosts/,
    ],
    [
      'a read-only configuration, which takes the change and loses it',
      (one) => {
        one.readOnly = true;
      },
      /misc\.readOnly is on: Pi-hole would accept the change and lose it/,
    ],
  ];
  test.each(cases)('%s on both: refused, nothing sent', async (_, lock, why) => {
    const { call, sent } = await pair((dns1, dns2) => {
      lock(dns1);
      lock(dns2);
    });
    const { isError, text } = await call('dns_add_record', { ...record, confirm: true });
    expect([isError, text]).toEqual([true, expect.stringMatching(why)]);
    expect(sent()).toEqual([[], []]);
  });

  test.each(cases)('%s on one: the preview says that the two will differ', async (_, lock, why) => {
    const { call, sent } = await pair((_dns1, dns2) => lock(dns2));
    const { text } = await call('dns_add_record', record);
    expect(text).toMatch(/^Will add \S+ A 10\.0\.10\.31 on dns1\./);
    expect(text).toMatch(/Note: dns2: left as it is, so the instances will differ/);
    expect(text).toMatch(why);
    expect((await call('dns_add_record', { ...record, confirm: true })).data.outcome).toBe(
      'unfinished',
    );
    expect(sent()).toEqual([[put], []]);
  });

  test('the web password may write without app_sudo', async () => {
    const { call } = await pair((dns1, dns2) => {
      for (const one of [dns1, dns2])
        Object.assign(one, { appSudo: false, appPassword: null, twoFactor: false });
    });
    expect((await call('dns_add_record', { ...record, confirm: true })).data.outcome).toBe('done');
  });

  test('an older invalid line blocks every change: Pi-hole’s reason and what it means', async () => {
    const { call } = await pair((dns1, dns2) => {
      for (const one of [dns1, dns2]) one.hosts.unshift('10.0.0.1');
    });
    const { isError, text } = await call('dns_add_record', { ...record, confirm: true });
    expect(isError).toBe(true);
    expect(text).toContain(
      'Invalid value (dns.hosts[0]: entry does not have at least one hostname',
    );
    expect(text).toContain('an older one is invalid and blocks every change');
  });
});

describe('arguments', () => {
  test.each([
    [{ domain: 'x.lan' }, 'Give ip (A or AAAA) or target (CNAME)'],
    [{ domain: 'x.lan', ip: '10.0.0.1', target: 'y.lan' }, 'one of the two'],
    [{ domain: 'x.lan', ip: '10.0.0.300' }, 'is not an IPv4 or IPv6 address'],
    [{ domain: 'x.lan\n10.0.0.1 evil.lan', ip: '10.0.0.1' }, 'punycode'],
    [{ domain: '10.0.0.1', ip: '10.0.0.1' }, 'a name is needed'],
    [{ domain: '*.x.lan', ip: '10.0.0.1' }, 'wildcards'],
    [{ domain: 'x.lan', ip: '10.0.0.1', ttl: 60 }, 'only a CNAME'],
    [{ domain: 'x.lan', target: 'bad name.lan' }, 'is not a DNS name'],
    [{ domain: 'x.lan', target: 'x.lan.' }, 'CNAME of itself'],
    [{ domain: 'x.lan', target: 'y.lan', ttl: 2 ** 31 }, 'ttl'],
  ])('%j is refused', async (args, why) => {
    const { call, sent } = await pair();
    expect(await call('dns_add_record', { ...args, confirm: true })).toMatchObject({
      isError: true,
      text: expect.stringContaining(why),
    });
    expect(sent()).toEqual([[], []]);
  });
});

describe('notes to what may be a slip, which may be meant', () => {
  const noted = async (args: Record<string, string>): Promise<string[]> => {
    const { call } = await pair();
    const { isError, text } = await call('dns_add_record', args);
    expect([isError, text]).toEqual([false, expect.stringMatching(/^Will add/)]);
    return text.split('\n').filter((line) => line.startsWith('Note: '));
  };

  test('a bare name among names with a domain', async () => {
    expect(await noted({ domain: 'scanner', ip: '10.0.10.31' })).toEqual([
      'Note: scanner is a bare name, while other records end in lab.example.net: clients with that search domain ask for scanner.lab.example.net.',
    ]);
    expect(await noted(record)).toEqual([]);
  });

  test.each([
    ['127.0.0.1', 'is whichever machine asks'],
    ['::1', 'is whichever machine asks'],
    ['0.0.0.0', 'is no address: it blocks the name'],
    ['169.254.7.7', 'is link-local'],
    ['fe80::7', 'is link-local'],
    ['224.0.0.251', 'is a multicast address'],
  ])('%s %s', async (ip, what) => {
    const notes = await noted({ domain: record.domain, ip });
    expect(notes).toEqual([expect.stringContaining(`Note: ${ip} ${what}`)]);
  });

  test('an address that has a name already', async () => {
    const { dns1 } = await pair();
    const [taken = ''] = dns1.hosts;
    const [ip = '', name = ''] = taken.split(' ');
    expect((await noted({ domain: record.domain, ip })).join()).toContain(`${ip} is also `);
    expect((await noted({ domain: record.domain, ip })).join()).toContain(name);
  });

  test('a name that has an answer from elsewhere', async () => {
    expect((await noted({ domain: 'example.com', ip: '10.0.10.31' })).join('\n')).toMatch(
      /Note: dns1: example\.com has an answer from elsewhere now \([\d.:a-f, ]+\), which the record replaces\./,
    );
  });
});
