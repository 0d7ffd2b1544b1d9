import * as z from 'zod';

/** Facts: Prometheus docs/querying/api.md and web/api/v1/api.go (v2.42 to v3.14), checked on the wire. */

/** The labels of a series, an alert or a target. */
export const Labels = z.record(z.string(), z.string());
export type Labels = Readonly<Record<string, string>>;

/** RFC 3339 as milliseconds; Go's zero time, which stands for never, as undefined. */
export const Moment = z
  .string()
  .nullish()
  .transform((text) => {
    const at = Date.parse(text ?? '');
    return Number.isNaN(at) || at <= 0 ? undefined : at;
  });

/** Go writes an empty list as null. */
export const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullable()
    .transform((items) => items ?? []);

/** What is in the envelope of every answer. */
export const envelope = <T extends z.ZodType>(data: T) =>
  z
    .object({ status: z.literal('success'), data: z.unknown() })
    .transform((response) => response.data)
    .pipe(data);
