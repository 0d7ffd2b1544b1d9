import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { decode, encode, streamEncode, type Packet } from 'dns-packet';
import { describe, expect, onTestFinished, test } from 'vitest';
import { askDns, reverseName } from '../../src/core/http/dns.ts';
import { InputError, UnreachableError } from '../../src/core/base/errors.ts';

const TC = 0x200;
type Said = Partial<Packet> & { rcode?: number };

/** A resolver on loopback; `udp` returns the datagrams it sends, `tcp` the one answer over TCP. */
async function resolver(
  udp: (query: Packet, n: number) => (Said | Buffer)[],
  tcp?: (query: Packet) => Said,
) {
  const asked: Packet[] = [];
  const response = (query: Packet, { rcode = 0, flags = 0, ...said }: Said): Packet => ({
    type: 'response',
    id: query.id ?? 0,
    questions: query.questions ?? [],
    ...said,
    flags: flags | rcode,
  });
  const stream = createServer((socket) =>
    socket.on('data', (chunk) => {
      const query = decode(chunk.subarray(2));
      const whole = streamEncode(response(query, tcp?.(query) ?? {}));
      // In two pieces, as a slow network delivers it.
      socket.write(whole.subarray(0, 5), () => socket.end(whole.subarray(5)));
    }),
  );
  stream.listen(0, '127.0.0.1');
  await once(stream, 'listening');
  const address = stream.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const socket = createSocket('udp4', (message: Buffer, from: RemoteInfo) => {
    const query = decode(message);
    asked.push(query);
    for (const said of udp(query, asked.length))
      socket.send(
        Buffer.isBuffer(said) ? said : encode(response(query, said)),
        from.port,
        from.address,
      );
  });
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => {
    socket.close();
    stream.close();
  });
  return { asked, at: { host: '127.0.0.1', port, timeoutMs: 5_000 } };
}

const a = (name: string, data: string) => ({ type: 'A' as const, name, ttl: 30, data });
const alive = (): AbortSignal => new AbortController().signal;

describe('one question', () => {
  test('comes back with its code and records, lower case, the chain first', async () => {
    const { at, asked } = await resolver(() => [
      {
        answers: [
          { type: 'CNAME', name: 'Files.LAN', ttl: 0, data: 'NAS.lan' },
          a('NAS.lan', '10.0.0.9'),
          { type: 'TXT', name: 'x', data: 'not asked' },
        ],
      },
    ]);
    expect(await askDns(at, 'files.lan.', 'A', alive())).toEqual({
      status: 'NOERROR',
      records: [
        { name: 'files.lan', type: 'CNAME', value: 'nas.lan', ttlSeconds: 0 },
        { name: 'nas.lan', type: 'A', value: '10.0.0.9', ttlSeconds: 30 },
      ],
    });
    expect(asked[0]).toMatchObject({
      flag_rd: true,
      questions: [{ name: 'files.lan', type: 'A' }],
      additionals: [{ type: 'OPT', udpPayloadSize: 1232 }],
    });
  });

  test.each([
    [3, 'NXDOMAIN'],
    [2, 'SERVFAIL'],
    [5, 'REFUSED'],
  ])('response code %i is %s, not an exception', async (rcode, status) => {
    const { at } = await resolver(() => [{ rcode }]);
    expect(await askDns(at, 'nobody.lan', 'AAAA', alive())).toEqual({ status, records: [] });
  });

  test('an answer that was cut is asked for again over TCP, and read in pieces', async () => {
    const many = Array.from({ length: 200 }, (_, n) => a('big.lan', `10.0.1.${n}`));
    const { at } = await resolver(
      () => [{ flags: TC }],
      () => ({ answers: many }),
    );
    expect((await askDns(at, 'big.lan', 'A', alive())).records).toHaveLength(200);
  });

  test('a lost datagram is sent again', async () => {
    const { at, asked } = await resolver((_, n) =>
      n === 1 ? [] : [{ answers: [a('slow.lan', '10.0.0.7')] }],
    );
    expect((await askDns(at, 'slow.lan', 'A', alive())).records).toHaveLength(1);
    expect(asked.map(({ id }) => id)).toEqual([asked[0]?.id, asked[0]?.id]);
  });

  test('what does not answer this question is waited past: another id, another name, noise', async () => {
    const { at } = await resolver(({ id = 0 }) => [
      { id: (id + 1) & 0xffff, answers: [a('nas.lan', '203.0.113.66')] },
      { questions: [{ type: 'A', name: 'other.lan' }], answers: [a('nas.lan', '203.0.113.66')] },
      Buffer.from('not dns'),
      { answers: [a('nas.lan', '10.0.0.9')] },
    ]);
    expect((await askDns(at, 'nas.lan', 'A', alive())).records.map(({ value }) => value)).toEqual([
      '10.0.0.9',
    ]);
  });
});

describe('no answer', () => {
  test('within the time allowed is an UnreachableError that names the question and the resolver', async () => {
    const { at } = await resolver(() => []);
    const error = await askDns({ ...at, timeoutMs: 60 }, 'nas.lan', 'A', alive()).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error).toMatchObject({
      message: `DNS A nas.lan at 127.0.0.1:${at.port}: no answer within 0.06 s`,
      hint: expect.stringContaining('UDP and TCP'),
    });
  });

  test('because nothing listens is said at once, not after the time allowed', async () => {
    const { at } = await resolver(() => []);
    const probe = createSocket('udp4').bind(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address();
    probe.close();
    await expect(
      askDns({ ...at, port, timeoutMs: 60_000 }, 'nas.lan', 'A', alive()),
    ).rejects.toMatchObject({ message: expect.stringContaining('connection refused') });
  });

  test('to a caller who left ends the wait with the caller’s reason', async () => {
    const { at } = await resolver(() => []);
    const caller = new AbortController();
    const waiting = askDns({ ...at, timeoutMs: 60_000 }, 'nas.lan', 'A', caller.signal);
    caller.abort(new Error('left'));
    await expect(waiting).rejects.toThrow('left');
    await expect(askDns(at, 'nas.lan', 'A', caller.signal)).rejects.toThrow('left');
  });
});

test.each([
  ['a..lan'],
  [''],
  [`${'a'.repeat(64)}.lan`],
  ['ü'.repeat(40)],
  [Array(60).fill('abcd').join('.')],
])('%j cannot be a name: nothing is sent', async (name) => {
  const { at, asked } = await resolver(() => [{}]);
  await expect(askDns(at, name, 'A', alive())).rejects.toBeInstanceOf(InputError);
  expect(asked).toEqual([]);
});

test('an address is asked for in its reverse zone (RFC 1035, RFC 3596)', () => {
  expect(reverseName('10.0.30.62')).toBe('62.30.0.10.in-addr.arpa');
  expect(reverseName('2001:db8::567:89ab')).toBe(
    'b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa',
  );
  expect(reverseName('::1')).toBe(`1.${'0.'.repeat(31)}ip6.arpa`);
});
