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
        since: z.string().optional(),
        following: z.int().optional(),
        next: Next.optional(),
      }),
    )
    .optional(),
  chain: z.array(Seen).optional().describe('Top to bottom'),
  sides: z.array(Seen).optional().describe('What else is the same, watches it or works on it'),
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

/** Lists of an explanation, from the one that is cut first to the one that is cut last. */
const lists = [
  'sides',
  'lately',
  'dependants',
  'gaps',
  'candidates',
  'also',
  'disagreements',
  'chain',
  'trouble',
] as const;
/** What an explanation is for: of these the first row stays, and they give way more slowly. */
const essential: readonly string[] = ['candidates', 'disagreements', 'chain', 'trouble', 'gaps'];

/** The same with about that share of its rows; how many are left out is said. */
export function shorten(explanation: Explanation, share: number): Explanation {
  const omitted: Record<string, number> = { ...explanation.omitted };
  const short: Explanation = { ...explanation };
  for (const list of lists) {
    const rows = explanation[list];
    if (!rows || rows.length === 0) continue;
    const kept = essential.includes(list)
      ? Math.ceil(rows.length * Math.sqrt(share))
      : Math.floor(rows.length * share);
    if (kept === rows.length) continue;
    omitted[list] = (omitted[list] ?? 0) + rows.length - kept;
    Object.assign(short, { [list]: kept === 0 ? undefined : rows.slice(0, kept) });
  }
  return Object.keys(omitted).length > 0 ? { ...short, omitted } : short;
}
