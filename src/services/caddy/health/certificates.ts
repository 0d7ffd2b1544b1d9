import type { Finding } from '../../../core/health.ts';
import type { Presented } from '../../../core/http/tls-probe.ts';
import { ago, day, duration, iso, second } from '../../../core/base/units.ts';
import type { Ref } from '../../../core/map.ts';
import { severalRefs, siteRefsOf } from '../refs.ts';
import type { Checkup } from './checkup.ts';
import { few, finding, unique } from './finding.ts';

/** Who is to issue certificates, for which names, and how. */
const issuers = { tool: 'caddy_get_config', arguments: { path: 'apps/tls' } };

/** A certificate that one instance shows for one site. */
interface Sighting {
  instance: string;
  host: string;
  certificate: Presented;
}

/** Certificates near their end, of the wrong name, or not there at all. One certificate is one finding, however many sites show it. `now` is in ms. */
export function certificateFindings(
  checkups: readonly Checkup[],
  warnDays: number,
  now: number,
): Finding[] {
  const sightings = checkups.flatMap(({ instance, certificates = [] }) =>
    certificates.flatMap(({ host, certificate }) =>
      certificate ? [{ instance, host, certificate }] : [],
    ),
  );
  return [
    ...expiryFindings(sightings, checkups, warnDays, now),
    ...nameFindings(sightings, checkups),
    ...handshakeFindings(checkups),
  ];
}

/** The end (ms) of the certificate that ends first; undefined where none was seen. */
export function nextExpiry(checkups: readonly Checkup[]): number | undefined {
  const ends = checkups.flatMap(({ certificates = [] }) =>
    certificates.flatMap(({ certificate }) => certificate?.notAfter ?? []),
  );
  return ends.length > 0 ? Math.min(...ends) : undefined;
}

/** Caddy renews at a third of the lifetime, and its own CA's leaves live 12 hours: below a sixth, renewing has failed. */
const isExpiring = ({ notBefore, notAfter }: Presented, warnDays: number, now: number): boolean =>
  notAfter - now < Math.min(warnDays * day, (notAfter - notBefore) / 6);

function expiryFindings(
  sightings: readonly Sighting[],
  checkups: readonly Checkup[],
  warnDays: number,
  now: number,
): Finding[] {
  const expiring = sightings.filter(({ certificate }) => isExpiring(certificate, warnDays, now));
  const names = unique(expiring.map(({ certificate }) => nameOf(certificate))).sort();
  return names.map((name) => {
    const group = expiring.filter(({ certificate }) => nameOf(certificate) === name);
    const end = Math.min(...group.map(({ certificate }) => certificate.notAfter));
    const hosts = unique(group.map(({ host }) => host));
    const outcome =
      end <= now
        ? `expired ${ago(end, now)}`
        : `expires in ${duration((end - now) / second)} and was not renewed`;
    return finding('certificate-expiring', name, {
      severity: end <= now ? 'critical' : 'warning',
      about: sitesAt(hosts, checkups),
      effect: 'risk',
      message: `The certificate for ${name} on ${instancesOf(group).join(', ')} ${outcome} (${few(hosts)})`,
      since: iso(end),
      next: issuers,
    });
  });
}

function nameFindings(sightings: readonly Sighting[], checkups: readonly Checkup[]): Finding[] {
  const misnamed = sightings.filter(({ certificate }) => !certificate.covers);
  const hosts = unique(misnamed.map(({ host }) => host)).sort();
  return hosts.map((host) => {
    const group = misnamed.filter((sighting) => sighting.host === host);
    const names = few(group[0]?.certificate.names ?? []);
    return finding('certificate-misnamed', host, {
      severity: 'warning',
      about: sitesAt([host], checkups),
      effect: 'risk',
      message: `${host} shows a certificate for ${names} on ${instancesOf(group).join(', ')}: browsers refuse it`,
      next: issuers,
    });
  });
}

function handshakeFindings(checkups: readonly Checkup[]): Finding[] {
  const failures = checkups.flatMap(({ instance, certificates = [] }) =>
    certificates.flatMap(({ host, failure }) =>
      failure === undefined ? [] : [{ instance, host, failure }],
    ),
  );
  const hosts = unique(failures.map(({ host }) => host)).sort();
  return hosts.map((host) => {
    const group = failures.filter((failure) => failure.host === host);
    const instances = instancesOf(group);
    return finding('tls-failing', host, {
      severity: instances.length === checkups.length ? 'critical' : 'warning',
      about: sitesAt([host], checkups),
      effect: 'risk',
      message: `${host} cannot be opened over HTTPS on ${instances.join(', ')}`,
      evidence: group[0]?.failure,
      next: issuers,
    });
  });
}

/** A certificate fails whatever becomes of the upstreams behind its sites, and one of them stopped would seem to explain it: so its findings are a risk, which is joined to nothing. */
const sitesAt = (hosts: readonly string[], checkups: readonly Checkup[]): Ref[] =>
  severalRefs(hosts.flatMap((host) => siteRefsOf(host, checkups)));

const nameOf = ({ names, subject, fingerprint }: Presented): string =>
  names[0] ?? (subject || fingerprint);

const instancesOf = (group: readonly { instance: string }[]): string[] =>
  unique(group.map(({ instance }) => instance));
