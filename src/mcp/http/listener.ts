import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { once } from 'node:events';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import type { HonoEnv } from './request.ts';
import type { Settings } from './settings.ts';

/** The socket others connect to. */
export interface Listener {
  readonly port: number;
  /** Answers from now on with `app`, but for requests whose shape is refused unread. */
  serve(app: Hono<HonoEnv>): void;
  /** The certificate may have been renewed. */
  renew(): void;
  /** No new connections; those that wait are ended. */
  refuse(): void;
  /** Cuts every connection. */
  close(): void;
}

/** Bounds on how slow and how big a request may come in; none on how long its answer streams. */
const bounds = {
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 30_000,
  maxHeaderSize: 16 * 1024,
  requireHostHeader: true,
} as const;
const maxConnections = 4_096;

type Options = Partial<
  Record<'headersTimeout' | 'requestTimeout' | 'connectionsCheckingInterval', number>
>;

/** Opens the socket, and answers nothing before `serve`. Throws Node's own error when the address cannot be had, or a TLS file cannot be read. `overrides`: milliseconds, for tests. */
export async function listen(
  {
    http_host,
    http_port,
    tls_cert,
    tls_key,
  }: Pick<Settings, 'http_host' | 'http_port' | 'tls_cert' | 'tls_key'>,
  overrides: Options = {},
): Promise<Listener> {
  const pair = (): { cert: Buffer; key: Buffer } | undefined =>
    tls_cert === undefined || tls_key === undefined
      ? undefined
      : { cert: readFileSync(tls_cert), key: readFileSync(tls_key) };
  const files = pair();
  const server: Server | TlsServer = files
    ? createTlsServer({ ...bounds, ...overrides, ...files, minVersion: 'TLSv1.2' })
    : createServer({ ...bounds, ...overrides });
  server.maxConnections = maxConnections;
  server.listen(http_port, http_host);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : http_port,
    serve(app) {
      // What is left of a body that nobody wants to read is drained for half a second; then its connection is cut.
      const answer = getRequestListener(app.fetch, {
        overrideGlobalObjects: false,
        errorHandler: () => new Response(null, { status: 400 }),
      });
      server.on('request', (request: IncomingMessage, response: ServerResponse) => {
        const wrong = malformedRequest(request);
        if (wrong === undefined) void answer(request, response);
        else refuse(response, wrong);
      });
    },
    renew() {
      const renewed = pair();
      if (renewed && 'setSecureContext' in server) server.setSecureContext(renewed);
    },
    refuse() {
      server.close();
      server.closeIdleConnections();
    },
    close: () => server.closeAllConnections(),
  };
}

function refuse(response: ServerResponse, why: string): void {
  response.writeHead(400, {
    'content-type': 'application/json',
    connection: 'close',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(JSON.stringify({ error: why }));
}

const single = [
  'host',
  'authorization',
  'content-length',
  'content-type',
  'mcp-session-id',
  'origin',
  'transfer-encoding',
];
const secretive = /^(access_?token|token|bearer|authorization|api_?key|key|password|secret)$/i;

/** Why a request is not even looked at; undefined: its shape is fine. What two readers could understand differently is refused, not guessed. */
export function malformedRequest({
  url = '',
  rawHeaders,
  headers,
}: Pick<IncomingMessage, 'url' | 'rawHeaders' | 'headers'>): string | undefined {
  if (!url.startsWith('/') || url.startsWith('//')) return 'the request target must be a path';
  const names = rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
  const twice = single.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (twice !== undefined) return `the header ${twice} is there twice`;
  if (headers['content-length'] !== undefined && headers['transfer-encoding'] !== undefined)
    return 'content-length and transfer-encoding contradict each other';
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity')
    return 'compressed requests are not accepted';
  const query = new URLSearchParams(url.split('?')[1] ?? '');
  if ([...query].some(([name, value]) => secretive.test(name) || value.startsWith('lares_')))
    return 'a token does not belong into a URL, where logs keep it: send it as a header, and revoke the one that was sent';
  return undefined;
}
