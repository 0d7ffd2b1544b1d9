import * as z from 'zod';

/** Facts: Prometheus docs/querying/api.md and web/api/v1/api.go (v2.42 to v3.14), checked on the wire. */

/** The labels of a series, an alert or a target. */
export const Labels = z.record(z.string(), z.string());
/** Labels that may be left out; Go writes an empty map as null. */
export const OptionalLabels = Labels.nullish().transform((labels): Labels => labels ?? {});
export type Labels = Readonly<Record<string, string>>;

/** RFC 3339 as milliseconds; Go's zero time, which stands for never, as undefined. */
export const Moment = z
  .string()
  .nullish()
  .transform((text) => {
    const at = Date.parse(text ?? '');
    return Number.isNaN(at) || at <= 0 ? undefined : at;
  });

/** What a version may leave out, or write as null. */
export const optional = <T extends z.ZodType>(value: T) =>
  value.nullish().transform((present) => present ?? undefined);

/** Go writes an empty list as null. One that is missing is no empty one. */
export const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullable()
    .transform((items) => items ?? []);

/** A list that is left out where it is empty. */
export const optionalList = <T extends z.ZodType>(item: T) =>
  optional(z.array(item)).transform((items) => items ?? []);

/** Text that is empty where it is left out. */
export const Text = z
  .string()
  .nullish()
  .transform((text) => text ?? '');

/** What is in the envelope of every answer. */
export const envelope = <T extends z.ZodType>(data: T) =>
  z
    .object({ status: z.literal('success'), data: z.unknown() })
    .transform((response) => response.data)
    .pipe(data);
