import type { Answer, Message } from './exchange.ts';
import { UpstreamError } from '../errors.ts';

/** How a service without tokens is logged in to. `ask` sends as it stands: no session, no retry. */
export interface SessionRecipe {
  /** Returns the headers that prove the session. Throws what the operator should read when it cannot be had. */
  login(ask: (message: Message) => Promise<Answer>, credentials: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>>;
  logout(ask: (message: Message) => Promise<Answer>, headers: Readonly<Record<string, string>>): Promise<unknown>;
}

/** One session for one instance: logged in once whoever asks first, again once after a 401, and logged out at the end. */
export class LoginSession {
  readonly #recipe: SessionRecipe;
  readonly #credentials: Readonly<Record<string, string>>;
  readonly #ask: (message: Message) => Promise<Answer>;
  #headers: Promise<Readonly<Record<string, string>>> | undefined;

  constructor(recipe: SessionRecipe, credentials: Readonly<Record<string, string>>, ask: (message: Message) => Promise<Answer>) {
    this.#recipe = recipe;
    this.#credentials = credentials;
    this.#ask = ask;
  }

  headers(): Promise<Readonly<Record<string, string>>> {
    const login = (this.#headers ??= this.#recipe.login(this.#ask, this.#credentials));
    // A refused login is not remembered, so that the next call may try again; a session that is there stays.
    login.catch(() => { if (this.#headers === login) this.#headers = undefined; });
    return login;
  }

  /** Send with the session; when it turns out to be over, once more with a new one. */
  async send(message: Message, exchange: (message: Message) => Promise<Answer>): Promise<Answer> {
    const headers = await this.headers();
    const answer = await exchange({ ...message, headers: { ...message.headers, ...headers } });
    if (answer.status !== 401) return answer;
    const current = await this.#headers?.catch(() => undefined);
    if (current === headers) this.#headers = undefined;
    return exchange({ ...message, headers: { ...message.headers, ...(await this.headers()) } });
  }

  async close(): Promise<void> {
    const headers = await this.#headers?.catch(() => undefined);
    this.#headers = undefined;
    if (headers) await this.#recipe.logout(this.#ask, headers);
  }
}

export const loginRefused = (what: string, answer: Answer, hint: string): UpstreamError =>
  new UpstreamError(`${what}: ${answer.status} ${answer.reason}`, answer.status, { hint });
