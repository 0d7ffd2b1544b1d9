import { randomBytes } from 'node:crypto';
import type { Reply, Seen } from '../../../demo/loopback.ts';
import { minute, second } from '../../../demo/world/clock.ts';
import { badRequest, body, gone, problem } from './reply.ts';
import type { Machine } from './machine.ts';

interface Session {
  sid: string;
  csrf: string;
  app: boolean;
  loginAt: number;
  until: number;
}

const validity = 30 * minute;
const seconds = (ms: number): number => Math.floor(ms / second);
const token = (): string => randomBytes(16).toString('base64').slice(0, 23) + '=';

/** Logins as FTL counts them: seats shared by everyone, three wrong ones a second for everyone (FTL src/api/auth.c). */
export class Sessions {
  readonly #machine: Machine;
  #sessions: Session[] = [];
  #failures: number[] = [];

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Those that are open now. */
  get open(): readonly Session[] {
    return this.#sessions.filter(({ until }) => until > this.#machine.now);
  }

  /** Ends all, as a changed password does. */
  end(): void {
    this.#sessions = [];
  }

  /** The session of a request; `free` where there is no password. A cookie counts only with its CSRF token. */
  of({ headers, query }: Pick<Seen, 'headers' | 'query'>): Session | 'free' | undefined {
    if (this.#machine.instance.password === null) return 'free';
    const cookie =
      headers['x-csrf-token'] === undefined
        ? undefined
        : /(?:^|;\s*)sid=([^;]+)/.exec(headers.cookie ?? '')?.[1];
    const sid = headers['x-ftl-sid'] ?? headers['sid'] ?? cookie ?? query.get('sid');
    const match = this.open.find(
      (session) =>
        session.sid === sid && (cookie === undefined || session.csrf === headers['x-csrf-token']),
    );
    if (match) match.until = this.#machine.now + validity;
    return match;
  }

  handle(seen: Seen): Reply {
    const session = this.of(seen);
    if (seen.method === 'POST') return this.#login(seen, session);
    if (session === undefined)
      return this.#refused(
        seen.headers['x-ftl-sid'] === undefined ? 'no SID provided' : 'session unknown',
      );
    if (session === 'free') return this.#free('no password set');
    if (seen.method === 'GET')
      return shown(session, this.#machine.instance.twoFactor, 'correct password');
    this.#sessions = this.#sessions.filter((other) => other !== session);
    return gone;
  }

  list(seen: Seen): Reply {
    const own = this.of(seen);
    return body({
      sessions: this.open.map((session, id) => ({
        id,
        current_session: session === own,
        valid: true,
        tls: { login: false, mixed: false },
        login_at: seconds(session.loginAt),
        last_active: seconds(session.until - validity),
        valid_until: seconds(session.until),
        remote_addr: '127.0.0.1',
        user_agent: null,
        x_forwarded_for: null,
        app: session.app,
        cli: false,
      })),
    });
  }

  #login({ body: text }: Seen, session: Session | 'free' | undefined): Reply {
    const { instance, now } = this.#machine;
    const password = passwordIn(text);
    if (typeof password === 'object') return password;
    if (session === 'free') return this.#free('password incorrect');
    this.#failures = this.#failures.filter((at) => now - at < second);
    if (this.#failures.length >= 3)
      return { ...problem(429, 'rate_limiting', 'Rate-limiting login attempts') };
    const app = password === instance.appPassword;
    if (!app && password !== instance.password) {
      this.#failures.push(now);
      return session
        ? shown(session, instance.twoFactor, 'password incorrect')
        : this.#refused('password incorrect');
    }
    if (!app && instance.twoFactor) return badRequest('No 2FA token found in JSON payload');
    this.#sessions = [...this.open];
    if (this.#sessions.length + instance.seatsTaken >= instance.seats)
      return problem(
        429,
        'api_seats_exceeded',
        'API seats exceeded',
        'increase webserver.api.max_sessions',
      );
    const made: Session = {
      sid: token(),
      csrf: token(),
      app,
      loginAt: now,
      until: now + validity,
    };
    this.#sessions.push(made);
    return shown(made, instance.twoFactor, app ? 'app-password correct' : 'password correct');
  }

  #refused(message: string): Reply {
    return body(
      {
        session: {
          valid: false,
          totp: this.#machine.instance.twoFactor,
          sid: null,
          validity: -1,
          message,
        },
      },
      401,
    );
  }

  #free(message: string): Reply {
    return body({ session: { valid: true, totp: false, sid: null, validity: -1, message } });
  }
}

function passwordIn(text: string): string | Reply {
  if (text === '') return badRequest('No request body data');
  let sent: unknown;
  try {
    sent = JSON.parse(text);
  } catch {
    return badRequest('Invalid request body data (no valid JSON), error at hint', text);
  }
  const password =
    typeof sent === 'object' && sent !== null && 'password' in sent ? sent.password : undefined;
  if (password === undefined) return badRequest('No password found in JSON payload');
  return typeof password === 'string'
    ? password
    : badRequest(`Field password has to be of type 'string'`);
}

const shown = ({ sid, csrf }: Session, totp: boolean, message: string): Reply => {
  const reply = body({
    session: { valid: true, totp, sid, csrf, validity: seconds(validity), message },
  });
  return {
    ...reply,
    headers: {
      ...reply.headers,
      'set-cookie': `sid=${sid}; SameSite=Lax; Path=/; Max-Age=1800; HttpOnly`,
    },
  };
};
