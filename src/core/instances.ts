import * as z from 'zod';

/** Output field: which instance a row is of; told only where there are several. */
export const Instance = z.string().optional().describe('Which one, where there are several');

/** Input field: a filter that is given. An empty one would be none, and some upstreams return everything for it. */
export const NonEmptyFilter = z
  .string()
  .trim()
  .refine((text) => text !== '', 'must not be empty')
  .optional();

/** Names the instance of a row where a fleet has several, else undefined. */
export const instanceLabel =
  ({ names }: { readonly names: readonly string[] }) =>
  (instance: string): string | undefined =>
    names.length > 1 ? instance : undefined;

/** The table column that tells instances apart, where any row names one. `title` is the service's word for an instance. */
export const instanceColumn = <Row extends { instance?: string | undefined }>(
  rows: readonly Row[],
  title = 'instance',
): Record<string, (row: Row) => string | undefined> =>
  rows.some(({ instance }) => instance !== undefined)
    ? { [title]: ({ instance }) => instance }
    : {};
