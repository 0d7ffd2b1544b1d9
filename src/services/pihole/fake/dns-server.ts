import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import {
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
  streamEncode,
  TRUNCATED_RESPONSE,
  type Packet,
} from 'dns-packet';
import { minute } from '../../../demo/world/clock.ts';
import type { Machine } from './machine.ts';
import { resolve, type Data, type Answers } from './resolver.ts';

export interface DnsServer {
  readonly port: number;
  /** Every question that arrived, answered or not. */
  readonly questions: { name: string; type: string; over: 'udp' | 'tcp' }[];
  /** Answers over UDP are cut, as those that do not fit a datagram. */
  truncate: boolean;
  /** Questions asked in this minute: more than 1000 from one client are refused until it is over. */
  spent: number;
  close(): Promise<void>;
}

const codes = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;
const perMinute = 1_000;

/** The resolver on a real loopback port, UDP and TCP. While FTL restarts, questions stay without answer. */
export async function dnsServer(machine: Machine): Promise<DnsServer> {
  const questions: DnsServer['questions'] = [];
  let startOfMinute = machine.now;
  const answer = (message: Buffer, over: 'udp' | 'tcp'): Packet | undefined => {
    const { id = 0, questions: [question] = [] } = decode(message);
    if (!question) return undefined;
    questions.push({ name: question.name, type: question.type, over });
    if (!machine.answers() || machine.instance.mute || machine.instance.portTaken) return undefined;
    const cut = over === 'udp' && server.truncate;
    const { rcode, answers } =
      limited() ?? resolve(machine, question.name, question.type as Data['type']);
    return {
      type: 'response',
      id,
      flags:
        AUTHORITATIVE_ANSWER |
        RECURSION_DESIRED |
        RECURSION_AVAILABLE |
        (cut ? TRUNCATED_RESPONSE : 0) |
        codes[rcode],
      questions: [question],
      answers: cut ? [] : answers,
    };
  };
  const limited = (): Answers | undefined => {
    if (machine.now - startOfMinute >= minute) [startOfMinute, server.spent] = [machine.now, 0];
    server.spent += 1;
    return server.spent > perMinute ? { rcode: 'REFUSED', answers: [] } : undefined;
  };
  const sockets = new Set<Socket>();
  const tcp = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
    socket.on('data', (chunk) => {
      const reply = answer(chunk.subarray(2), 'tcp');
      if (reply) socket.end(streamEncode(reply));
    });
  });
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const address = tcp.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const udp = createSocket('udp4', (message, from) => {
    const reply = answer(message, 'udp');
    if (reply) udp.send(encode(reply), from.port, from.address);
  });
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');
  const server: DnsServer = {
    port,
    questions,
    truncate: false,
    spent: 0,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all([
        new Promise<void>((done) => {
          tcp.close(() => done());
        }),
        new Promise<void>((done) => {
          udp.close(() => done());
        }),
      ]);
    },
  };
  return server;
}
