import type { JsonObject } from './base/json.ts';
import type { Ref } from './map.ts';

/** What a difference is in: what a caller may ask for. */
export const driftKinds = [
  'dns',
  'pairs',
  'sites',
  'documentation',
  'monitoring',
  'backups',
  'automation',
] as const;
export type DriftKind = (typeof driftKinds)[number];

/** Rules that only the service itself can go by, since the map does not hold what they compare: each is of a kind. */
export const ownRules = {
  'pair-apart': 'pairs',
  'not-backed-up': 'backups',
  'documented-twice': 'documentation',
} as const satisfies Record<string, DriftKind>;
export type OwnRule = keyof typeof ownRules;

/** Who says what: a service, or one server of it. */
export interface Statement {
  by: string;
  says: string;
}

/** One difference that a service sees within itself. */
export interface OwnDrift {
  /** What it is about, in a word: `nas.lab.example.net A 10.0.20.9`. */
  subject: string;
  about: Ref;
  statements: readonly Statement[];
  /** The call that shows it, or mends it. */
  next?: { tool: string; arguments: JsonObject } | undefined;
  /** The id of the finding that tells the same: who has muted that one knows of this one. */
  finding?: string | undefined;
}

/** What a service compared within itself. One that could not compare leaves the rule out: it is then said to be not checked, and never to be without difference. */
export type OwnComparisons = Partial<Readonly<Record<OwnRule, readonly OwnDrift[]>>>;
