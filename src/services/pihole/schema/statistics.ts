import * as z from 'zod';
import { second } from '../../../core/base/units.ts';

/** Counts are of the last 24 hours. Shares are 0..1, times ms; zero as the time of the last update means never. */
export const Summary = z
  .object({
    queries: z.object({ total: z.number(), percent_blocked: z.number() }),
    gravity: z.object({ domains_being_blocked: z.number(), last_update: z.number() }),
  })
  .transform(({ queries, gravity }) => ({
    queries: queries.total,
    blockedShare: queries.percent_blocked / 100,
    listedDomains: gravity.domains_being_blocked,
    listsUpdatedAt: gravity.last_update === 0 ? undefined : gravity.last_update * second,
  }));
export type Summary = z.output<typeof Summary>;

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
        domain: z.string().nullish(),
        upstream: z.string().nullish(),
        reply: z.object({ type: z.string().nullish() }).nullish(),
      }),
    ),
    cursor: z.number().nullish(),
  })
  .transform(({ queries, cursor }) => ({
    hidden: queries.length === 0 && (cursor === null || cursor === undefined),
    rows: queries.map(({ time, domain, upstream, reply }) => ({
      at: time * second,
      domain: domain ?? '',
      upstream: upstream ?? 'unknown',
      reply: reply?.type ?? 'UNKNOWN',
    })),
  }));
export type Question = z.output<typeof Queries>['rows'][number];
