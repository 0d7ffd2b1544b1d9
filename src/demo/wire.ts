import type { IncomingHttpHeaders } from 'node:http';

/** A request that arrived. `path` is the raw, still encoded pathname. */
export interface Seen {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
}

/** An answer to send. `drop` closes the connection instead. */
export interface Reply {
  status?: number;
  reason?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  delayMs?: number;
  drop?: boolean;
}

export type Answer = (seen: Seen) => Reply | Promise<Reply>;
