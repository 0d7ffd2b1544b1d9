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

/** The hosts that routes of the first level match. Caddy looks no deeper when it decides about TLS (modules/caddyhttp/autohttps.go, v2.11.4). */
const topLevelHosts = ({ routes }: Server): string[] =>
  (routes ?? []).flatMap(({ match }) =>
    (match ?? []).flatMap(({ host }) =>
      Array.isArray(host)
        ? host
            .filter((name): name is string => typeof name === 'string')
            .map((name) => name.toLowerCase())
        : [],
    ),
  );

/** The hosts of a server that automatic HTTPS is for: none where it is off, or where all it listens on is the HTTP port. */
function automaticHosts(config: Config, server: Server): string[] {
  const { http_port } = portSettings(config);
  if (server.automatic_https?.disable) return [];
  if (portsOf(server).every((port) => port === http_port)) return [];
  const skipped = server.automatic_https?.skip ?? [];
  return topLevelHosts(server).filter((host) => !skipped.includes(host));
}

const portSettings = ({ apps }: Config): { http_port: number; https_port: number } => ({
  http_port: apps?.http?.http_port ?? 80,
  https_port: apps?.http?.https_port ?? 443,
});

/** The ports on which a server speaks TLS, empty for a plain one. What Caddy adds by itself is not in its config: a server with hosts for automatic HTTPS gets TLS, as does one that listens on the HTTPS port only. */
export function tlsPorts(config: Config, server: Server): number[] {
  const { http_port, https_port } = portSettings(config);
  const ports = portsOf(server).filter((port) => port !== http_port);
  if (server.tls_connection_policies) return server.tls_connection_policies.length > 0 ? ports : [];
  if (server.automatic_https?.disable) return [];
  const isSecure =
    automaticHosts(config, server).length > 0 ||
    portsOf(server).every((port) => port === https_port);
  return isSecure ? ports : [];
}

/** Names whose certificates Caddy gets and renews by itself, over all servers: each may use those of the others. */
export function managedNames(config: Config): string[] {
  const names = Object.values(config.apps?.http?.servers ?? {}).flatMap((server) => {
    if (server.automatic_https?.disable_certificates) return [];
    const skipped = server.automatic_https?.skip_certificates ?? [];
    return automaticHosts(config, server).filter(
      (host) => !skipped.includes(host) && !host.includes('{'),
    );
  });
  return [...new Set([...names, ...(config.apps?.tls?.certificates?.automate ?? [])])];
}

/** Where a certificate comes from, in words. With `onDemand`, whoever asks for the host makes Caddy order one. */
export interface CertificateSource {
  issuer: string;
  onDemand: boolean;
}

/** Where the certificate of a host comes from. `managed` are the names of `managedNames`. */
export function certificateOf(
  config: Config,
  server: Server,
  host: string,
  managed: readonly string[],
): CertificateSource {
  const name =
    managed.find((other) => other === host) ?? managed.find((other) => coveredBy(host, other));
  const policy = policyFor(config, name ?? host);
  const onDemand = policy?.on_demand === true;
  const loaded = loadedCertificate(config, server, host);
  if (loaded === 'chosen') return { issuer: ownCertificate, onDemand: false };
  if (name === undefined && !onDemand)
    return { issuer: loaded === 'possible' ? ownCertificate : 'not managed', onDemand };
  const issuer = issuerOf(name ?? host, policy);
  // What a file holds is not in the config: where it fits the name, Caddy orders nothing for it.
  const isOpen = loaded === 'possible' && !server.automatic_https?.ignore_loaded_certificates;
  return { issuer: isOpen ? `${ownCertificate} or ${issuer}` : issuer, onDemand };
}

/** Somebody put it there, and nobody renews it. */
const ownCertificate = 'own certificate';

function policyFor(config: Config, name: string): Policy | undefined {
  const policies = config.apps?.tls?.automation?.policies ?? [];
  return (
    policies.find(({ subjects }) => subjects?.some((subject) => coveredBy(name, subject))) ??
    policies.find(({ subjects }) => !subjects || subjects.length === 0)
  );
}

/** Whether a certificate that was loaded from files is shown for a host: `chosen` by its tag, `possible` where only its content would tell. */
function loadedCertificate(
  config: Config,
  { tls_connection_policies: policies }: Server,
  host: string,
): 'chosen' | 'possible' | 'none' {
  const { load_files, load_pem, load_storage, load_folders } = config.apps?.tls?.certificates ?? {};
  const tagged = [...(load_files ?? []), ...(load_pem ?? []), ...(load_storage?.pairs ?? [])];
  if (tagged.length === 0 && (load_folders ?? []).length === 0) return 'none';
  const tags = tagged.flatMap((certificate) => certificate.tags ?? []);
  const policy = (policies ?? []).find(
    ({ match }) => !match?.sni || match.sni.some((name) => coveredBy(host, name)),
  );
  const { any_tag, all_tags } = policy?.certificate_selection ?? {};
  const isChosen = [...(any_tag ?? []), ...(all_tags ?? [])].some((tag) => tags.includes(tag));
  return isChosen ? 'chosen' : 'possible';
}

function issuerOf(host: string, policy: Policy | undefined): string {
  const managers = (policy?.get_certificate ?? []).map(({ via }) =>
    via === 'tailscale' ? via : `from ${via ?? 'a manager'}`,
  );
  const issuers = policy?.issuers ?? [];
  if (managers.length > 0 || issuers.length > 0)
    return [...new Set([...managers, ...issuers.map(words)])].join(' or ');
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
