import * as z from 'zod';
import { oneLine } from '../../../core/base/text.ts';

/**
 * Semaphore up to 2.10 sends explicit nulls, from 2.11 on it leaves out whatever is empty or false, and an empty list may be `null`.
 * Read from db/*.go at v2.9.64, v2.10.32 and 2.17.
 */
export const maybe = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);
/** False when it is absent. */
export const flag = z
  .boolean()
  .nullish()
  .transform((value) => value === true);
/** Empty when it is absent. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
/** Names stand in the middle of sentences: one line, whatever somebody typed. */
export const title = z.string().transform((value) => oneLine(value));
/** A reference to something else; 2.9 spells "none" as 0. */
export const ref = z
  .int()
  .nullish()
  .transform((value) => value || undefined);
/** RFC 3339 as milliseconds. The answer to POST carries nanoseconds and the server's zone. Go's zero time means never. */
export const time = z
  .string()
  .transform((value) => Date.parse(value))
  .refine((ms) => !Number.isNaN(ms), 'not a time')
  .transform((ms) => (ms > 0 ? ms : undefined));
/** A time that is always there. */
export const moment = time.pipe(z.number());
/** Empty when it is absent, or anything but a list of texts. */
export const words = z
  .array(z.string())
  .nullish()
  .catch(undefined)
  .transform((value) => value ?? []);
/** A list of any rows; empty when it is absent. */
export const listOf = <T extends z.ZodType>(schema: T) =>
  z
    .array(schema)
    .nullish()
    .transform((value) => value ?? []);
