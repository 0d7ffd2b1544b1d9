import * as z from 'zod';

/** Every answer stands in `data`. */
export const data = <T>(schema: z.ZodType<T>) =>
  z.object({ data: schema }).transform((answer) => answer.data);

/** Absent and null say the same: not known. Neither is ever zero. */
export const maybe = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);

/** Epoch seconds as milliseconds. */
export const Epoch = z.number().transform((seconds) => seconds * 1000);

/** Sizes in bytes; the server writes -1 where it could not tell. */
export const Size = z
  .number()
  .nullish()
  .transform((size) => (size === null || size === undefined || size < 0 ? undefined : size));
