import { isIP } from 'node:net';
import {
  checkServerIdentity,
  connect,
  type ConnectionOptions,
  type PeerCertificate,
  type TLSSocket,
} from 'node:tls';
import { UnreachableError } from '../base/errors.ts';
import { usualContext } from './tls.ts';
import { codeOf } from './unreachable.ts';

/** Which certificate to ask for, and how long. The name is what a browser would ask for; the address is where. */
export interface Probe {
  host: string;
  port: number;
  servername: string;
  deadlineMs: number;
  signal: AbortSignal;
  /** The CA to trust besides those of this machine, and the certificate to show. */
  own?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key'>;
}

/** How long one probe may take in a check-up that may take `deadlineMs`: whoever allows more time allows a slow server more, too. */
export const probeShare = (deadlineMs: number = usualDeadlineMs): number => deadlineMs * 0.6;
const usualDeadlineMs = 4_000;

/** The leaf a server showed. Times are milliseconds since the epoch. */
export interface Presented {
  subject: string;
  issuer: string;
  /** DNS names and addresses it is valid for. */
  names: readonly string[];
  notBefore: number;
  notAfter: number;
  /** SHA-256, `AA:BB:…`. */
  fingerprint: string;
  /** Whether it was made for `servername`. */
  covers: boolean;
  /** Whether its chain ends in an authority this machine trusts; its names are judged by `covers` alone. */
  trusted: boolean;
}

/** Something listens there, and it ended the handshake: a verdict of the other side. */
export class HandshakeError extends UnreachableError {}

/**
 * One TLS handshake, and not a byte after it. Any certificate is accepted: it is looked at, nothing is entrusted to it.
 * Throws a HandshakeError when the other side refuses it, and any other UnreachableError when nothing can be said about it, also when it takes too long.
 */
export function probeTls({
  host,
  port,
  servername,
  deadlineMs,
  signal,
  own: { ca, cert, key } = {},
}: Probe): Promise<Presented> {
  const what = `TLS ${servername} at ${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const socket = connect({
      host,
      port,
      ...(isIP(servername) === 0 && { servername }),
      ...(!ca && !cert && { secureContext: usualContext() }),
      ...(ca && { ca }),
      ...(cert && { cert, key }),
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ALPNProtocols: ['h2', 'http/1.1'],
    });
    let connected = false;
    const fail = (reason: string, cause?: unknown): void => {
      const message = `${what}: ${reason}`;
      reject(
        connected
          ? new HandshakeError(message, { cause })
          : new UnreachableError(message, { cause }),
      );
    };
    const expire = (): void => {
      const missing = connected ? 'handshake' : 'connection';
      const message = `${what}: no ${missing} within ${deadlineMs / 1000} s`;
      end(() => reject(new UnreachableError(message, { timedOut: true })));
    };
    const late = setTimeout(expire, deadlineMs);
    // A signal of its own: many probes of one call would be many listeners on the same one.
    const cancelled = AbortSignal.any([signal]);
    const cancel = (): void => end(() => reject(signal.reason));
    const end = (settle: () => void): void => {
      clearTimeout(late);
      cancelled.removeEventListener('abort', cancel);
      settle();
      socket.destroy();
    };
    cancelled.addEventListener('abort', cancel, { once: true });
    socket.once('connect', () => {
      connected = true;
    });
    socket.on('error', (cause) => end(() => fail(reasonFor(cause), cause)));
    socket.once('close', () => end(() => fail('the connection was cut')));
    socket.once('secureConnect', () => end(() => resolve(presented(socket, servername))));
  });
}

function presented(socket: TLSSocket, servername: string): Presented {
  const leaf = socket.getPeerCertificate();
  return {
    subject: named(leaf.subject),
    issuer: named(leaf.issuer),
    names: (leaf.subjectaltname ?? '')
      .split(', ')
      .filter((name) => name)
      .map((name) => name.replace(/^(?:DNS|IP Address):/, '')),
    notBefore: Date.parse(leaf.valid_from),
    notAfter: Date.parse(leaf.valid_to),
    fingerprint: leaf.fingerprint256,
    covers: checkServerIdentity(servername, leaf) === undefined,
    trusted: socket.authorized,
  };
}

const named = (name: PeerCertificate['subject'] | undefined): string =>
  [name?.CN ?? name?.O ?? ''].flat().join(', ');

/** A server without a certificate for the name says so with an alert. */
function reasonFor(cause: Error): string {
  const code = codeOf(cause);
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ECONNRESET') return 'the connection was cut during the handshake';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the address does not resolve';
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || code === 'ETIMEDOUT')
    return 'no route to it';
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
    return 'what listens there does not speak TLS';
  const alert = /alert ([a-z ]+?)(?::|$)/.exec(cause.message)?.[1];
  return alert ? `the server refuses the handshake (${alert})` : code || cause.message;
}
