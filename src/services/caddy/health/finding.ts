import type { Finding } from '../../../core/health.ts';
import type { Effect, Ref } from '../../../core/map.ts';

type Details = Omit<Finding, 'id' | 'subject'> & { about: readonly Ref[]; effect: Effect };

/** A finding of Caddy called `caddy.kind/subject`. */
export const finding = (kind: string, subject: string, details: Details): Finding => ({
  id: `caddy.${kind}/${subject}`,
  subject,
  ...details,
});

/** Words without those that are there already, in their order. */
export const unique = <Word extends string>(words: readonly Word[]): Word[] => [...new Set(words)];

/** A few names, and how many others there are. */
export const few = (names: readonly string[]): string =>
  names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '');
