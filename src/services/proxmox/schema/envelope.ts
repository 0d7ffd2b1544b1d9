import * as z from 'zod';

/** Every answer stands in `data`. */
export const data = <T>(schema: z.ZodType<T>) =>
  z.object({ data: schema }).transform((answer) => answer.data);

/** A number, or a string that spells one: Proxmox VE 7 wrote some sizes and VMIDs so, and 9 still writes load and pressure so. */
export const Num = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+(\.\d+)?$/)
    .transform(Number),
]);

/** Absent and null say the same: not known. A key whose value is undefined in Perl comes as null, or is left out. */
export const maybe = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);

const bit = z.union([z.boolean(), z.number(), z.string()]).nullish();
const isOn = (value: z.output<typeof bit>): boolean => value === true || String(value) === '1';

/** 0 or 1 in any spelling; absent is 0, as Proxmox defaults it. */
export const Flag = bit.transform(isOn);

/** The same where absent is 1. */
export const FlagUnlessOff = bit.transform(
  (value) => value === undefined || value === null || isOn(value),
);

/** Epoch seconds as milliseconds. */
export const Epoch = Num.transform((seconds) => seconds * 1000);

/** Stored with `;`, accepted with commas and spaces too (pve-manager www/manager6/Utils.js). */
export const tagsOf = (text: string | undefined): string[] =>
  text?.split(/[,; ]+/).filter(Boolean) ?? [];
