import * as z from 'zod';
import { Gaps } from '../../core/gap.ts';
import { kinds } from '../../core/map.ts';
import { Next } from '../incidents/incident-row.ts';
import { places } from './trouble.ts';

const state = z.enum(['up', 'down', 'degraded', 'unknown']).optional();

/** A thing of the map with what is seen of it. */
const Seen = z.object({
  ref: z.string(),
  title: z.string().optional(),
  state,
  about: z.string().optional(),
  links: z.array(z.string()).optional().describe('What it stands on, and who says so'),
});

/** What is known of one thing, or of which things it may be one. */
export const Explanation = z.object({
  ref: z.string().optional(),
  title: z.string().optional(),
  state,
  about: z.string().optional(),
  by: z.array(z.string()).optional().describe('Who knows it'),
  next: Next.optional(),
  candidates: z.array(Seen).optional().describe('Ask again with one of these refs'),
  also: z.array(z.string()).optional().describe('Refs of others called so'),
  trouble: z
    .array(
      z.object({
        id: z.string(),
        severity: z.enum(['critical', 'warning', 'info']),
        where: z.enum(places),
        message: z.string(),
        muted: z.literal(true).optional(),
        since: z.string().optional(),
        following: z.int().optional(),
        next: Next.optional(),
      }),
    )
    .optional(),
  chain: z.array(Seen).optional().describe('Top to bottom'),
  sides: z
    .array(z.string())
    .optional()
    .describe('What else is the same, watches it or works on it'),
  dependants: z
    .array(
      z.object({
        kind: z.enum(kinds),
        count: z.int(),
        names: z.array(z.string()).describe('Would stop with it'),
        spared: z.int().optional().describe('Have another way'),
      }),
    )
    .optional(),
  lately: z
    .array(
      z.object({
        by: z.string(),
        at: z.string().optional(),
        text: z.string(),
        quotes: z.array(z.string()).optional(),
      }),
    )
    .optional(),
  disagreements: z.array(z.string()).optional(),
  gaps: Gaps.optional(),
  omitted: z.record(z.string(), z.int()).optional().describe('Rows left out'),
});
export type Explanation = z.output<typeof Explanation>;

/** How fast each list gives way where there is no room for all: what an explanation is for goes last. */
const haste = {
  sides: 2,
  dependants: 1.2,
  also: 1,
  candidates: 1,
  lately: 0.6,
  gaps: 0.6,
  disagreements: 0.4,
  trouble: 0.3,
  chain: 0.2,
} as const satisfies Partial<Record<keyof Explanation, number>>;

/** Below this share the rows must be enormous: then all lists give way alike, and only what is wrong stays to the last. */
const least = 0.15;

/** The same with about that share of its rows; how many are left out is said. Of each list at least one row stays as long as that can be. */
export function shorten(explanation: Explanation, share: number): Explanation {
  const omitted: Record<string, number> = { ...explanation.omitted };
  const short: Explanation = { ...explanation };
  for (const list of Object.keys(haste) as (keyof typeof haste)[]) {
    const rows = explanation[list];
    if (!rows || rows.length === 0) continue;
    const fewest = share >= least || list === 'trouble' || list === 'candidates' ? 1 : 0;
    const kept = Math.max(
      fewest,
      Math.round(rows.length * share ** (share < least ? 1 : haste[list])),
    );
    if (kept === rows.length) continue;
    omitted[list] = (omitted[list] ?? 0) + rows.length - kept;
    Object.assign(short, { [list]: kept === 0 ? undefined : rows.slice(0, kept) });
  }
  return Object.keys(omitted).length > 0 ? { ...short, omitted } : short;
}
