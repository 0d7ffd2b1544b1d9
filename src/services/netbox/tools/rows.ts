import * as z from 'zod';

/** Which NetBox a row is of; told only where there are several. */
export const Instance = z.string().optional();

export const labelIn =
  ({ names }: { names: readonly string[] }) =>
  (instance: string): string | undefined =>
    names.length > 1 ? instance : undefined;

export const instanceColumn = <Row extends { instance?: string | undefined }>(
  rows: readonly Row[],
): Record<string, (row: Row) => string | undefined> =>
  rows.some(({ instance }) => instance !== undefined)
    ? { instance: ({ instance }) => instance }
    : {};

/** A filter that is given: NetBox takes an empty one for none and returns everything. */
export const Given = z
  .string()
  .trim()
  .refine((text) => text !== '', 'must not be empty')
  .optional();
