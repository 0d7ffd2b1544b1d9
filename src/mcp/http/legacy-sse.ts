import { randomUUID } from 'node:crypto';
import {
  isJsonContentType,
  parseJSONRPCMessage,
  readRequestBody,
  type AuthInfo,
  type JSONRPCMessage,
  type MessageExtraInfo,
  type Transport,
} from '@modelcontextprotocol/server';
import type { Hono } from 'hono';
import { grantKey, type Grant } from './auth/grant.ts';
import { parseJson } from '../../core/base/json.ts';
import type { McpServerFactory } from '../server.ts';
import { rpcError, type HonoEnv } from './request.ts';

const keepAliveMs = 15_000;

/** HTTP+SSE of 2024-11-05: one stream down, one POST for every message up. The SDK serves it no more; some clients still ask for it. */
class SseTransport implements Transport {
  readonly sessionId = randomUUID();
  readonly grant: Grant;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: <T extends JSONRPCMessage>(message: T, extra?: MessageExtraInfo) => void;
  readonly #encoder = new TextEncoder();
  #stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  #beat: NodeJS.Timeout | undefined;

  constructor(grant: Grant) {
    this.grant = grant;
  }

  /** The answer to GET /sse: it begins with the address for messages. */
  readonly body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      this.#stream = controller;
      this.#write(`event: endpoint\ndata: /messages?sessionId=${this.sessionId}\n\n`);
      this.#beat = setInterval(() => this.#write(': alive\n\n'), keepAliveMs).unref();
    },
    cancel: () => this.close(),
  });

  async start(): Promise<void> {}

  async send(message: JSONRPCMessage): Promise<void> {
    this.#write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
  }

  async close(): Promise<void> {
    if (!this.#stream) return;
    clearInterval(this.#beat);
    const stream = this.#stream;
    this.#stream = undefined;
    try {
      stream.close();
    } catch {
      // The client has gone: there is nobody to tell.
    }
    this.onclose?.();
  }

  #write(text: string): void {
    this.#stream?.enqueue(this.#encoder.encode(text));
  }
}

/** The transport of 2024: its routes, and its open streams. */
export interface LegacySse {
  routes(app: Hono<HonoEnv>): void;
  /** Every open stream offers what the runtime of now offers. */
  rebind(): void;
  close(): Promise<void>;
}

/** `max` streams at one time; messages of at most `maxBytes`. */
export function legacySse(
  factoryFor: (grant: Grant) => McpServerFactory,
  { max, maxBytes }: { max: number; maxBytes: number },
): LegacySse {
  const open = new Map<
    string,
    { transport: SseTransport; server: ReturnType<McpServerFactory['create']> }
  >();
  async function begin(grant: Grant): Promise<Response> {
    if (open.size >= max)
      return rpcError(503, -32_000, 'Too many sessions; try again later', { 'retry-after': '30' });
    const [transport, server] = [new SseTransport(grant), factoryFor(grant).create()];
    await server.connect(transport);
    const closed = transport.onclose;
    transport.onclose = () => {
      open.delete(transport.sessionId);
      closed?.();
    };
    open.set(transport.sessionId, { transport, server });
    return new Response(transport.body, {
      headers: {
        'content-type': 'text/event-stream',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      },
    });
  }
  async function receive(
    request: Request,
    id: string | undefined,
    grant: Grant,
  ): Promise<Response> {
    const transport = open.get(id ?? '')?.transport;
    if (
      !transport ||
      transport.grant.caller !== grant.caller ||
      grantKey(transport.grant) !== grantKey(grant)
    )
      return rpcError(404, -32_001, 'Session not found');
    if (!isJsonContentType(request.headers.get('content-type')))
      return rpcError(415, -32_000, 'Unsupported Media Type: send application/json');
    const read = await readRequestBody(request, maxBytes);
    if (read.tooLarge)
      return rpcError(
        413,
        -32_000,
        `The request is larger than ${Math.floor(maxBytes / 1024)} KiB`,
      );
    const message = messageOf(read.text);
    if (!message) return rpcError(400, -32_700, 'Parse error: this is not a message');
    const authInfo: AuthInfo = { token: '', clientId: grant.caller, scopes: [] };
    transport.onmessage?.(message, { authInfo });
    return new Response('Accepted', { status: 202 });
  }
  return {
    routes(app) {
      app.get('/sse', (c) => begin(c.get('grant')));
      app.post('/messages', (c) => receive(c.req.raw, c.req.query('sessionId'), c.get('grant')));
    },
    rebind() {
      for (const { transport, server } of open.values()) factoryFor(transport.grant).rebind(server);
    },
    close: async () => {
      await Promise.all([...open.values()].map(({ transport }) => transport.close()));
    },
  };
}

function messageOf(text: string): JSONRPCMessage | undefined {
  try {
    return parseJSONRPCMessage(parseJson(text));
  } catch {
    return undefined;
  }
}
