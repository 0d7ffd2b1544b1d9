import * as z from 'zod';
import { second } from '../../../core/base/units.ts';

/** FTL writes a word where it cannot count: -2 for a database that cannot be opened, -1 for what it does not tell (FTL src/enums.h). */
const unreadable = -2;
const Count = z
  .number()
  .nullish()
  .transform((n) => (n === null || n === undefined || n < 0 ? undefined : n));

/** What the blocklists hold; `updatedAt` (ms) is undefined where they never were updated. */
export type Lists = 'unreadable' | 'not told' | { domains: number; updatedAt: number | undefined };

/** Counts are of the last 24 hours, undefined where they are not told. Shares are 0..1, times ms. */
export const Summary = z
  .object({
    queries: z.object({ total: Count, percent_blocked: Count }),
    gravity: z.object({
      domains_being_blocked: z.number().nullish(),
      last_update: z.number().nullish(),
    }),
  })
  .transform(({ queries, gravity }) => ({
    queries: queries.total,
    blockedShare: queries.percent_blocked === undefined ? undefined : queries.percent_blocked / 100,
    lists: listsOf(gravity.domains_being_blocked, gravity.last_update),
  }));
export type Summary = z.output<typeof Summary>;

function listsOf(domains: number | null | undefined, update: number | null | undefined): Lists {
  if (domains === unreadable) return 'unreadable';
  if (domains === null || domains === undefined || domains < 0) return 'not told';
  return { domains, updatedAt: update && update > 0 ? update * second : undefined };
}

/** `html` is never read. Times ms. */
export const Messages = z
  .object({
    messages: z.array(
      z.object({ timestamp: z.number(), type: z.string(), plain: z.string().nullish() }),
    ),
  })
  .transform(({ messages }) =>
    messages.map(({ timestamp, type, plain }) => ({
      at: timestamp * second,
      type,
      plain: plain ?? type,
    })),
  );
export type Message = z.output<typeof Messages>[number];

/** Questions that clients asked, times ms. A null cursor is how the highest privacy level answers: it shows no questions at all. */
export const Queries = z
  .object({
    queries: z.array(
      z.object({
        time: z.number(),
        status: z.string().nullish(),
        domain: z.string().nullish(),
        upstream: z.string().nullish(),
        reply: z.object({ type: z.string().nullish() }).nullish(),
      }),
    ),
    cursor: z.number().nullish(),
  })
  .transform(({ queries, cursor }) => ({
    hidden: queries.length === 0 && (cursor === null || cursor === undefined),
    rows: queries.map(({ time, status, domain, upstream, reply }) => ({
      at: time * second,
      status: status ?? 'UNKNOWN',
      domain: domain ?? '',
      upstream: upstream ?? 'unknown',
      reply: reply?.type ?? 'UNKNOWN',
    })),
  }));
export type Question = z.output<typeof Queries>['rows'][number];
