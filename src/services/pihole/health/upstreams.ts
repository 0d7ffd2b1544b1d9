import type { From } from '../../../core/fleet.ts';
import type { Finding } from '../../../core/health.ts';
import type { Ref } from '../../../core/map.ts';
import { percent, plural, second } from '../../../core/base/units.ts';
import type { Checkup } from './checkup.ts';
import { instanceRef, severalRefs, upstreamRef } from '../refs.ts';
import type { Question } from '../schema/index.ts';
import { finding } from './finding.ts';

/** Kinds of replies (FTL src/enums.h) that are no answer. */
const failedReplies = new Set(['SERVFAIL', 'REFUSED', 'NONE']);

/** A question that has been open for so long (ms) has been given up by whoever asked. */
const patience = 30 * second;

/** Fewer than these say nothing about the upstreams; as many of the newest show whether it is over. */
const fewest = { questions: 20, names: 3 };

/** From this share (0..1) on, hardly a name resolves. */
const criticalShare = 0.8;

/** One broken zone that one client keeps asking for is not an upstream failure: several names must fail, and a good share of all. `now` is in ms. */
export function upstreamFindings(
  { instance, value: { forwarded, settings } }: From<Checkup>,
  now: number,
): Finding[] {
  if (forwarded === undefined) return [];
  const settled = forwarded.filter(({ reply, at }) => reply !== 'UNKNOWN' || now - at > patience);
  const failed = settled.filter(({ reply }) => reply === 'UNKNOWN' || failedReplies.has(reply));
  const names = new Set(failed.map(({ domain }) => domain));
  if (settled.length < fewest.questions || names.size < fewest.names) return [];
  const share = failed.length / settled.length;
  const limit = settings.upstreamFailureShare;
  if (share < limit) return [];
  const newest = settled.toSorted((a, b) => b.at - a.at).slice(0, fewest.questions);
  const newestShare = newest.filter((question) => failed.includes(question)).length / newest.length;
  const hasRecovered = newestShare < limit;
  const isCritical = share >= criticalShare && newestShare >= criticalShare;
  const end = hasRecovered
    ? `; of the newest ${newest.length} ${percent(newestShare)} failed: it has recovered`
    : '';
  return [
    finding('upstream-failing', instance, {
      severity: severityOf(hasRecovered, isCritical),
      about: failingUpstreams(instance, settled, failed, limit),
      effect: hasRecovered ? 'note' : 'degrades',
      meaning: 'upstream',
      message: `${percent(share)} of the ${plural(settled.length, 'question')} that ${instance} forwarded in the last 15 min failed: ${tally(failed.map(({ upstream }) => upstream))}${end}`,
      evidence: tally(failed.map(({ reply }) => reply)),
    }),
  ];
}

/** The resolvers that fail, the one with the most failures first: two instances that ask the same ones have the same trouble. One on the machine of the Pi-hole is part of that. */
function failingUpstreams(
  instance: string,
  settled: readonly Question[],
  failed: readonly Question[],
  limit: number,
): Ref[] {
  const questions = countBy(settled.map(({ upstream }) => upstream));
  const failing = [...countBy(failed.map(({ upstream }) => upstream))]
    .filter(([upstream, failures]) => failures >= limit * (questions.get(upstream) ?? 0))
    .sort(([, a], [, b]) => b - a);
  return severalRefs(
    failing.map(([upstream]) =>
      upstream.includes('#')
        ? (upstreamRef(upstream) ?? instanceRef(instance))
        : instanceRef(instance),
    ),
  );
}

function severityOf(hasRecovered: boolean, isCritical: boolean): Finding['severity'] {
  if (hasRecovered) return 'info';
  return isCritical ? 'critical' : 'warning';
}

/** Each word with how often it is there, the most frequent first. */
const tally = (words: readonly string[]): string =>
  [...countBy(words)]
    .sort(([, a], [, b]) => b - a)
    .map(([word, n]) => `${word} ${n}`)
    .join(', ');

function countBy(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
