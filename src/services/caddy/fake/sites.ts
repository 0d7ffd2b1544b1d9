import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createSecureContext, createServer, type SecureContext } from 'node:tls';
import { authority } from '../../../demo/certificate.ts';
import { isServing, type ProxyNode } from '../../../demo/world/proxy.ts';
import type { World } from '../../../demo/world/index.ts';

/** The HTTPS port of one Caddy: it shows its certificate for the names it covers, and says nothing else. */
export interface SitePort {
  readonly port: number;
  close(): Promise<void>;
}

export async function sitePort(world: World, node: ProxyNode): Promise<SitePort> {
  const ca = authority('Simulated public CA');
  const issued = new Map<string, SecureContext>();
  const contextFor = (host: string): SecureContext | undefined => {
    const { names, from, to } = node.certificate;
    if (
      node.withoutCertificate.includes(host) ||
      !names.some((name) => name === host || name === host.replace(/^[^.]+/, '*'))
    )
      return undefined;
    const key = JSON.stringify(node.certificate);
    const known = issued.get(key) ?? createSecureContext(ca.issue(names[0], names, { from, to }));
    issued.set(key, known);
    return known;
  };
  const sockets = new Set<Socket>();
  const server = createServer(
    {
      // Without a certificate for the name, the handshake ends in an alert, as Caddy's does.
      SNICallback: (host, done) => {
        const context = contextFor(host);
        const answer = (): void => done(context ? null : new Error('no certificate'), context);
        const delay = node.slowHandshakes[host];
        if (delay === undefined) answer();
        else setTimeout(answer, delay).unref();
      },
    },
    (socket) => socket.end(),
  );
  server.on('tlsClientError', () => undefined);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket)).on('error', () => undefined);
    if (!isServing(world, node)) socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
