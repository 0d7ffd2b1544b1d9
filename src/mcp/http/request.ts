import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Grant } from './auth/grant.ts';

/** One HTTP request on its way in, as hono's handlers and middleware see it. */
export interface HonoEnv {
  Bindings: { incoming: IncomingMessage; outgoing: ServerResponse };
  Variables: {
    /** Stands in the log, and in the answer's `X-Request-Id`. */
    id: string;
    /** Address of the client; behind a trusted proxy, the one the proxy names. */
    address: string;
    /** Set once the caller was let in. */
    grant: Grant;
    /** Counts the request among those that were not let in. */
    refused(why: string): void;
  };
}

/** A refusal as MCP clients understand it: HTTP status, JSON-RPC error. Says nothing that a stranger should not know. */
export const rpcError = (
  status: number,
  code: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response =>
  Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status, headers });
