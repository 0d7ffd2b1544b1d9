import { GateError, UnreachableError } from '../base/errors.ts';
import type { HttpResponse, HttpRequest, Origin, Transport } from './transport.ts';
import { sleep, raceAbort } from '../base/abortable.ts';
import { LoginSession, type SessionKeeper } from './session.ts';
import { SingleFlight, type Flight } from './single-flight.ts';
import type { Target } from './endpoint.ts';
import { plainSanitizer, type Sanitizer } from './sanitizer.ts';
import { frontAnswer } from './front.ts';
import type { ClientOptions } from './client-options.ts';
import { isAccepted, refusal } from './response.ts';
import { version } from '../../version.ts';

/** What an instance is given besides its address. */
export interface ConnectionOptions {
  /** Takes secrets out of what comes in. */
  sanitizer?: Sanitizer;
  /** Where a login that outlives this process is kept. */
  keeper?: SessionKeeper;
}

/** One configured instance: its sockets, its reads in flight, its session. Opens nothing before the first request. */
export class Connection {
  readonly instance: string;
  readonly target: Target;
  readonly sanitizer: Sanitizer;
  readonly #transport: Transport;
  readonly #flights = new SingleFlight();
  readonly #also = new Map<string, Connection>();
  readonly #keeper: SessionKeeper | undefined;
  #session: LoginSession | undefined;

  constructor(
    instance: string,
    target: Target,
    { sanitizer = plainSanitizer, keeper }: ConnectionOptions = {},
  ) {
    this.instance = instance;
    this.target = target;
    this.sanitizer = sanitizer;
    this.#keeper = keeper;
    this.#transport = lazyTransport(instance, target);
    for (const [name, endpoint] of Object.entries(target.also ?? {}))
      this.#also.set(
        name,
        new Connection(
          instance,
          {
            ...target,
            also: {},
            headers: {},
            credentials: {},
            urlVariable: `${target.prefix}_${name.toUpperCase()}_URL`,
            ...endpoint,
          },
          { sanitizer },
        ),
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

  /** A write: sent once. What Lares took out of an answer is not written back in its place: throws a GateError then. */
  async write(
    message: HttpRequest,
    options: ClientOptions,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    if (this.sanitizer.isMarked(`${message.target} ${message.body ?? ''}`))
      throw new GateError('it would write [redacted] where there was a secret', {
        hint: 'Nothing was sent. Change this in the service itself.',
      });
    return this.#accepted(await this.#send(message, options, signal), message, options);
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
      return this.#accepted(first, message, options);
    await jitter(flight.signal);
    const second = await this.#send(message, options, flight.signal, { retries: 1, flight });
    return this.#accepted(second, message, options);
  }

  /** A refusal is sanitized as it comes in: its words go into messages. */
  #accepted(answer: HttpResponse, message: HttpRequest, options: ClientOptions): HttpResponse {
    if (isAccepted(answer)) return answer;
    const { location } = answer.headers;
    throw refusal(
      {
        ...answer,
        reason: this.sanitizer.text(answer.reason),
        text: this.sanitizer.text(answer.text),
        headers: {
          ...answer.headers,
          ...(location !== undefined && { location: this.sanitizer.text(location) }),
        },
      },
      message,
      options,
      this.target,
    );
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
