import { ShapeError, UnreachableError, UpstreamError } from '../base/errors.ts';
import type { HttpResponse, HttpRequest, Origin, Transport } from './transport.ts';
import { sleep, raceAbort } from '../base/abortable.ts';
import { LoginSession, type SessionKeeper, type SessionRecipe } from './session.ts';
import { SingleFlight, type Flight } from './single-flight.ts';
import type { Target } from './endpoint.ts';
import { frontAnswer, isWebPage, mediaType } from './front.ts';
import { version } from '../../version.ts';

/** What a service knows about its own answers. */
export interface ClientOptions {
  /** Words for a refusal, where the status line does not hold them; and what the operator can do. */
  describeError?(
    refusal: HttpResponse &
      Pick<HttpRequest, 'method' | 'target'> & {
        /** As `connect` made them: a hint is about the credentials that are in use. */
        settings?: unknown;
      },
  ): { reason?: string | undefined; hint?: string | undefined } | undefined;
  session?: SessionRecipe;
  /** Whether a refusal that is neither JSON nor empty is the service's own, as some of its refusals are plain text or pages; without it, such an answer came from something in front of it. */
  isOwnRefusal?(refusal: HttpResponse): boolean;
  /** Status codes besides 502 and 504 with which the service says that something behind it did not answer. */
  silentStatus?(status: number): boolean;
  /** Reads that the upstream spells POST, as path patterns (searches). */
  queries?: RegExp;
  /** How a body is read, where `JSON.parse` would lose something. */
  parse?(text: string): unknown;
}

/** One configured instance: its sockets, its reads in flight, its session. Opens nothing before the first request. */
export class Connection {
  readonly instance: string;
  readonly target: Target;
  readonly #transport: Transport;
  readonly #flights = new SingleFlight();
  readonly #also = new Map<string, Connection>();
  readonly #keeper: SessionKeeper | undefined;
  #session: LoginSession | undefined;

  constructor(instance: string, target: Target, keeper?: SessionKeeper) {
    this.instance = instance;
    this.target = target;
    this.#keeper = keeper;
    this.#transport = lazyTransport(instance, target);
    for (const [name, endpoint] of Object.entries(target.also ?? {}))
      this.#also.set(
        name,
        new Connection(instance, {
          ...target,
          also: {},
          headers: {},
          credentials: {},
          urlVariable: `${target.prefix}_${name.toUpperCase()}_URL`,
          ...endpoint,
        }),
      );
  }

  also(name: string): Connection | undefined {
    return this.#also.get(name);
  }

  /** A read, shared with everyone who asks the same at the same moment, and tried a second time when the first was cut short. */
  read(message: HttpRequest, options: ClientOptions, signal: AbortSignal): Promise<HttpResponse> {
    const key = `${message.method} ${message.target} ${message.body ?? ''}`;
    return this.#flights.run(key, signal, (flight) => this.#twice(message, options, flight));
  }

  /** A write: sent once. */
  async write(
    message: HttpRequest,
    options: ClientOptions,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    return accepted(await this.#send(message, options, signal), message, options, this.target);
  }

  /** Logs out, unless the other side is too slow to hear it: an end is not held up by a server that hangs. */
  async close(): Promise<void> {
    const farewell = Promise.allSettled([
      this.#session?.close(),
      ...[...this.#also.values()].map((other) => other.close()),
    ]);
    await raceAbort(AbortSignal.timeout(farewellMs), farewell).catch(() => undefined);
    this.#transport.close();
  }

  async #twice(
    message: HttpRequest,
    options: ClientOptions,
    flight: Flight,
  ): Promise<HttpResponse> {
    const first = await this.#unlessCut(message, options, flight);
    if (first && ![502, 503, 504].includes(first.status))
      return accepted(first, message, options, this.target);
    await jitter(flight.signal);
    const second = await this.#send(message, options, flight.signal, { retries: 1, flight });
    return accepted(second, message, options, this.target);
  }

  /** The answer; undefined when the connection was cut before there was one. */
  async #unlessCut(
    message: HttpRequest,
    options: ClientOptions,
    flight: Flight,
  ): Promise<HttpResponse | undefined> {
    try {
      return await this.#send(message, options, flight.signal, { retries: 0, flight });
    } catch (error) {
      if (error instanceof UnreachableError && wasCut(error)) return undefined;
      throw error;
    }
  }

  #send(
    message: HttpRequest,
    { session, isOwnRefusal }: ClientOptions,
    signal: AbortSignal,
    origin?: Origin,
  ): Promise<HttpResponse> {
    const withHeaders = {
      ...message,
      headers: {
        ...standing,
        accept: 'application/json',
        ...this.target.headers,
        ...message.headers,
      },
    };
    if (!session) return this.#transport.send(withHeaders, signal, origin);
    // A login outlives the call that needed it first: others may be waiting for the same one.
    const ask = async (login: HttpRequest): Promise<HttpResponse> => {
      const answer = await this.#transport.send(
        { ...login, headers: { ...standing, ...this.target.headers, ...login.headers } },
        new AbortController().signal,
      );
      const what = `${login.method} ${login.target}`;
      const front = frontAnswer(answer, what, this.target, isOwnRefusal);
      if (front) throw front;
      return answer;
    };
    const { credentials = {} } = this.target;
    this.#session ??= new LoginSession(session, credentials, ask, this.#keeper);
    return this.#session.send(
      withHeaders,
      (ready) => this.#transport.send(ready, signal, origin),
      signal,
    );
  }
}

