import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls, { TLSSocket } from 'node:tls';
import type { Duplex } from 'node:stream';
import { pinProblem, tlsOptions, type PinProblem } from './tls.ts';
import type { Target } from './endpoint.ts';

/** An error with a code of ours, so that `unreachable` finds words for it as it does for the system's. */
export const fault = (code: string, message: string): Error =>
  Object.assign(new Error(message), { code });

/**
 * A socket is handed to its request only once it is connected and the certificate is accepted: no byte leaves before that.
 * Idle sockets go after four seconds (Proxmox drops them after five), and a write never takes a used one: a reset there would leave its outcome unknown.
 */
export function agentFor(target: Target, { reuse }: { reuse: boolean }): http.Agent {
  const secure = target.baseUrl.startsWith('https:');
  const options = { keepAlive: reuse, maxSockets: 8, scheduling: 'lifo' as const, timeout: 4_000 };
  const agent = secure ? new https.Agent(options) : new http.Agent(options);
  agent.createConnection = (request, done) =>
    connect(target, secure, request as net.NetConnectOpts, done ?? (() => undefined));
  return agent;
}

function connect(
  target: Target,
  secure: boolean,
  request: net.NetConnectOpts,
  done: (error: Error | null, socket: Duplex) => void,
): undefined {
  const { baseUrl, limits } = target;
  const socketPath = baseUrl.startsWith('unix:') ? new URL(baseUrl).pathname : undefined;
  const socket = secure
    ? tls.connect({ ...request, ...tlsOptions(target) } as tls.ConnectionOptions)
    : net.connect(socketPath ? { path: socketPath } : request);
  const late = setTimeout(
    () => socket.destroy(fault('CONNECT_TIMEOUT', 'no connection in time')),
    limits.connectTimeoutMs,
  );
  const settle = (error: Error | null): void => {
    clearTimeout(late);
    socket.off('error', settle).off('close', closed);
    done(error, socket);
  };
  const closed = (): void => settle(fault('ECONNRESET', 'closed while connecting'));
  socket
    .once('error', settle)
    .once('close', closed)
    .once(secure ? 'secureConnect' : 'connect', () => {
      const wrong = pin(target, socket);
      if (wrong) socket.destroy(fault(wrong.code, wrong.message));
      else settle(null);
    });
}

function pin(
  { baseUrl, tls: { fingerprint, servername } }: Target,
  socket: net.Socket,
): PinProblem | undefined {
  if (!fingerprint || !(socket instanceof TLSSocket)) return undefined;
  return pinProblem(socket, fingerprint, servername ?? new URL(baseUrl).hostname);
}
