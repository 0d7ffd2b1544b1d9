import type { Finding } from '../../../core/health.ts';
import type { Presented } from '../../../core/http/tls-probe.ts';
import { ago, duration, iso } from '../../../core/base/units.ts';
import type { Checkup } from './checkup.ts';
import { few } from './upstreams.ts';

/** Who is to issue certificates, for which names, and how. */
const issuers = { tool: 'caddy_get_config', arguments: { path: 'apps/tls' } };

const day = 86_400_000;

interface Seen {
  instance: string;
  host: string;
  certificate: Presented;
}

/** Certificates near their end, of the wrong name, or not there at all. One certificate is one finding, however many sites show it. */
export function certificateFindings(
  all: readonly Checkup[],
  warnDays: number,
  now: number,
): Finding[] {
  const seen = all.flatMap(({ instance, certificates = [] }) =>
    certificates.flatMap(({ host, certificate }) =>
      certificate ? [{ instance, host, certificate }] : [],
    ),
  );
  return [...expiring(seen, warnDays, now), ...misnamed(seen), ...failing(all)];
}

/** The end of the certificate that ends first; undefined where none was seen. */
export const nextExpiry = (all: readonly Checkup[]): number | undefined => {
  const ends = all.flatMap(({ certificates = [] }) =>
    certificates.flatMap(({ certificate }) => certificate?.notAfter ?? []),
  );
  return ends.length > 0 ? Math.min(...ends) : undefined;
};

/** Caddy renews at a third of the lifetime, and its own CA's leaves live 12 hours: below a sixth, renewing has failed. */
const isExpiring = ({ notBefore, notAfter }: Presented, warnDays: number, now: number): boolean =>
  notAfter - now < Math.min(warnDays * day, (notAfter - notBefore) / 6);

function expiring(seen: readonly Seen[], warnDays: number, now: number): Finding[] {
  const late = seen.filter(({ certificate }) => isExpiring(certificate, warnDays, now));
  const names = [...new Set(late.map(({ certificate }) => nameOf(certificate)))].sort();
  return names.map((name) => {
    const mine = late.filter(({ certificate }) => nameOf(certificate) === name);
    const end = Math.min(...mine.map(({ certificate }) => certificate.notAfter));
    const instances = unique(mine.map(({ instance }) => instance));
    const hosts = unique(mine.map(({ host }) => host));
    return {
      id: `caddy.certificate-expiring/${name}`,
      severity: end <= now ? 'critical' : 'warning',
      subject: name,
      message: `The certificate for ${name} on ${instances.join(', ')} ${end <= now ? `expired ${ago(end, now)}` : `expires in ${duration((end - now) / 1000)} and was not renewed`} (${few(hosts)})`,
      since: iso(end),
      next: issuers,
    };
  });
}

function misnamed(seen: readonly Seen[]): Finding[] {
  const wrong = seen.filter(({ certificate }) => !certificate.covers);
  return unique(wrong.map(({ host }) => host))
    .sort()
    .map((host) => {
      const mine = wrong.filter((one) => one.host === host);
      return {
        id: `caddy.certificate-misnamed/${host}`,
        severity: 'warning',
        subject: host,
        message: `${host} shows a certificate for ${few(mine[0]?.certificate.names ?? [])} on ${unique(mine.map(({ instance }) => instance)).join(', ')}: browsers refuse it`,
        next: issuers,
      };
    });
}

function failing(all: readonly Checkup[]): Finding[] {
  const failures = all.flatMap(({ instance, certificates = [] }) =>
    certificates.flatMap(({ host, failure }) =>
      failure === undefined ? [] : [{ instance, host, failure }],
    ),
  );
  return unique(failures.map(({ host }) => host))
    .sort()
    .map((host) => {
      const mine = failures.filter((one) => one.host === host);
      const instances = unique(mine.map(({ instance }) => instance));
      return {
        id: `caddy.tls-failing/${host}`,
        severity: instances.length === all.length ? 'critical' : 'warning',
        subject: host,
        message: `${host} cannot be opened over HTTPS on ${instances.join(', ')}`,
        evidence: mine[0]?.failure,
        next: issuers,
      };
    });
}

const nameOf = ({ names, subject, fingerprint }: Presented): string =>
  names[0] ?? (subject || fingerprint);
const unique = (words: readonly string[]): string[] => [...new Set(words)];
