import type { HttpResponse, HttpRequest } from './transport.ts';
import { UnreachableError, UpstreamError } from '../base/errors.ts';
import { sleep, raceAbort } from '../base/abortable.ts';

/** The headers that prove a session; none where the server asks for no proof. */
export type Proof = Readonly<Record<string, string>>;
/** Sends one message and gives back the answer, of whatever status. */
export type Ask = (message: HttpRequest) => Promise<HttpResponse>;

/** How a service without tokens is logged in to. `ask` sends as it stands: no session, no retry. */
export interface SessionRecipe {
  /** Throws what the operator should read when there is no session to be had. */
  login(ask: Ask, credentials: Readonly<Record<string, string>>): Promise<Proof>;
  logout(ask: Ask, proof: Proof): Promise<unknown>;
  /** After a 401 the same session is shown once more, this many ms later: a server that has just started may still be loading its sessions. */
  graceMs?: number;
  /** The session is worth keeping where the next process finds it: seats are few, and one that is killed gives none back. */
  kept?: boolean;
  /** A refused login is not tried again for this many ms: attempts are counted upstream, and one call may ask many things. */
  holdMs?: number;
}

/** Where a session outlives its process. What is taken belongs to who takes it. */
export interface SessionKeeper {
  take(): Proof | undefined;
  keep(proof: Proof): void;
  drop(): void;
}

/** One session for one instance: logged in once whoever asks first, again once after a 401, and logged out at the end. */
export class LoginSession {
  readonly #recipe: SessionRecipe;
  readonly #credentials: Readonly<Record<string, string>>;
  readonly #ask: Ask;
  readonly #keeper: SessionKeeper | undefined;
  #mayTake = true;
  #proof: Promise<Proof> | undefined;
  #refused: { error: UpstreamError; until: number } | undefined;
  #closed = false;

  constructor(
    recipe: SessionRecipe,
    credentials: Readonly<Record<string, string>>,
    ask: Ask,
    keeper?: SessionKeeper,
  ) {
    this.#recipe = recipe;
    this.#keeper = recipe.kept ? keeper : undefined;
    this.#credentials = credentials;
    this.#ask = ask;
  }

  /** Send with the session; when it turns out to be over, once more with a new one. `signal` ends the wait for a login, not the login. */
  async send(message: HttpRequest, exchange: Ask, signal: AbortSignal): Promise<HttpResponse> {
    const { graceMs } = this.#recipe;
    const login = this.#login();
    const proof = await raceAbort(signal, login);
    const sendWith = (headers: Proof): Promise<HttpResponse> =>
      exchange({ ...message, headers: { ...message.headers, ...headers } });
    const answer = await sendWith(proof);
    if (answer.status !== 401) return answer;
    if (graceMs !== undefined) {
      await sleep(graceMs, signal);
      const again = await sendWith(proof);
      if (again.status !== 401) return again;
    }
    if (this.#proof === login) {
      this.#proof = undefined;
      this.#keeper?.drop();
    }
    return sendWith(await raceAbort(signal, this.#login()));
  }

  /** No login starts after this, and the session there is, or is being made, is given back. */
  async close(): Promise<void> {
    this.#closed = true;
    const proof = await this.#proof?.catch(() => undefined);
    this.#proof = undefined;
    if (!proof || Object.keys(proof).length === 0) return;
    await this.#recipe.logout(this.#ask, proof);
    // Only after it was heard: one that was not given back may still be taken up.
    this.#keeper?.drop();
  }

  #login(): Promise<Proof> {
    if (this.#closed) return Promise.reject(new UnreachableError('Lares is shutting down'));
    if (this.#proof) return this.#proof;
    if (this.#refused && performance.now() < this.#refused.until)
      return Promise.reject(this.#refused.error);
    const left = this.#mayTake ? this.#keeper?.take() : undefined;
    this.#mayTake = false;
    const login = left ? Promise.resolve(left) : this.#loginAnew();
    this.#proof = login;
    login.catch((error: unknown) => {
      if (this.#proof === login) this.#proof = undefined;
      if (error instanceof UpstreamError)
        this.#refused = { error, until: performance.now() + (this.#recipe.holdMs ?? 0) };
    });
    return login;
  }

  async #loginAnew(): Promise<Proof> {
    const proof = await this.#recipe.login(this.#ask, this.#credentials);
    if (Object.keys(proof).length > 0) this.#keeper?.keep(proof);
    return proof;
  }
}
