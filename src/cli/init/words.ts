import { lines } from '../../core/base/table.ts';
import { clean, oneLine } from '../../core/base/text.ts';
import { day, iso } from '../../core/base/units.ts';
import type { Presented } from '../../core/http/tls-probe.ts';
import type { Recipe } from '../../core/setup.ts';
import { isLoopback } from './address.ts';
import { isSecretField } from './entry.ts';
import type { Candidate, Look, Site } from './look.ts';
import { isTrusted } from './probe.ts';

/** `Proxmox VE 9.0.3`. */
export const productName = ({ service, product }: Pick<Site, 'service' | 'product'>): string =>
  product.version === undefined
    ? service.title
    : `${service.title} ${oneLine(product.version, 40)}`;

/** What answers, and what there is to accept before anything is entrusted to it. */
export function siteText(site: Site): string {
  const { url, product, certificate, setup } = site;
  return lines(
    product.unsure === undefined
      ? `${productName(site)} answers at ${url}`
      : `${url} may be ${site.service.title}. ${product.unsure}.`,
    ...(product.notes ?? []).map((note) => `  ${oneLine(note, 300)}`),
    certificate && certificateText(certificate),
    certificate &&
      !isTrusted(certificate) &&
      setup.fingerprint &&
      `  Compare it on the machine itself: ${setup.fingerprint}`,
    url.startsWith('http:') &&
      !isLoopback(url) &&
      '  Plain http: whoever is on the way can read and change what is said.',
  );
}

function certificateText(certificate: Presented): string {
  const { subject, names, issuer, notAfter, fingerprint, trusted, covers } = certificate;
  const until = iso(notAfter).slice(0, 10);
  if (isTrusted(certificate))
    return `  Its certificate is trusted by this machine, until ${until}.`;
  const why = [
    !trusted && 'is not trusted by this machine',
    !covers && 'is not made for this name',
  ];
  return lines(
    `  Its certificate ${why.filter(Boolean).join(' and ')}: for ${oneLine(names.join(', ') || subject, 100)}, by ${oneLine(issuer, 60)}, until ${until}`,
    `  SHA-256 ${fingerprint}`,
  );
}

/** A certificate that is renewed every day or two: a fingerprint of it would hold no longer. */
export const isShortLived = ({ notBefore, notAfter }: Presented): boolean =>
  notAfter - notBefore < 3 * day;

/** Why there is nothing to add, where something else or nothing answers. */
export function absenceText(title: string, result: Look): string {
  if (result.site) return `${result.site.url} is ${productName(result.site)}, not ${title}.`;
  const { strangers, silences } = result;
  return lines(
    strangers.length > 0 ? `That is not ${title}:` : `Nothing answers as ${title}:`,
    ...strangers.map((stranger) => `  ${clean(stranger)}`),
    ...silences.map((silence) => `  ${clean(silence)}`),
  );
}

/** Where a product listens unless somebody changed it. */
export function portsText({ service, setup }: Candidate): string {
  const ports = [...new Set(setup.ports.map(({ port }) => port))];
  return `As it comes, ${service.title} listens at port ${ports.join(' or ')}.`;
}

/** Whether a recipe's secret would travel where others can read it. */
export const isExposed = ({ url, service }: Site, recipe: Recipe): boolean =>
  url.startsWith('http:') &&
  !isLoopback(url) &&
  recipe.fields.some(({ field }) => isSecretField(service, field));
