import { fullMessage, UnreachableError } from '../../core/base/errors.ts';
import type { Target } from '../../core/http/endpoint.ts';
import { withQuery, type Path, type Query } from '../../core/http/path.ts';
import { probeTls, type Presented } from '../../core/http/tls-probe.ts';
import { openTransport } from '../../core/http/transport.ts';
import type { HttpResponse, Probe } from '../../core/setup.ts';
import { version } from '../../version.ts';

/** A server that is looked at without credentials. Whatever certificate it shows is looked at too: nothing is entrusted to it. */
export interface Door {
  readonly url: string;
  /** Of https only. */
  readonly certificate: Presented | undefined;
  /** Why the last request had no answer, in words for people. */
  readonly problem: string | undefined;
  /** A probe of what is below a path of it. */
  below(path: string): Probe;
  close(): void;
}

/** Tries the handshake of an https address, and sends nothing yet. Rejects with an UnreachableError, or with the reason of the signal. */
export async function openDoor(url: string, signal: AbortSignal): Promise<Door> {
  const certificate = url.startsWith('https:') ? await handshake(new URL(url), signal) : undefined;
  const transport = openTransport('init', targetOf(url, certificate));
  const answers = new Map<string, Promise<HttpResponse | undefined>>();
  let problem: string | undefined;
  let hangs = false;
  const ask = async (target: string): Promise<HttpResponse | undefined> => {
    if (hangs) return undefined;
    try {
      const headers = {
        'user-agent': `lares/${version}`,
        accept: 'application/json, text/html;q=0.5',
      };
      return await transport.send({ method: 'GET', target, headers }, signal);
    } catch (error) {
      signal.throwIfAborted();
      problem = fullMessage(error);
      hangs ||= error instanceof UnreachableError && error.timedOut;
      return undefined;
    }
  };
  const get = (path: string): Promise<HttpResponse | undefined> => {
    const known = answers.get(path) ?? ask(path);
    answers.set(path, known);
    return known;
  };
  return {
    url,
    certificate,
    get problem() {
      return problem;
    },
    below: (prefix) => ({
      path: prefix,
      get: (path: Path, query?: Query) => get(prefix + withQuery(path, query)),
    }),
    close: () => transport.close(),
  };
}

const connectMs = 4_000;
const answerMs = 8_000;

function handshake({ hostname, port }: URL, signal: AbortSignal): Promise<Presented> {
  const host = hostname.replace(/^\[|\]$/g, '');
  return probeTls({
    host,
    port: Number(port) || 443,
    servername: host,
    deadlineMs: connectMs,
    signal,
  });
}

/** Whether a certificate is accepted by this machine without further ado. */
export const isTrusted = ({ trusted, covers }: Presented): boolean => trusted && covers;

const targetOf = (baseUrl: string, certificate: Presented | undefined): Target => ({
  baseUrl,
  prefix: 'LARES',
  // As hints call it: there is no variable yet.
  urlVariable: 'the address',
  tls: {
    verify: true,
    ...(certificate && !isTrusted(certificate) && { fingerprint: certificate.fingerprint }),
  },
  limits: {
    timeoutMs: answerMs,
    connectTimeoutMs: connectMs,
    maxBytes: 4 * 2 ** 20,
    pollMs: 1_000,
    waitMs: 0,
  },
});
