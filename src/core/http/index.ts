import type * as z from 'zod';
import { ShapeError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { ClientOptions } from './client-options.ts';
import type { Connection } from './connection.ts';
import { json, type Reading } from './response.ts';
import type { HttpResponse, HttpRequest, Method } from './transport.ts';
import { sleep } from '../base/abortable.ts';
import { withQuery, type Path, type Query } from './path.ts';
import type { Trace } from '../base/trace.ts';

export { below, path, type Path, type Query } from './path.ts';
export { isWebPage, mediaType } from './front.ts';
export type { ClientOptions } from './client-options.ts';
export type { Connection } from './connection.ts';

/** What one call brings along: it can be cancelled, and it may say how far it is. */
export interface Call {
  readonly signal: AbortSignal;
  progress(message: string, done?: number, total?: number): void;
  /** Milliseconds since the epoch; tests move it. */
  now(): number;
  /** How long a whole check-up may take, in ms; none for other calls. A probe takes a share of it. */
  readonly deadlineMs?: number | undefined;
}

/** One call that may change something: `trace` hears what became of its requests. */
export interface WriteCall extends Call {
  readonly trace?: Trace | undefined;
}

/** One instance, for reading. `settings` is what the service's `connect` put there. */
export interface ReadHttp<Settings = unknown> extends Call {
  readonly instance: string;
  readonly settings: Settings;
  get<T>(path: Path, schema: z.ZodType<T>, query?: Query): Promise<T>;
  /** A body that is not JSON: metrics, raw logs. */
  text(path: Path, query?: Query): Promise<string>;
  /** A read that the upstream spells POST. Only paths that the service declared as `queries`. */
  query<T>(path: Path, body: Json | URLSearchParams, schema: z.ZodType<T>): Promise<T>;
  /** The optional second server of this instance, if it is configured. */
  also(name: string): ReadHttp<Settings> | undefined;
  /** Asks again every `pollMs` until `done` says so or `waitMs` (or less, if `boundMs` says so) is over; then `undefined`. */
  until<T>(
    ask: () => Promise<T>,
    done: (value: T) => boolean,
    boundMs?: number,
  ): Promise<T | undefined>;
}

/** One instance, for writing. Only the gate's `commit` ever hands one out. */
export interface WriteHttp<Settings = unknown> extends ReadHttp<Settings> {
  send(method: Exclude<Method, 'GET'>, path: Path, body?: Json, query?: Query): Promise<void>;
  send<T>(
    method: Exclude<Method, 'GET'>,
    path: Path,
    body: Json | undefined,
    schema: z.ZodType<T>,
    query?: Query,
  ): Promise<T>;
}

/** The reading half of one instance for one call. Its methods throw an UnreachableError when no answer came, an UpstreamError for a refusal, a ShapeError for an answer that does not fit the schema, an InputError for a path that cannot be, and the reason of the signal when the call was cancelled. */
export function readHttp<S>(
  connection: Connection,
  options: ClientOptions,
  { trace, ...call }: WriteCall,
): ReadHttp<S> {
  const { pollMs, waitMs } = connection.target.limits;
  const reading = {
    parse: options.parse,
    sanitizer: connection.sanitizer,
    comparable: options.comparesSecrets,
  };
  const read = (message: HttpRequest): Promise<HttpResponse> => {
    const answer = connection.read(message, options, call.signal);
    return trace?.read(answer) ?? answer;
  };
  return {
    ...call,
    instance: connection.instance,
    settings: connection.target.settings as S,
    get: async (path, schema, query) =>
      parsed(
        await read({ method: 'GET', target: withQuery(path, query) }),
        `GET ${path}`,
        schema,
        reading,
      ),
    text: async (path, query) => {
      const target = withQuery(path, query);
      const { text } = await read({ method: 'GET', target, headers: { accept: '*/*' } });
      return connection.sanitizer.text(text);
    },
    query: async (path, body, schema) => {
      if (!options.queries?.test(path))
        throw new Error(`POST ${path} is not declared as a read (queries)`);
      return parsed(
        await read({ method: 'POST', target: path, ...encoded(body) }),
        `POST ${path}`,
        schema,
        reading,
      );
    },
    also: (name) => {
      const other = connection.also(name);
      return other && readHttp<S>(other, options, { ...call, trace });
    },
    async until(ask, done, boundMs = waitMs) {
      for (const end = performance.now() + Math.min(boundMs, waitMs); ;) {
        const value = await ask();
        if (done(value)) return value;
        if (performance.now() + pollMs > end) return undefined;
        await sleep(pollMs, call.signal);
      }
    },
  };
}

/** Both halves of one instance, for an effect that the gate has let through. Throws what `readHttp` throws; `call.trace` hears what became of each request. */
export function writeHttp<S>(
  connection: Connection,
  options: ClientOptions,
  call: WriteCall,
): WriteHttp<S> {
  return {
    ...readHttp<S>(connection, options, call),
    async send<T>(
      method: Exclude<Method, 'GET'>,
      path: Path,
      body?: Json,
      schemaOrQuery?: z.ZodType<T> | Query,
      queryAfterSchema?: Query,
    ) {
      const schema = isSchema<T>(schemaOrQuery) ? schemaOrQuery : undefined;
      const query = schema ? queryAfterSchema : (schemaOrQuery as Query | undefined);
      const request = connection.write(
        { method, target: withQuery(path, query), ...(body === undefined ? {} : encoded(body)) },
        options,
        call.signal,
      );
      const answer = await (call.trace?.wrote(request) ?? request);
      const reading = { parse: options.parse, sanitizer: connection.sanitizer };
      return schema ? parsed(answer, `${method} ${path}`, schema, reading) : undefined;
    },
  } as WriteHttp<S>;
}

const isSchema = <T>(value: unknown): value is z.ZodType<T> =>
  typeof value === 'object' && value !== null && '_zod' in value;

const encoded = (body: Json | URLSearchParams): Pick<HttpRequest, 'headers' | 'body'> =>
  body instanceof URLSearchParams
    ? { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: body.toString() }
    : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };

function parsed<T>(answer: HttpResponse, what: string, schema: z.ZodType<T>, reading: Reading): T {
  const result = schema.safeParse(json(answer, what, reading));
  if (result.success) return result.data;
  // Where a number is expected one that is rounded is better than none.
  const rounded = schema.safeParse(json(answer, what, { ...reading, parse: JSON.parse }));
  if (rounded.success) return rounded.data;
  const [issue] = result.error.issues;
  throw new ShapeError(
    `${what}: ${issue?.path.join('.') || 'the answer'}: ${issue?.message ?? 'unknown shape'}`,
    {
      hint: 'This version answers in a shape Lares does not know. Please report it with the version.',
    },
  );
}
