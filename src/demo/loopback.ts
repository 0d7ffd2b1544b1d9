import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { type Authority, authority } from './certificate.ts';
import { poisoned } from './poison.ts';
import { type Fault, FaultPlan, perform, replacement, type When } from './faults.ts';
import type { Answer, Reply, Seen } from './wire.ts';

export type { Fault, When } from './faults.ts';
export type { Answer, Reply, Seen } from './wire.ts';

/** `readPosts` matches the paths whose requests change nothing whatever their method (logins, searches); `clientCa` (PEM) demands client certificates. */
export interface LoopbackOptions {
  tls?: boolean;
  readPosts?: RegExp;
  socketPath?: string;
  clientCa?: string;
}

/** A real HTTP(S) server on 127.0.0.1 (or a unix socket) that keeps a journal and fails on demand. Extend it with `Object.assign`. */
export interface Loopback {
  readonly url: string;
  readonly port: number;
  /** SHA-256 of the leaf certificate, `AA:BB:…`. */
  readonly fingerprint?: string;
  /** The authority's certificate, PEM. */
  readonly ca?: string;
  readonly requests: readonly Seen[];
  /** Requests whose client went away before the answer was finished. */
  readonly aborted: number;
  /** Requests that are being answered now. */
  readonly open: number;
  /** Told every answer the service itself gave; a fault's is not one. */
  observer?: (seen: Seen, reply: Reply) => void;
  /** How long every answer is held back, as a network and a busy service would. */
  latencyMs: number;
  /** Requests that are neither GET or HEAD nor a declared read. */
  writes(): Seen[];
  forget(): void;
  inject(fault: Fault, when?: When): void;
  heal(): void;
  close(): Promise<void>;
}

export const json = (body: unknown, status = 200): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** Starts a server whose every request is answered by `answer`; an exception there becomes a 500 that names it. */
export async function loopback(answer: Answer, options: LoopbackOptions = {}): Promise<Loopback> {
  const server = new LoopbackServer(answer, options);
  await server.listen();
  return server;
}

/** One for all servers of the process: what vouches for them is not what is tried, and making it is dear. */
let vouching: Authority | undefined;

class LoopbackServer implements Loopback {
  readonly requests: Seen[] = [];
  declare readonly fingerprint?: string;
  declare readonly ca?: string;
  declare observer?: NonNullable<Loopback['observer']>;
  aborted = 0;
  port = 0;
  latencyMs = 0;
  readonly #answer: Answer;
  readonly #options: LoopbackOptions;
  readonly #server: Server;
  readonly #faults = new FaultPlan();
  readonly #sockets = new Set<Socket>();
  readonly #open = new Set<ServerResponse>();
  #stopped = false;

  constructor(answer: Answer, options: LoopbackOptions) {
    this.#answer = answer;
    this.#options = options;
    const listener = (request: IncomingMessage, response: ServerResponse) =>
      void this.#serve(request, response);
    if (options.tls) {
      vouching ??= authority();
      const { ca, issue } = vouching;
      const { cert, key, fingerprint } = issue();
      const client = options.clientCa ? { ca: options.clientCa, requestCert: true } : {};
      this.#server = createTlsServer({ cert: cert + ca, key, ...client }, listener);
      Object.assign(this, { ca, fingerprint });
    } else this.#server = createServer(listener);
    this.#server.on('connection', (socket: Socket) => this.#remember(socket));
  }

  get url(): string {
    if (this.#options.socketPath) return `unix://${this.#options.socketPath}`;
    return `${this.#options.tls ? 'https' : 'http'}://127.0.0.1:${this.port}`;
  }

  get open(): number {
    return this.#open.size;
  }

  async listen(): Promise<void> {
    const { socketPath } = this.#options;
    this.#stopped = false;
    this.#server.listen(socketPath ? { path: socketPath } : { port: this.port, host: '127.0.0.1' });
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address && typeof address === 'object') this.port = address.port;
  }

  writes(): Seen[] {
    const { readPosts } = this.#options;
    return this.requests.filter(
      ({ method, path }) =>
        method !== 'GET' && method !== 'HEAD' && !(readPosts && path.search(readPosts) >= 0),
    );
  }

  forget(): void {
    this.requests.length = 0;
    this.aborted = 0;
  }

  inject(fault: Fault, when?: When): void {
    if (fault === 'refuse' && !when) this.#stop();
    else this.#faults.add(fault, when);
  }

  heal(): void {
    this.#faults.clear();
    if (this.#stopped) void this.listen();
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#stop(() => resolve());
    });
  }

  #stop(done?: () => void): void {
    this.#stopped = true;
    this.#open.clear();
    this.#server.close(done);
    // The raw sockets, because closeAllConnections misses those whose TLS handshake is not finished.
    for (const socket of this.#sockets) socket.destroy();
  }

  #remember(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#open.add(response);
    response.once('close', () => {
      if (this.#open.delete(response) && !response.writableFinished) this.aborted += 1;
    });
    const seen = await read(request);
    if (!seen) return;
    this.requests.push(seen);
    const fault = this.#faults.next(seen.path);
    const answer = () => this.#reply(seen);
    if (!fault) return this.#send(await answer(), request, response);
    if (typeof fault === 'object' && 'poison' in fault)
      return this.#send(poisoned(await answer(), fault), request, response);
    const stand = replacement(fault);
    if (stand) return this.#send(stand, request, response);
    await perform(fault, { response, answer, cut: (how) => this.#drop(request, response, how) });
  }

  async #reply(seen: Seen): Promise<Reply> {
    try {
      const reply = await this.#answer(seen);
      this.observer?.(seen, reply);
      return reply;
    } catch (error) {
      return {
        status: 500,
        reason: 'The fake failed',
        body: error instanceof Error ? (error.stack ?? error.message) : String(error),
      };
    }
  }

  async #send(reply: Reply, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const held = (reply.delayMs ?? 0) + this.latencyMs;
    if (held > 0) await pause(held, response);
    if (response.destroyed) return;
    if (reply.drop) return this.#drop(request, response, 'close');
    const { status = 200, headers = {}, body = '' } = reply;
    // Node writes the reason as latin-1, real servers write UTF-8 bytes.
    const reason =
      reply.reason === undefined ? [] : ([Buffer.from(reply.reason).toString('latin1')] as const);
    response.writeHead(status, ...reason, headers).end(body);
  }

  #drop(request: IncomingMessage, response: ServerResponse, how: 'close' | 'reset'): void {
    this.#open.delete(response);
    const { remotePort } = request.socket;
    // A TLS socket cannot send RST, the TCP socket under it can; unix sockets have neither ports nor RST.
    const raw =
      remotePort === undefined
        ? undefined
        : [...this.#sockets].find((socket) => socket.remotePort === remotePort);
    if (how === 'reset' && raw) raw.resetAndDestroy();
    else request.socket.destroy();
  }
}

async function read(request: IncomingMessage): Promise<Seen | undefined> {
  const { method = 'GET', url = '/', headers } = request;
  const [path = '/', ...query] = url.split('?');
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return undefined; // the client went away in the middle of its request
  }
  return {
    method,
    path,
    query: new URLSearchParams(query.join('?')),
    headers,
    body: Buffer.concat(chunks).toString(),
  };
}

function pause(ms: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    response.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
