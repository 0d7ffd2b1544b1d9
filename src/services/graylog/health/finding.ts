import type { Finding } from '../../../core/health.ts';
import type { JsonObject } from '../../../core/base/json.ts';
import type { Effect } from '../../../core/map.ts';
import { serverRef, sourceRef } from '../things.ts';
import type { Checkup } from './checkup.ts';

/** What differs from finding to finding. Without a `subject` it is about the instance as a whole. */
type Details = Pick<Finding, 'severity' | 'message' | 'since' | 'evidence'> & {
  effect: Effect;
  subject?: string;
  /** A host that logs, where it is about one. */
  source?: string | undefined;
  tool?: string;
  arguments?: JsonObject;
};

/** A finding of a kind, with its id and the call that digs deeper. */
export const finding = (
  { instance, several }: Checkup,
  kind: string,
  {
    subject = instance,
    source,
    tool = 'graylog_overview',
    arguments: args = {},
    ...details
  }: Details,
): Finding => ({
  id: `graylog.${kind}/${subject}`,
  subject,
  about: [source === undefined ? serverRef(instance) : sourceRef(instance, source)],
  ...details,
  next: { tool, arguments: { ...args, ...(several && { instance }) } },
});

/** Rows by key, in the order in which the keys come first. */
export function groupBy<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): Map<string, [Row, ...Row[]]> {
  const groups = new Map<string, [Row, ...Row[]]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}
