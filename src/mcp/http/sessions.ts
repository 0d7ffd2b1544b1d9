import { randomUUID } from 'node:crypto';
import {
  isInitializeRequest,
  WebStandardStreamableHTTPServerTransport,
  type AuthInfo,
  type ServerEvent,
} from '@modelcontextprotocol/server';
import { grantKey, type Grant } from './auth/grant.ts';
import type { LaresServer } from '../lares-server.ts';
import type { McpServerFactory } from '../server.ts';
import { eventStore } from './event-store.ts';
import { rpcError } from './request.ts';

interface Session {
  transport: WebStandardStreamableHTTPServerTransport;
  server: LaresServer;
  grant: Grant;
  used: number;
  /** Requests and streams that are open. */
  open: number;
}

/** How many sessions there may be, and how long one may be idle. */
export interface SessionLimits {
  /** All callers together. */
  max: number;
  idleMs: number;
}

/** The sessions of the 2025 revisions. One belongs to the caller that opened it, and ends when nobody uses it. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #limits: SessionLimits;
  readonly #factoryFor: (grant: Grant) => McpServerFactory;
  readonly #sweeper: NodeJS.Timeout;

  constructor(factoryFor: (grant: Grant) => McpServerFactory, limits: SessionLimits) {
    this.#factoryFor = factoryFor;
    this.#limits = limits;
    this.#sweeper = setInterval(
      () => this.sweep(),
      Math.min(60_000, Math.max(250, limits.idleMs / 2)),
    ).unref();
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** One request of a session, or the one that opens it. Answers 404 for a session that is not the caller's. */
  async handle(
    request: Request,
    body: unknown,
    grant: Grant,
    authInfo: AuthInfo,
  ): Promise<Response> {
    const id = request.headers.get('mcp-session-id');
    if (id === null)
      return isInitializeRequest(body)
        ? this.#begin(request, body, grant, authInfo)
        : rpcError(400, -32_000, 'Bad Request: this needs a session, which begins with initialize');
    const session = this.#sessions.get(id);
    // What belongs to somebody else does not exist; what was opened with other rights has to be opened again.
    if (
      !session ||
      session.grant.caller !== grant.caller ||
      grantKey(session.grant) !== grantKey(grant)
    )
      return rpcError(404, -32_001, 'Session not found');
    return this.#serve(session, request, body, authInfo);
  }

  /** Every session offers what the runtime of now offers. */
  rebind(): void {
    for (const { server, grant } of this.#sessions.values()) this.#factoryFor(grant).rebind(server);
  }

  /** Tells every session what has changed somewhere else. */
  announce({ kind }: ServerEvent): void {
    for (const { server } of this.#sessions.values()) {
      if (kind === 'tools_list_changed') server.sendToolListChanged();
      if (kind === 'resources_list_changed') server.sendResourceListChanged();
    }
  }

  /** Ends sessions that nobody has used for `idleMs`. */
  sweep(now = performance.now()): void {
    for (const session of this.#sessions.values())
      if (session.open === 0 && now - session.used > this.#limits.idleMs)
        void session.transport.close();
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    await Promise.allSettled(
      [...this.#sessions.values()].map(({ transport }) => transport.close()),
    );
  }

  async #begin(
    request: Request,
    body: unknown,
    grant: Grant,
    authInfo: AuthInfo,
  ): Promise<Response> {
    if (!this.#makeRoom(grant.caller))
      return rpcError(503, -32_000, 'Too many sessions; try again later', { 'retry-after': '30' });
    const server = this.#factoryFor(grant).create();
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: eventStore(),
      retryInterval: 1_000,
      onsessioninitialized: (id) => {
        this.#sessions.set(id, session);
      },
    });
    const session: Session = { transport, server, grant, used: performance.now(), open: 0 };
    await server.connect(transport);
    const closed = transport.onclose;
    transport.onclose = () => {
      this.#sessions.delete(transport.sessionId ?? '');
      closed?.();
    };
    const response = await this.#serve(session, request, body, authInfo);
    // Refused before it was one: nothing of it stays.
    if (!this.#sessions.has(transport.sessionId ?? '')) await transport.close();
    return response;
  }

  /** One caller never takes the place of others: beyond a quarter of all sessions it loses its own oldest one that is idle. */
  #makeRoom(caller: string): boolean {
    const own = [...this.#sessions.values()].filter(({ grant }) => grant.caller === caller);
    if (own.length < Math.max(1, this.#limits.max / 4) && this.#sessions.size < this.#limits.max)
      return true;
    const oldest = own.filter(({ open }) => open === 0).sort((a, b) => a.used - b.used)[0];
    void oldest?.transport.close();
    return oldest !== undefined;
  }

  async #serve(
    session: Session,
    request: Request,
    body: unknown,
    authInfo: AuthInfo,
  ): Promise<Response> {
    session.open++;
    const done = once(() => {
      session.open--;
      session.used = performance.now();
    });
    try {
      const response = await session.transport.handleRequest(request, {
        authInfo,
        ...(body !== undefined && { parsedBody: body }),
      });
      return ended(response, done);
    } catch (error) {
      done();
      throw error;
    }
  }
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}

/** Tells when an answer has been sent to its end, or nobody reads it any more. */
function ended(response: Response, done: () => void): Response {
  if (response.body === null) {
    done();
    return response;
  }
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done: over, value } = await reader.read();
      if (!over) return controller.enqueue(value);
      done();
      controller.close();
    },
    cancel(reason) {
      done();
      return reader.cancel(reason);
    },
  });
  return new Response(body, { status: response.status, headers: response.headers });
}
