import { isBefore, versionOf } from '../version.ts';

/** One row as JSON. */
export type Row = Record<string, unknown>;

/** Which generation of JSON a version speaks: with explicit nulls and top-level flags, or without whatever is empty. */
export const isOld = (version: string): boolean => isBefore(versionOf(version), 2, 11) === true;
/** Whether `version` is before the one named; one that nobody can tell is new. */
export const older = (version: string, ...than: number[]): boolean =>
  isBefore(versionOf(version), ...than) === true;

/** Go's RFC 3339 in UTC, to the second. */
export const goTime = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

/** Go's `omitempty`: what is false, empty or null is not there. */
export const omitEmpty = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).filter(
      ([, value]) =>
        value !== null &&
        value !== undefined &&
        value !== false &&
        value !== '' &&
        value !== 0 &&
        !(Array.isArray(value) && value.length === 0),
    ),
  );
