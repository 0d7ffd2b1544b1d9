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
