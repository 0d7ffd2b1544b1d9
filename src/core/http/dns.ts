import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import {
  decode,
  encode,
  streamEncode,
  RECURSION_DESIRED,
  type Answer,
  type DecodedPacket,
  type Packet,
} from 'dns-packet';
import { InputError, ShapeError, UnreachableError } from '../base/errors.ts';

/** The types that can be asked for. */
export const recordTypes = ['A', 'AAAA', 'CNAME', 'PTR'] as const;
/** One of them. */
export type RecordType = (typeof recordTypes)[number];

/** One resolver, by address: nothing here uses the resolver of this machine, except to find a `host` that is a name. */
export interface Resolver {
  host: string;
  port: number;
  /** How long one question may take, retransmissions and TCP included. */
  timeoutMs: number;
}

/** What a resolver said. `status` is the response code (`NOERROR`, `NXDOMAIN`, `SERVFAIL`, `REFUSED`, …). */
export interface DnsReply {
  status: string;
  /** In the order of the answer: a chain of CNAMEs first, then what it leads to. */
  records: { name: string; type: string; value: string; ttlSeconds: number }[];
}

/** EDNS with the size that crosses any path unfragmented (DNS flag day 2020). */
const edns = {
  type: 'OPT' as const,
  name: '.',
  udpPayloadSize: 1232,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
} satisfies Answer;

/** A lost datagram is sent again after this: long for a local network, short against the whole wait. */
const resendMs = 700;

/** Asks one question over UDP, again over TCP when the answer was cut. No answer in time is an UnreachableError. */
export async function askDns(
  { host, port, timeoutMs }: Resolver,
  name: string,
  type: RecordType,
  caller: AbortSignal,
): Promise<DnsReply> {
  const what = `DNS ${type} ${name} at ${host}:${port}`;
  const late = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([caller, late]);
  const query: Packet = {
    type: 'query',
    id: randomInt(0x10000),
    flags: RECURSION_DESIRED,
    questions: [{ type, name: asName(name) }],
    additionals: [edns],
  };
  try {
    const reply = await overUdp(query, host, port, signal);
    return readReply(reply.flag_tc ? await overTcp(query, host, port, signal) : reply);
  } catch (cause) {
    if (caller.aborted) throw caller.reason;
    if (cause instanceof ShapeError) throw cause;
    throw new UnreachableError(
      `${what}: ${late.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(cause)}`,
      {
        cause,
        timedOut: late.aborted,
        hint: `Does a resolver listen at ${host} port ${port}, UDP and TCP, for this machine?`,
      },
    );
  }
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return 'the address of the resolver itself is not known';
  return cause instanceof Error ? cause.message : String(cause);
}

/** The name whose PTR record names an IPv4 or IPv6 address. */
export function reverseName(address: string): string {
  if (!address.includes(':')) return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
  const [head = '', tail] = address.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const full =
    tail === undefined
      ? before
      : [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
  return `${full
    .map((group) => group.padStart(4, '0'))
    .join('')
    .split('')
    .reverse()
    .join('.')}.ip6.arpa`;
}

/** A name that fits the wire: the library would write a label that is too long as something else. */
function asName(name: string): string {
  const bare = name.replace(/\.$/, '');
  if (
    bare.length <= 253 &&
    bare.split('.').every((label) => label.length >= 1 && Buffer.byteLength(label) <= 63)
  )
    return bare;
  throw new InputError(`${JSON.stringify(name.slice(0, 80))} is not a DNS name`, {
    hint: 'Labels of 1 to 63 characters, 253 in all.',
  });
}

function overUdp(
  query: Packet,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<DecodedPacket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4' });
    const bytes = encode(query);
    let timer: NodeJS.Timeout | undefined;
    const settle = (end: () => void): void => {
      clearInterval(timer);
      signal.removeEventListener('abort', cancel);
      socket.removeAllListeners('message').close();
      end();
    };
    const cancel = (): void => settle(() => reject(signal.reason));
    if (signal.aborted) return cancel();
    signal.addEventListener('abort', cancel, { once: true });
    socket.on('error', (error) => settle(() => reject(error)));
    // A connected socket hears only its peer; what is not an answer to this question is somebody's guess, and is waited past.
    socket.on('message', (message) => {
      const reply = replyTo(message, query);
      if (reply) settle(() => resolve(reply));
    });
    const send = (): void => socket.send(bytes);
    socket.connect(port, host, (error?: Error) => {
      if (signal.aborted) return;
      if (error) return settle(() => reject(error));
      send();
      timer = setInterval(send, resendMs);
    });
  });
}

function overTcp(
  query: Packet,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<DecodedPacket> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const socket = connect({ host, port, signal }, () => socket.write(streamEncode(query)));
    socket
      .on('error', reject)
      .on('close', () =>
        reject(new Error('the connection was closed before the answer was whole')),
      );
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const reply = replyTo(received.subarray(2), query);
      if (reply) resolve(reply);
      else reject(new ShapeError('The answer over TCP is not one to this question'));
      socket.destroy();
    });
  });
}

function replyTo(
  message: Buffer,
  { id, questions: [question] = [] }: Packet,
): DecodedPacket | undefined {
  let reply: DecodedPacket;
  try {
    reply = decode(message);
  } catch {
    return undefined;
  }
  const echoed = reply.questions?.[0];
  const same =
    reply.type === 'response' &&
    reply.id === id &&
    (echoed === undefined ||
      (echoed.type === question?.type &&
        echoed.name.toLowerCase() === question.name.toLowerCase()));
  return same ? reply : undefined;
}

const readReply = (reply: DecodedPacket): DnsReply => ({
  status: (reply as DecodedPacket & { rcode: string }).rcode,
  records: (reply.answers ?? []).flatMap(record),
});

function record(answer: Answer): DnsReply['records'] {
  if (
    answer.type !== 'A' &&
    answer.type !== 'AAAA' &&
    answer.type !== 'CNAME' &&
    answer.type !== 'PTR'
  )
    return [];
  return [
    {
      name: answer.name.toLowerCase(),
      type: answer.type,
      value: answer.data.toLowerCase(),
      ttlSeconds: answer.ttl ?? 0,
    },
  ];
}
