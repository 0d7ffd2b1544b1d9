import type { Config, Policy, Server } from './schema/index.ts';

/** The ports a server listens on; what is not a TCP port (a unix socket) is left out. `[net/]host:port[-last]`. */
export const portsOf = ({ listen }: Pick<Server, 'listen'>): number[] =>
  [
    ...new Set(
      (listen ?? [])
        .flatMap((address) =>
          /^(?:udp|unix)/.test(address) ? [] : [Number(/:(\d+)(?:-\d+)?$/.exec(address)?.[1])],
        )
        .filter((port) => port > 0),
    ),
  ].sort((a, b) => a - b);

/**
 * The ports on which a server speaks TLS, empty for a plain one. What Caddy adds by itself is not in its config:
 * a server with host names gets TLS unless all it listens on is the HTTP port or automatic HTTPS is off (modules/caddyhttp/autohttps.go, v2.11.4).
 */
export function tlsPorts(config: Config, server: Server, hosts: readonly string[]): number[] {
  const { http_port = 80, https_port = 443 } = config.apps?.http ?? {};
  const ports = portsOf(server).filter((port) => port !== http_port);
  if (server.tls_connection_policies) return server.tls_connection_policies.length > 0 ? ports : [];
  if (server.automatic_https?.disable) return [];
  const managed = hosts.some((host) => !server.automatic_https?.skip?.includes(host));
  return managed || portsOf(server).every((port) => port === https_port) ? ports : [];
}

/** Where the certificate of a host comes from, in words. With `onDemand`, whoever asks for the host makes Caddy order one. */
export function certificateOf(
  config: Config,
  server: Server,
  host: string,
): { issuer: string; onDemand: boolean } {
  const policies = config.apps?.tls?.automation?.policies ?? [];
  const policy =
    policies.find(({ subjects }) => subjects?.some((subject) => coveredBy(host, subject))) ??
    policies.find(({ subjects }) => !subjects || subjects.length === 0);
  return { issuer: issuerOf(server, host, policy), onDemand: policy?.on_demand === true };
}

function issuerOf(server: Server, host: string, policy: Policy | undefined): string {
  if (server.automatic_https?.skip?.includes(host)) return 'not managed';
  const issuers = policy?.issuers ?? [];
  if (issuers.length > 0) return [...new Set(issuers.map(words))].join(' or ');
  if (host.endsWith('.ts.net')) return 'tailscale';
  return isInternal(host) ? 'internal CA' : 'ACME';
}

type Issuer = NonNullable<Policy['issuers']>[number];
function words({ module, challenges }: Issuer): string {
  if (module === 'internal') return 'internal CA';
  const provider = challenges?.dns?.provider?.name;
  return `${module === 'acme' || !module ? 'ACME' : module}${provider ? ` (dns ${provider})` : ''}`;
}

const isInternal = (host: string): boolean =>
  /^[\d.]+$|:|(?:^|\.)(?:localhost|local|internal|home\.arpa)$/.test(host);

/** Whether a name or a wildcard of one label means this host. */
export const coveredBy = (host: string, name: string): boolean =>
  host === name ||
  (name.startsWith('*.') && host.includes('.') && host.slice(host.indexOf('.')) === name.slice(1));
