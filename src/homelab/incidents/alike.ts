import type { Ref, Verb } from '../../core/map.ts';
import type { HomelabMap } from '../map/map.ts';
import type { Explanation } from './explanations.ts';
import { isBefore, type Symptom } from './incident.ts';

/** Ways to a thing, rather than what it stands on: what is said of the way is said of the thing. */
const standIns: ReadonlySet<Verb> = new Set(['measures', 'logs for', 'reached at', 'belongs to']);
/** A backup is of a guest, which is on a node: a job that failed there is no further away. */
const reach = 2;
/** At one thing only so many findings of a meaning are told apart. */
const maxAtOne = 8;
const maxSteps = 200;

/** Where a finding is said of: what it is about, and what that stands for. */
interface Place<F extends Symptom> {
  finding: F;
  about: Ref;
  ref: Ref;
  /** It is not about the thing itself, but about a way to it. */
  isHearsay: boolean;
}

/** Two findings that met, and at which of the things that the first one is about. */
type Meetings<F extends Symptom> = Map<F, Map<F, Map<Ref, Ref>>>;

/**
 * One trouble told twice: findings of one meaning, of which one is said of the very thing that the other one is said of, is on or is of.
 * An alert that memory is short, and the node's own word that it is; a backup job that failed on a node, and the guest there that got no
 * backup. What comes first hand is the cause, then what lies deeper, then what covers more.
 */
export function alikeOf<F extends Symptom>(
  findings: readonly F[],
  map: HomelabMap,
): Map<F, Explanation<F>[]> {
  const alike = new Map<F, Explanation<F>[]>();
  const places = findings.filter(hasMeaning).flatMap((finding) => placesOf(finding, map));
  if (places.length < 2) return alike;
  const meetings = meetingsOf(places, map);
  for (const [finding, causes] of meetings)
    for (const [cause, at] of causes) {
      // They met at several things, and each would follow from the other one.
      if (meetings.get(cause)?.has(finding) && isBefore(finding, cause)) continue;
      // Of a bundle most must be meant, or the rest would be hidden behind a cause that is not theirs. Both halves of a pair say the same of the pair.
      if (at.size * 2 <= new Set(finding.about).size && ruleOf(cause) !== ruleOf(finding)) continue;
      const explanations = [...at].map(([from, to]) => ({
        cause,
        path: from === to ? [from] : [from, to],
      }));
      alike.set(finding, [...(alike.get(finding) ?? []), ...explanations]);
    }
  return alike;
}

/** What looks for it: `pihole.dns-silent`. */
const ruleOf = ({ id }: Symptom): string => id.replace(/\/.*/s, '');

const hasMeaning = ({ meaning, effect }: Symptom): boolean =>
  meaning !== undefined && meaning !== 'silent' && effect !== 'note';

function placesOf<F extends Symptom>(finding: F, map: HomelabMap): Place<F>[] {
  return [...new Set(finding.about)].flatMap((about) => {
    const refs = new Set([about]);
    for (const ref of refs) {
      if (refs.size > maxSteps) break;
      for (const { to, how } of map.below(ref)) if (standIns.has(how)) refs.add(to);
    }
    return [...refs].map((ref) => ({ finding, about, ref, isHearsay: ref !== about }));
  });
}

function meetingsOf<F extends Symptom>(places: readonly Place<F>[], map: HomelabMap): Meetings<F> {
  const byRef = new Map<string, Place<F>[]>();
  for (const place of places) {
    const key = keyOf(place.finding, place.ref);
    const known = byRef.get(key);
    if (!known) byRef.set(key, [place]);
    else if (known.length < maxAtOne) known.push(place);
  }
  const meetings: Meetings<F> = new Map();
  for (const upper of places)
    for (const ref of near(upper.ref, map))
      for (const lower of byRef.get(keyOf(upper.finding, ref)) ?? []) {
        if (lower.finding === upper.finding) continue;
        const [cause, finding] = isCause(lower, upper) ? [lower, upper] : [upper, lower];
        if (canMean(cause.finding, finding.finding)) meet(meetings, finding, cause);
      }
  return meetings;
}

const keyOf = ({ meaning = '' }: Symptom, ref: Ref): string => `${meaning.split('/')[0]} ${ref}`;

/** Of a special kind, as `backup/no-job` is of `backup`, there may be more to follow; itself it follows from none but its own. */
const canMean = ({ meaning: special = '' }: Symptom, { meaning = '' }: Symptom): boolean =>
  special === meaning || special.startsWith(`${meaning}/`);

/** `lower` is said of what the other one is on, or of the same. */
function isCause<F extends Symptom>(lower: Place<F>, upper: Place<F>): boolean {
  if (lower.isHearsay !== upper.isHearsay) return upper.isHearsay;
  if (lower.ref !== upper.ref) return true;
  const more = lower.finding.about.length - upper.finding.about.length;
  return more === 0 ? isBefore(lower.finding, upper.finding) : more > 0;
}

function meet<F extends Symptom>(meetings: Meetings<F>, finding: Place<F>, cause: Place<F>): void {
  const causes = meetings.get(finding.finding) ?? new Map<F, Map<Ref, Ref>>();
  meetings.set(finding.finding, causes);
  const at = causes.get(cause.finding) ?? new Map<Ref, Ref>();
  causes.set(cause.finding, at);
  if (!at.has(finding.about)) at.set(finding.about, cause.about);
}

/** The thing itself, and what it is on or of, a few links away; what is only documented leads nowhere. */
function near(ref: Ref, map: HomelabMap): ReadonlySet<Ref> {
  const reached = new Set([ref]);
  let edge: readonly Ref[] = [ref];
  for (let step = 0; step < reach; step++) {
    edge = edge.flatMap((from) =>
      (map.things.get(from)?.links ?? []).flatMap(({ to, documented }) =>
        documented || reached.has(to) ? [] : [to],
      ),
    );
    for (const to of edge) reached.add(to);
    if (reached.size > maxSteps) break;
  }
  return reached;
}
