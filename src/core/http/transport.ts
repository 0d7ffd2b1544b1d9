import http from 'node:http';
import https from 'node:https';
import { ConfigError, LaresError, ShapeError } from '../base/errors.ts';
import { emit } from '../base/telemetry.ts';
import { agentFor, fault } from './agent.ts';
import { codeOf, unreachable } from './unreachable.ts';
import type { Target } from './endpoint.ts';
import type { Flight } from './single-flight.ts';

/** The methods that services are asked with. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One answer, whole. `reason` is the text of the status line, which some services put their only explanation in. */
export interface HttpResponse {
  status: number;
  reason: string;
  headers: http.IncomingHttpHeaders;
  text: string;
}

/** One message, ready to be sent. */
export interface HttpRequest {
  method: Method;
  /** Path and query, encoded, without the prefix of the base URL. */
  target: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | undefined;
}

/** What a request is part of, for telemetry. */
export interface Origin {
  /** How often the same was tried before. */
  readonly retries: number;
  /** The read that several callers may share, also when they join while it is on its way. */
  readonly flight?: Flight;
}

/** The sockets of one instance; `instance` is its name in events. `exchange` is the only place in Lares where an HTTP request leaves. */
export function openTransport(instance: string, target: Target): Transport {
  const { baseUrl, limits } = target;
  const url = new URL(baseUrl);
  const unix = url.protocol === 'unix:';
  const prefix = unix ? '' : url.pathname.replace(/\/+$/, '');
  const agents: { reads?: http.Agent; writes?: http.Agent } = {};
  const send = url.protocol === 'https:' ? https.request : http.request;

  async function exchange(
    { method, target: to, headers, body }: HttpRequest,
    caller: AbortSignal,
    { retries, flight }: Origin = { retries: 0 },
  ): Promise<HttpResponse> {
    const what = `${method} ${to.replace(/\?.*/s, '')}`;
    const agent =
      method === 'GET'
        ? (agents.reads ??= agentFor(target, { reuse: true }))
        : (agents.writes ??= agentFor(target, { reuse: false }));
    const limit = AbortSignal.timeout(limits.timeoutMs);
    const signal = AbortSignal.any([caller, limit]);
    let sent = false;
    let status = 0;
    const began = performance.now();
    try {
      const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
        // Node lets an array of pairs choose the order and leaves out what is not in it; Caddy wants an empty Host on a unix socket.
        const sentHeaders = {
          ...(unix ? { host: '' } : {}),
          ...headers,
          ...(body === undefined
            ? method === 'GET'
              ? {}
              : { 'content-length': '0' }
            : { 'content-length': String(Buffer.byteLength(body)) }),
        };
        const request = send(
          {
            agent,
            method,
            path: prefix + to,
            hostname: unix ? 'localhost' : url.hostname.replace(/^\[|\]$/g, ''),
            port: url.port || undefined,
            headers: sentHeaders,
            setHost: !('host' in sentHeaders),
            signal,
          },
          resolve,
        );
        request
          .on('socket', () => {
            sent = true;
          })
          .on('error', reject)
          .end(body);
      });
      status = answer.statusCode ?? 0;
      return {
        status,
        reason: Buffer.from(answer.statusMessage ?? '', 'latin1').toString(),
        headers: answer.headers,
        text: await read(answer, what, limits.maxBytes),
      };
    } catch (error) {
      if (caller.aborted) throw caller.reason;
      if (error instanceof LaresError) throw error;
      if (codeOf(error) === 'ERR_INVALID_CHAR') throw unsendable(what, error, target);
      throw unreachable(
        what,
        limit.aborted
          ? fault('TIMEOUT', `no complete answer within ${limits.timeoutMs / 1000} s`)
          : error,
        target,
        sent,
      );
    } finally {
      emit('upstream', {
        prefix: target.prefix,
        instance,
        method,
        path: withoutValues(to),
        status,
        ms: performance.now() - began,
        retries,
        shared: flight?.shared ?? false,
      });
    }
  }
  return {
    send: exchange,
    close() {
      agents.reads?.destroy();
      agents.writes?.destroy();
    },
  };
}

/** Node refuses to send it: nothing left, and nobody broke off. */
const unsendable = (what: string, cause: unknown, { prefix }: Target): ConfigError =>
  new ConfigError(
    `${what} cannot be sent: ${cause instanceof Error ? cause.message : String(cause)}`,
    {
      cause,
      hint: `A value of the ${prefix}_… variables holds a line break or another character that no header may hold.`,
    },
  );

/** The way to one instance. */
export interface Transport {
  /** One request, one answer of any status. Rejects with an UnreachableError when none came, a ShapeError when it is too large, and the reason of `signal`. */
  send(message: HttpRequest, signal: AbortSignal, origin?: Origin): Promise<HttpResponse>;
  close(): void;
}

/** A path with its query, but for the values: they may be anything that somebody searches for. */
const withoutValues = (target: string): string => target.replace(/=[^&]*/g, '=…');

async function read(answer: http.IncomingMessage, what: string, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes)
      throw new ShapeError(
        `${what}: the answer is larger than ${Math.round(maxBytes / 2 ** 20)} MiB`,
        { hint: 'Narrow the question; nothing was kept.' },
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
