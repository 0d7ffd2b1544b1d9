import { recordKey, type DnsRecord } from './records.ts';

/** A record, and where it stands. */
export interface ComparedRecord extends DnsRecord {
  on: string[];
  /** Instances that answered and do not have it. */
  missingOn: string[];
  /** Its TTL in seconds on each instance (null: none is set), where they differ: clients get the same answer, and keep it for another while. */
  ttls?: { instance: string; ttlSeconds: number | null }[];
}

/** The records of several instances as one sorted list that says where each stands. Order, spelling and the lines they share do not matter. */
export function compareRecords(
  instances: readonly { instance: string; records: readonly DnsRecord[] }[],
): ComparedRecord[] {
  const compared = new Map<string, { record: DnsRecord; ttls: Map<string, number | null> }>();
  for (const { instance, records } of instances) {
    for (const { name, type, value, ttlSeconds } of records) {
      const record = { name, type, value, ...(ttlSeconds !== undefined && { ttlSeconds }) };
      const row = compared.get(recordKey(record)) ?? { record, ttls: new Map() };
      if (!row.ttls.has(instance)) row.ttls.set(instance, ttlSeconds ?? null);
      compared.set(recordKey(record), row);
    }
  }
  const names = instances.map(({ instance }) => instance);
  return [...compared]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { record, ttls }]) => ({
      ...record,
      on: [...ttls.keys()],
      missingOn: names.filter((name) => !ttls.has(name)),
      ...(new Set(ttls.values()).size > 1 && {
        ttls: [...ttls].map(([instance, ttlSeconds]) => ({ instance, ttlSeconds })),
      }),
    }));
}

/** `300 s on dns1, none on dns2` */
export const ttlsText = (ttls: NonNullable<ComparedRecord['ttls']>): string =>
  ttls
    .map(
      ({ instance, ttlSeconds }) =>
        `${ttlSeconds === null ? 'none' : `${ttlSeconds} s`} on ${instance}`,
    )
    .join(', ');

/** Whether it is not the same on every instance that answered. */
export const isDrifting = ({ missingOn, ttls }: ComparedRecord): boolean =>
  missingOn.length > 0 || ttls !== undefined;
