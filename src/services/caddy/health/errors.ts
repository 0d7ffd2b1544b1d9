import type { Finding } from '../../../core/health.ts';
import { percent } from '../../../core/base/units.ts';
import { tallyText, type Tally } from '../traffic.ts';
import type { Checkup } from './checkup.ts';

/** From here on, most visitors of a site see the error. */
const broken = { share: 0.5, errors: 3 };

/**
 * 5xx answers between two samples: what goes wrong right now. A counter alone only tells that something once did.
 * Sites that are `explained`, because a finding names the upstream they lack, are not told twice.
 */
export function errorFindings(
  all: readonly Checkup[],
  threshold: number,
  explained: ReadonlySet<string>,
): Finding[] {
  const now = new Map<string, { instance: string; tally: Tally; seconds: number }[]>();
  for (const { instance, recent } of all)
    for (const [site, tally] of recent?.tallies ?? []) {
      if (tally.errors > 0 && !explained.has(site))
        now.set(site, [
          ...(now.get(site) ?? []),
          { instance, tally, seconds: recent?.seconds ?? 0 },
        ]);
    }
  const rates = [...now].flatMap(([site, parts]) => {
    const errors = sum(parts, ({ tally }) => tally.errors);
    const share =
      errors /
      Math.max(
        errors,
        sum(parts, ({ tally }) => tally.requests),
      );
    return share < threshold ? [] : [rateFinding(site, share, errors, parts)];
  });
  const told = new Set([...explained, ...rates.map(({ subject }) => subject)]);
  return [...rates, ...all.flatMap((one) => sinceReload(one, threshold, told))];
}

type Parts = readonly { instance: string; tally: Tally; seconds: number }[];

const rateFinding = (site: string, share: number, errors: number, parts: Parts): Finding => ({
  id: `caddy.error-rate/${site}`,
  severity: share >= broken.share && errors >= broken.errors ? 'critical' : 'warning',
  subject: site,
  message: `${site} answers ${percent(share)} of its requests with a 5xx right now: ${window(parts)}`,
  next: {
    tool: 'caddy_list_sites',
    arguments: { host: site.startsWith('server ') || site === 'other hosts' ? '' : site },
  },
});

/** What was seen, over all instances if one told it. */
const window = (parts: Parts): string =>
  parts
    .map(
      ({ instance, tally, seconds }) =>
        `${tallyText(tally)} ${seconds >= 0.1 ? `in ${seconds.toFixed(1)} s` : 'between two samples'} on ${instance}`,
    )
    .join('; ');

function sinceReload(
  { instance, traffic }: Checkup,
  threshold: number,
  told: ReadonlySet<string>,
): Finding[] {
  const many = [...(traffic?.tallies ?? [])].filter(
    ([site, { errors, requests }]) =>
      errors > 0 && errors / Math.max(errors, requests) >= threshold && !told.has(site),
  );
  if (many.length === 0 || !traffic) return [];
  return [
    {
      id: `caddy.errors-since-reload/${instance}`,
      severity: 'info',
      subject: instance,
      message: `${instance} answered many requests with a 5xx ${traffic.since}, none of them right now: ${many
        .sort(([, a], [, b]) => b.errors - a.errors)
        .slice(0, 3)
        .map(([site, tally]) => `${site} ${tallyText(tally)}`)
        .join('; ')}${many.length > 3 ? ` and ${many.length - 3} more sites` : ''}`,
    },
  ];
}

const sum = <T>(parts: readonly T[], of: (part: T) => number): number =>
  parts.reduce((total, part) => total + of(part), 0);
