import type { Severity } from '../../core/health.ts';
import type { Effect, Ref } from '../../core/map.ts';

/** What joining needs to know of a finding. */
export interface Symptom {
  id: string;
  severity: Severity;
  about: readonly Ref[];
  effect: Effect;
  /** What kind of trouble it is, in a word that services share. */
  meaning?: string | undefined;
  /** ISO 8601. */
  since?: string | undefined;
}

/** One thing that broke, and what it took with it. */
export interface Incident<F extends Symptom = Symptom> {
  /** The id of its cause. */
  id: string;
  severity: Severity;
  /** What is thought to be at the root; none: a suspicion, `suspect` is what the members have in common. */
  cause: F | undefined;
  suspect?: Ref | undefined;
  /** What follows, each with the way from it down to what broke. */
  consequences: Consequence<F>[];
}

export interface Consequence<F extends Symptom = Symptom> {
  finding: F;
  /** From what the finding is about down to what broke; one thing, where both are about the same. */
  path: readonly Ref[];
  /** Other causes that would explain it as well. */
  also?: readonly F[] | undefined;
}

export const weight: Readonly<Record<Severity, number>> = { critical: 3, warning: 2, info: 1 };

/** Of two findings about the same thing the one that says more is the cause; of equals the one that was seen first. A strict order, so that two never explain each other. */
export function isBefore(a: Symptom, b: Symptom): boolean {
  if (a.effect !== b.effect) return gravity[a.effect] > gravity[b.effect];
  if (a.severity !== b.severity) return weight[a.severity] > weight[b.severity];
  const [first, second] = [a.since ?? '', b.since ?? ''];
  if (first === second) return a.id < b.id;
  return first !== '' && (second === '' || first < second);
}

const gravity: Readonly<Record<Effect, number>> = { stops: 4, degrades: 3, risk: 2, note: 1 };
