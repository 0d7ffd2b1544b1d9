import {
  arrayOf,
  entryFor,
  entryWithout,
  recordsOf,
  isSameRecord,
  type ArrayName,
  type DnsRecord,
  type Entries,
} from './records.ts';

/** One request of a change. `restart: false` saves without the restart (since v6.3; older ones fold what follows within 250 ms into one). */
export type ChangeStep =
  | { method: 'PUT' | 'DELETE'; array: ArrayName; entry: string; restart?: false }
  | { method: 'PATCH'; array: ArrayName; entries: readonly string[] };

/** Puts a record on a line of its own. */
export const stepsToAdd = (record: DnsRecord): ChangeStep[] => [
  { method: 'PUT', array: arrayOf(record), entry: entryFor(record) },
];

/**
 * Takes one record out, and leaves the other names of its line where they are. Hosts: the rest is written before the line goes, so that no name
 * is missing in between. CNAMEs: the line goes first (a name may stand only once), without a restart in between.
 */
export function stepsToRemove(record: DnsRecord, entries: Entries): ChangeStep[] {
  const array = arrayOf(record);
  const lines = entries[array].filter((entry) =>
    recordsOf({ hosts: [], cnameRecords: [], [array]: [entry] }).some((stored) =>
      isSameRecord(stored, record),
    ),
  );
  const rests = lines
    .flatMap((line) => entryWithout(line, record) ?? [])
    .filter((rest) => !entries[array].includes(rest));
  if ([...lines, ...rests].some((line) => line.includes('/')))
    return [withoutPath(array, entries, lines, rests)];
  const removals = lines.map((entry): ChangeStep => ({ method: 'DELETE', array, entry }));
  const additions = rests.map((entry): ChangeStep => ({ method: 'PUT', array, entry }));
  if (array === 'hosts') return [...additions, ...removals];
  const steps = [...removals, ...additions];
  return steps.map((step, i) =>
    i === steps.length - 1 || step.method === 'PATCH' ? step : { ...step, restart: false },
  );
}

/** A line with a slash (in a comment) cannot be part of a request path, encoded or not: FTL decodes before it splits. The whole list is set instead. */
const withoutPath = (
  array: ArrayName,
  entries: Entries,
  lines: readonly string[],
  rests: readonly string[],
): ChangeStep => ({
  method: 'PATCH',
  array,
  entries: [...entries[array].filter((entry) => !lines.includes(entry)), ...rests],
});
