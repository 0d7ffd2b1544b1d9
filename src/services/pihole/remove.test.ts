import { describe, expect, test } from 'vitest';
import { lab, type Lab } from '../../../test/harness.ts';
import { createWorld } from '../../demo/world/index.ts';
import type { PiholeInstance } from '../../demo/world/pihole.ts';

async function pair(
  change: (one: PiholeInstance, i: number) => void = () => undefined,
  env: Record<string, string> = {},
): Promise<Lab & { dns1: PiholeInstance; sent(): string[][] }> {
  const world = createWorld();
  world.pihole.instances.forEach(change);
  const [dns1] = world.pihole.instances;
  if (!dns1) throw new Error('a pair is two');
  const one = await lab({ only: ['pihole'], world, env });
  return {
    ...one,
    dns1,
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

describe('removing a record', () => {
  test('sends the line as each instance stores it, and names the way back', async () => {
    const { call, sent } = await pair((one, i) => {
      one.hosts.push(
        i === 0 ? '10.0.10.31 Scanner.LAB.example.net' : '10.0.10.31 scanner.lab.example.net',
      );
    });
    const { data, text } = await call('dns_remove_record', {
      domain: 'scanner.lab.example.net',
      confirm: true,
    });
    expect(data).toMatchObject({
      outcome: 'done',
      undo: {
        tool: 'dns_add_record',
        arguments: { domain: 'scanner.lab.example.net', ip: '10.0.10.31' },
      },
    });
    expect(text).toMatch(/dns1 +removed +its resolver no longer answers with it/);
    expect(sent()).toEqual([
      ['DELETE /api/config/dns/hosts/10.0.10.31%20Scanner.LAB.example.net'],
      ['DELETE /api/config/dns/hosts/10.0.10.31%20scanner.lab.example.net'],
    ]);
  });

  test('out of a shared line leaves the neighbours and the comment', async () => {
    const { call, sent, dns1 } = await pair((one) => {
      one.hosts.push('10.0.10.31 scanner.lab.example.net copier.lab.example.net # 2nd floor');
    });
    await call('dns_remove_record', { domain: 'scanner.lab.example.net', confirm: true });
    expect(sent()[0]).toEqual([
      'PUT /api/config/dns/hosts/10.0.10.31%20copier.lab.example.net%20%23%202nd%20floor',
      'DELETE /api/config/dns/hosts/10.0.10.31%20scanner.lab.example.net%20copier.lab.example.net%20%23%202nd%20floor',
    ]);
    expect(dns1.hosts.at(-1)).toBe('10.0.10.31 copier.lab.example.net # 2nd floor');
  });

  test('whose comment holds a slash or a plus: the list is set as a whole, or the plus is encoded', async () => {
    const { call, sent, dns1 } = await pair((one, i) => {
      one.hosts.push(
        i === 0
          ? '10.0.10.31 scanner.lab.example.net # see wiki/scanner'
          : '10.0.10.31 scanner.lab.example.net # a+b',
      );
    });
    const rest = dns1.hosts.slice(0, -1);
    const { data } = await call('dns_remove_record', {
      domain: 'scanner.lab.example.net',
      confirm: true,
    });
    expect(data.outcome).toBe('done');
    expect(sent()).toEqual([
      [`PATCH /api/config ${JSON.stringify({ config: { dns: { hosts: rest } } })}`],
      ['DELETE /api/config/dns/hosts/10.0.10.31%20scanner.lab.example.net%20%23%20a%2Bb'],
    ]);
    expect(dns1.hosts).toEqual(rest);
  });

  test('that is only on one instance: said, and undo is honest about it', async () => {
    const { call, sent } = await pair((one, i) => {
      if (i === 1) one.hosts.push('10.0.10.31 scanner.lab.example.net');
    });
    expect((await call('dns_remove_record', { domain: 'scanner.lab.example.net' })).text).toMatch(
      /^Will remove \S+ A 10\.0\.10\.31 from dns2\.[\s\S]*Note: dns1: not there\.[\s\S]*Undo: none, it is only on dns2/,
    );
    await call('dns_remove_record', { domain: 'scanner.lab.example.net', confirm: true });
    expect(sent()).toEqual([
      [],
      ['DELETE /api/config/dns/hosts/10.0.10.31%20scanner.lab.example.net'],
    ]);
  });

  test('that other names lead to: the preview names them', async () => {
    const { call } = await pair();
    const { text } = await call('dns_remove_record', { domain: 'web.lab.example.net' });
    expect(text).toContain(
      'Note: dns1: cloud.lab.example.net, files.lab.example.net (CNAME) lead to it and will have no address.',
    );
    expect(text).toContain('Note: dns2: the comment of its line goes too.');
  });
});

describe('which record', () => {
  test('a name with several: an error that names them, and ip chooses', async () => {
    const { call, sent } = await pair();
    expect(
      await call('dns_remove_record', { domain: 'nas1.lab.example.net', confirm: true }),
    ).toMatchObject({
      isError: true,
      text: expect.stringMatching(
        /has 2 records: nas1\S* A 10\.0\.10\.9; nas1\S* AAAA fd00:10::9.*Say which with ip or target/,
      ),
    });
    expect(sent()).toEqual([[], []]);
    await call('dns_remove_record', {
      domain: 'nas1.lab.example.net',
      ip: 'fd00:10:0::9',
      confirm: true,
    });
    expect(sent()[0]).toEqual([
      'DELETE /api/config/dns/hosts/fd00%3A10%3A%3A9%20nas1.lab.example.net',
    ]);
  });

  test('none: nothing to do', async () => {
    const { call, sent } = await pair();
    expect(
      (
        await call('dns_remove_record', {
          domain: 'n8n.lab.example.net',
          ip: '10.9.9.9',
          confirm: true,
        })
      ).text,
    ).toBe('Nothing to do: There is no n8n.lab.example.net 10.9.9.9 on dns1 and dns2.');
    expect(sent()).toEqual([[], []]);
  });

  test('none on the one that answers: not said to be gone', async () => {
    const { call, server } = await pair();
    server('pihole', 1).inject('refuse');
    expect(await call('dns_remove_record', { domain: 'nobody.lab.example.net' })).toMatchObject({
      isError: true,
      text: expect.stringContaining('dns2 does not answer'),
    });
  });

  test('gone since the plan, by somebody else: that is success', async () => {
    const { call, server, dns1 } = await pair(undefined, { PIHOLE_WAIT_MS: '20' });
    // Somebody removes it between the look and the request.
    let looks = 0;
    server('pihole', 0).observer = ({ method, path }) => {
      if (method === 'GET' && path === '/api/config/dns' && (looks += 1) === 1)
        dns1.hosts = dns1.hosts.filter((entry) => !entry.endsWith(' n8n.lab.example.net'));
    };
    expect(
      (await call('dns_remove_record', { domain: 'n8n.lab.example.net', confirm: true })).data
        .result.instances[0].outcome,
    ).toBe('removed');
  });
});

describe('what undo would bring back', () => {
  test('another TTL on each instance: both are named, and no undo is offered that gives them one', async () => {
    const { call } = await pair((one, i) => {
      one.cnameRecords.push(`media.lab.example.net,web.lab.example.net,${i === 0 ? 300 : 60}`);
    });
    const { text, data } = await call('dns_remove_record', { domain: 'media.lab.example.net' });
    expect(text).toMatch(
      /^Will remove media\S+ CNAME web\S+ \(TTL: dns1 300 s, dns2 60 s\) from dns1 and dns2\./,
    );
    expect(data.undo).toEqual({
      none: 'its TTL is not the same everywhere (dns1 300 s, dns2 60 s), and dns_add_record gives every instance one',
    });
  });

  test('the same TTL: it comes back as it was', async () => {
    const { call } = await pair((one) => {
      one.cnameRecords.push('media.lab.example.net,web.lab.example.net,300');
    });
    expect(
      (await call('dns_remove_record', { domain: 'media.lab.example.net' })).data.undo,
    ).toMatchObject({ arguments: { ttl: 300 } });
  });
});

test('names that lead to it over others are named and protected, too', async () => {
  const { call } = await pair(
    (one) => {
      one.cnameRecords.push('docs.lab.example.net,files.lab.example.net');
    },
    { LARES_PROTECT: 'dns:docs.lab.example.net' },
  );
  const { isError, text } = await call('dns_remove_record', { domain: 'web.lab.example.net' });
  expect([isError, text]).toEqual([true, expect.stringContaining('dns:docs.lab.example.net')]);
});
