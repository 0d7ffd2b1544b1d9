import type { From } from '../../../core/fleet.ts';
import type { Finding } from '../../../core/health.ts';
import { duration, iso, percent, plural } from '../../../core/base/units.ts';
import type { Question } from '../schema/index.ts';
import type { Checkup } from './checkup.ts';

const dayMs = 86_400_000;

/** What one instance does for its clients: answer, block, with lists of today. */
export const resolverFindings = (
  { instance, value }: From<Checkup>,
  others: readonly From<Checkup>[],
  now: number,
): Finding[] => [
  ...silence(instance, value, others),
  ...blocking(instance, value),
  ...lists(instance, value, now),
  ...upstreams(instance, value, now),
];

const lookup = { tool: 'dns_lookup', arguments: { domain: 'pi.hole' } };

function silence(
  instance: string,
  { silence: reason }: Checkup,
  others: readonly From<Checkup>[],
): Finding[] {
  if (reason === undefined) return [];
  const serving = others
    .filter(({ value }) => value.silence === undefined)
    .map((other) => other.instance);
  return [
    {
      id: `pihole.dns-silent/${instance}`,
      severity: serving.length > 0 ? 'warning' : 'critical',
      subject: instance,
      message: `${instance} gives no DNS answers${serving.length > 0 ? `, only ${serving.join(' and ')} does` : ''}: ${reason}`,
      next: lookup,
    },
  ];
}

/** Switched off for a while comes back by itself; switched off without an end is forgotten easily. */
function blocking(instance: string, { blocking: now }: Checkup): Finding[] {
  if (now === undefined || now.state === 'enabled') return [];
  const found = { id: `pihole.blocking-off/${instance}`, subject: instance };
  if (now.state !== 'disabled')
    return [
      {
        ...found,
        severity: 'warning',
        message: `${instance} says that blocking is in state ${JSON.stringify(now.state)}`,
      },
    ];
  return now.flipsInSeconds === undefined
    ? [
        {
          ...found,
          severity: 'warning',
          message: `${instance} blocks nothing: blocking is off, with no end`,
        },
      ]
    : [
        {
          ...found,
          severity: 'info',
          message: `${instance} blocks nothing for ${duration(now.flipsInSeconds)} more, then blocking comes back by itself`,
        },
      ];
}

function lists(instance: string, { summary, settings, dns }: Checkup, now: number): Finding[] {
  if (summary === undefined || dns?.blocking === false) return [];
  const { listedDomains, listsUpdatedAt } = summary;
  if (listedDomains === 0)
    return [
      {
        id: `pihole.gravity-empty/${instance}`,
        severity: 'warning',
        subject: instance,
        message: `${instance} has no domain on its blocklists, so it blocks nothing (pihole -g fills them)`,
      },
    ];
  const found = {
    id: `pihole.gravity-old/${instance}`,
    severity: 'warning',
    subject: instance,
  } as const;
  if (listsUpdatedAt === undefined)
    return [
      {
        ...found,
        severity: 'info',
        message: `${instance} does not know when its blocklists were last updated (pihole -g updates them)`,
      },
    ];
  if (now - listsUpdatedAt <= settings.gravityDays * dayMs) return [];
  return [
    {
      ...found,
      since: iso(listsUpdatedAt),
      message: `The blocklists of ${instance} were last updated ${duration((now - listsUpdatedAt) / 1_000)} ago (limit ${settings.gravityDays} d)`,
    },
  ];
}

const failing = new Set(['SERVFAIL', 'REFUSED', 'NONE']);
/** A question that has been open for so long has been given up by whoever asked. */
const patienceMs = 30_000;
const fewest = { questions: 20, names: 3 };

/** One broken zone that one client keeps asking for is not an upstream failure: several names must fail, and a good share of all. */
function upstreams(instance: string, { forwarded, settings }: Checkup, now: number): Finding[] {
  if (forwarded === undefined) return [];
  const settled = forwarded.filter(({ reply, at }) => reply !== 'UNKNOWN' || now - at > patienceMs);
  const failed = settled.filter(({ reply }) => reply === 'UNKNOWN' || failing.has(reply));
  const share = failed.length / settled.length;
  if (
    settled.length < fewest.questions ||
    new Set(failed.map(({ domain }) => domain)).size < fewest.names ||
    share < settings.upstreamFailureShare
  )
    return [];
  return [
    {
      id: `pihole.upstream-failing/${instance}`,
      severity: share >= 0.8 ? 'critical' : 'warning',
      subject: instance,
      message: `${percent(share)} of the ${plural(settled.length, 'question')} that ${instance} forwarded in the last 15 min failed: ${tally(failed)}`,
      evidence: tally(failed, ({ reply }) => reply),
    },
  ];
}

function tally(
  rows: readonly Question[],
  by: (row: Question) => string = ({ upstream }) => upstream,
): string {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(by(row), (counts.get(by(row)) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([what, n]) => `${what} ${n}`)
    .join(', ');
}
