import type { DnsRecord } from './records.ts';

/** A record, and where it stands. */
export interface ComparedRecord extends DnsRecord {
  on: string[];
  /** Instances that answered and do not have it. */
  missingOn: string[];
}

/** The records of several instances as one sorted list that says where each stands. Order, spelling and the lines they share do not matter. */
export function compareRecords(
  instances: readonly { instance: string; records: readonly DnsRecord[] }[],
): ComparedRecord[] {
  const compared = new Map<string, ComparedRecord>();
  for (const { instance, records } of instances) {
    for (const { name, type, value, ttlSeconds } of records) {
      const key = [name, type, value, ttlSeconds ?? ''].join(' ');
      const row = compared.get(key) ?? {
        name,
        type,
        value,
        ...(ttlSeconds !== undefined && { ttlSeconds }),
        on: [],
        missingOn: [],
      };
      if (!row.on.includes(instance)) row.on.push(instance);
      compared.set(key, row);
    }
  }
  const names = instances.map(({ instance }) => instance);
  return [...compared]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, row]) => ({ ...row, missingOn: names.filter((name) => !row.on.includes(name)) }));
}
