import type { Finding } from '../../../core/health.ts';
import { percent, plural } from '../../../core/base/units.ts';
import type { Effect, Ref } from '../../../core/map.ts';
import { instanceRef, severalRefs, siteRefsOf } from '../refs.ts';
import { strangers, tallyText, type Tally } from '../traffic.ts';
import type { Checkup } from './checkup.ts';
import { finding } from './finding.ts';

/** From here on, most visitors of a site see the error. */
const broken = { share: 0.5, errors: 3 };

/** As many sites are named, the others are counted. */
const namedSites = 3;

/** What one instance counted for one site while it was watched. */
interface RecentTally {
  instance: string;
  tally: Tally;
  seconds: number;
}

/**
 * 5xx answers between two samples: what goes wrong right now. A counter alone only tells that something once did.
 * Sites that are `explained`, because a finding names the upstream they lack, have no second finding;
 * those that are `healthy` have an upstream that answers a health check. `threshold` is a share of 0..1.
 */
export function errorFindings(
  checkups: readonly Checkup[],
  threshold: number,
  explained: ReadonlySet<string>,
  healthy: ReadonlySet<string>,
): Finding[] {
  const rates = [...recentErrors(checkups)].flatMap(([site, tallies]) =>
    explained.has(site) ? [] : rateFindings(site, tallies, threshold, checkups),
  );
  const reported = new Set([...explained, ...rates.map(({ subject }) => subject)]);
  return [
    ...rates,
    ...checkups.flatMap((checkup) => counterFindings(checkup, threshold, reported, healthy)),
  ];
}

/** By site, where there were errors. */
function recentErrors(checkups: readonly Checkup[]): Map<string, RecentTally[]> {
  const bySite = new Map<string, RecentTally[]>();
  for (const { instance, recent } of checkups)
    for (const [site, tally] of recent?.tallies ?? [])
      if (tally.errors > 0)
        bySite.set(site, [
          ...(bySite.get(site) ?? []),
          { instance, tally, seconds: recent?.seconds ?? 0 },
        ]);
  return bySite;
}

/** The share is over all instances. */
function rateFindings(
  site: string,
  tallies: readonly RecentTally[],
  threshold: number,
  checkups: readonly Checkup[],
): Finding[] {
  let errors = 0;
  let requests = 0;
  for (const { tally } of tallies) {
    errors += tally.errors;
    requests += tally.requests;
  }
  const share = shareOf({ errors, requests, byCode: {} });
  if (share < threshold) return [];
  const isHost = !site.startsWith('server ') && site !== strangers;
  const sites = siteRefsOf(site, checkups);
  const where = tallies.map(({ instance }) => instanceRef(instance));
  return [
    finding('error-rate', site, {
      severity: share >= broken.share && errors >= broken.errors ? 'critical' : 'warning',
      about: sites.length > 0 ? sites : where,
      effect: effectOf(site, sites.length > 0, share),
      message: `${site} answers ${percent(share)} of its requests with a 5xx right now: ${tallies.map(recentText).join('; ')}`,
      next: { tool: 'caddy_list_sites', arguments: { host: isHost ? site : '' } },
    }),
  ];
}

/** Where hardly a request succeeds, the site is gone. What strangers ask for is nothing of ours; of a whole server nobody knows which of its sites fails. */
function effectOf(subject: string, isSite: boolean, share: number): Effect {
  if (subject === strangers) return 'risk';
  return isSite && share >= hopeless.share ? 'stops' : 'degrades';
}

/** Below a tenth of a second the clock stood still: a time would look like a rate. */
const recentText = ({ instance, tally, seconds }: RecentTally): string =>
  `${tallyText(tally)} ${seconds >= 0.1 ? `in ${seconds.toFixed(1)} s` : 'between two samples'} on ${instance}`;

/** Since the reload (nearly) every request failed: whoever comes next will see it as well. A quiet site has no other sign. */
const hopeless = { share: 0.9, errors: 3 };

/** Errors that counters remember of sites which are not `reported` to have them now. `healthy` sites have an upstream that is checked and answers: for them it is over. */
function counterFindings(
  { instance, sites: configured, traffic }: Checkup,
  threshold: number,
  reported: ReadonlySet<string>,
  healthy: ReadonlySet<string>,
): Finding[] {
  if (!traffic) return [];
  const sites = [...traffic.tallies]
    .filter(
      ([site, tally]) => tally.errors > 0 && shareOf(tally) >= threshold && !reported.has(site),
    )
    .sort(([, a], [, b]) => b.errors - a.errors);
  const isHopeless = ([site, tally]: readonly [string, Tally]): boolean =>
    site !== strangers &&
    !healthy.has(site) &&
    tally.errors >= hopeless.errors &&
    shareOf(tally) >= hopeless.share;
  const lost = sites.filter(isHopeless);
  const others = sites.filter((site) => !isHopeless(site));
  const refsOf = (group: typeof sites): Ref[] =>
    severalRefs(group.flatMap(([site]) => siteRefsOf(site, [{ sites: configured }])));
  const lostRefs = refsOf(lost);
  const otherRefs = refsOf(others);
  return [
    ...(lost.length > 0
      ? [
          finding('failing-since-reload', instance, {
            severity: 'warning',
            about: lostRefs.length > 0 ? lostRefs : [instanceRef(instance)],
            // What explains one of several sites does not explain the others.
            effect: lost.length === 1 && lostRefs.length === 1 ? 'stops' : 'risk',
            message: `${instance} answered (nearly) every request with a 5xx ${traffic.since}: ${worstOf(lost)}`,
            next: { tool: 'caddy_list_sites', arguments: { host: lost[0]?.[0] ?? '' } },
          }),
        ]
      : []),
    ...(others.length > 0
      ? [
          finding('errors-since-reload', instance, {
            severity: 'info',
            about: otherRefs.length > 0 ? otherRefs : [instanceRef(instance)],
            effect: 'note',
            message: `${instance} answered many requests with a 5xx ${traffic.since}, none of them right now: ${worstOf(others)}`,
          }),
        ]
      : []),
  ];
}

/** The share of requests with a 5xx, 0..1. */
const shareOf = ({ errors, requests }: Tally): number => errors / Math.max(errors, requests);

/** The first of a list that begins with the worst, and how many more there are. */
function worstOf(sites: readonly (readonly [string, Tally])[]): string {
  const worst = sites.slice(0, namedSites).map(([site, tally]) => `${site} ${tallyText(tally)}`);
  const rest = sites.length - worst.length;
  const others = rest > 0 ? ` and ${plural(rest, 'more site', 'more sites')}` : '';
  return `${worst.join('; ')}${others}`;
}