/** Sockets and TLS are loaded with the first request: a client's start sends none, and does not wait for them. */
function lazyTransport(instance: string, target: Target): Transport {
  let opened: Promise<Transport> | undefined;
  const open = async (): Promise<Transport> => {
    const { openTransport } = await import('./transport.ts');
    return openTransport(instance, target);
  };
  return {
    send: async (...request) => {
      opened ??= open();
      return (await opened).send(...request);
    },
    close: () => void opened?.then((transport) => transport.close()),
  };
}

const farewellMs = 1_500;

/** What every request says of itself: lists of sessions and access logs show it. */
const standing = { 'user-agent': `lares/${version}` };

const wasCut = ({ cause }: UnreachableError): boolean =>
  cause instanceof Error &&
  'code' in cause &&
  (cause.code === 'ECONNRESET' || cause.code === 'EPIPE');

/** 50 to 150 ms, so that many who failed together do not come back together. */
const jitter = (signal: AbortSignal): Promise<void> => sleep(50 + Math.random() * 100, signal);

function accepted(
  answer: HttpResponse,
  { method, target: path }: HttpRequest,
  options: ClientOptions,
  target: Target,
): HttpResponse {
  if (answer.status >= 200 && answer.status < 300) return answer;
  const what = `${method} ${path.replace(/\?.*/s, '')}`;
  const front = frontAnswer(answer, what, target, options.isOwnRefusal);
  if (front) throw front;
  const described = options.describeError?.({
    ...answer,
    method,
    target: path,
    settings: target.settings,
  });
  const reason = described?.reason ?? answer.reason;
  throw new UpstreamError(`${what}: ${answer.status} ${reason}`.trim(), answer.status, {
    hint: described?.hint ?? usualHint(answer.status),
    ...(options.silentStatus?.(answer.status) && { silent: true }),
  });
}

const usualHint = (status: number): string =>
  ({
    401: 'The credentials were refused. Check them with `lares doctor`.',
    403: 'The credentials lack a privilege for this. `lares doctor` shows what is missing.',
    404: 'No such thing there, or this version does not have it.',
    429: 'The service asks to slow down. Try again in a minute.',
  })[status] ??
  (status >= 500 ? 'The service has a problem of its own; its log should say which.' : '');

/** The body as JSON. A web page is an answer of something else than an API; an empty body or half a document is a shape error that quotes its beginning. */
export function json(
  answer: HttpResponse,
  what: string,
  parse: (text: string) => unknown = JSON.parse,
): unknown {
  try {
    return parse(answer.text);
  } catch (cause) {
    const message = `${what}: the answer is not JSON (${mediaType(answer) || 'no content type'}, ${answer.text.length} characters, begins ${JSON.stringify(answer.text.slice(0, 40))})`;
    const hint = 'Is the URL that of the API itself, and not of a login page or another service?';
    if (isWebPage(answer))
      throw new UpstreamError(message, answer.status, { cause, hint, front: true });
    throw new ShapeError(message, { cause, hint });
  }
}
