import * as z from 'zod';
import { InputError } from '../../../core/base/errors.ts';
import type { From } from '../../../core/fleet.ts';
import { applyChange, Result, resultText, type Change } from '../change.ts';
import { write } from '../client.ts';
import { Address, Domain } from '../domain.ts';
import {
  arrayOf,
  recordText,
  isSameRecord,
  type DnsRecord,
  type StoredRecord,
} from '../records.ts';
import {
  restartOrder,
  silentInstances,
  readInstanceState,
  type InstanceState,
} from '../preconditions.ts';
import { stepsToRemove } from '../change-steps.ts';
import { entriesOf, labelsOf, exclusionsOf, instanceNames, restartWarning } from './plan.ts';

export const removeRecord = write({
  name: 'dns_remove_record',
  title: 'Remove a DNS record',
  description:
    'Remove one record from every Pi-hole (a CNAME restarts the resolvers, one by one). Undo: dns_add_record.',
  example: { domain: 'git.lab.example.net' },
  risk: 'reversible',
  input: z.strictObject({
    domain: Domain.describe('Name to remove'),
    ip: Address.optional().describe('Which one, if several'),
    target: Domain.optional().describe('Its CNAME target'),
  }),
  output: Result,
  async plan({ domain, ip, target: to }, pihole) {
    if (ip !== undefined && to !== undefined)
      throw new InputError('Give ip or target, not both: they are two records', {
        hint: 'Nothing was done.',
      });
    const target = `pihole/all/${domain}`;
    const all = await pihole.all(readInstanceState);
    const away = silentInstances(pihole, all);
    const record = chosen(domain, ip ?? to, all);
    if (!record) {
      if (away.length > 0)
        throw new InputError(
          `No such record of ${domain} on ${instanceNames(all)}, and ${away.join(' and ')} does not answer`,
          { hint: 'Nothing was done. Try again when every instance answers.' },
        );
      return {
        already: `There is no ${domain}${(ip ?? to) ? ` ${ip ?? to}` : ''} on ${instanceNames(all)}.`,
        target,
      };
    }
    return planned(record, target, all, away);
  },
  apply: (change: Change, pihole) => applyChange(change, pihole),
  finished: ({ complete }) => complete,
  text: resultText,
});

/** The one record that is meant. Several are an error that names them. */
function chosen(
  domain: string,
  value: string | undefined,
  all: readonly From<InstanceState>[],
): DnsRecord | undefined {
  const found: StoredRecord[] = [];
  for (const stored of all.flatMap(({ value: { records } }) => records)) {
    if (
      stored.name === domain &&
      (value === undefined || stored.value === value) &&
      !found.some((one) => isSameRecord(one, stored))
    )
      found.push(stored);
  }
  if (found.length > 1)
    throw new InputError(
      `${domain} has ${found.length} records: ${found.map(recordText).join('; ')}`,
      { hint: 'Nothing was done. Say which with ip or target.' },
    );
  const [only] = found;
  return (
    only && {
      name: only.name,
      type: only.type,
      value: only.value,
      ...(only.ttlSeconds !== undefined && { ttlSeconds: only.ttlSeconds }),
    }
  );
}

function planned(
  record: DnsRecord,
  target: string,
  all: readonly From<InstanceState>[],
  away: readonly string[],
) {
  const there = all.filter(({ value }) =>
    value.records.some((stored) => isSameRecord(stored, record)),
  );
  const left = exclusionsOf(arrayOf(record), there, away);
  const open = there.filter(({ instance }) => left[instance] === undefined);
  if (open.length === 0)
    throw new InputError(
      `${recordText(record)} cannot be removed: ${Object.entries(left)
        .map(([instance, why]) => `${instance}: ${why}`)
        .join('; ')}`,
      { hint: 'Nothing was done.' },
    );
  const value = record.type === 'CNAME' ? { target: record.value } : { ip: record.value };
  const call = { domain: record.name, ...value };
  const change: Change = {
    verb: 'remove',
    record,
    order: restartOrder(all),
    left,
    again: { tool: 'dns_remove_record', arguments: call },
    steps: Object.fromEntries(
      open.map(({ instance, value: { entries } }) => [instance, stepsToRemove(record, entries)]),
    ),
  };
  return {
    summary: `remove ${recordText(record)} from ${instanceNames(open)}`,
    target,
    labels: labelsOf(record),
    before: entriesOf(all, record.name),
    change,
    undo:
      there.length < all.length
        ? {
            none: `it is only on ${instanceNames(there)}, and dns_add_record adds to every instance`,
          }
        : {
            tool: 'dns_add_record',
            arguments: {
              ...call,
              ...(record.ttlSeconds !== undefined && { ttl: record.ttlSeconds }),
            },
          },
    warnings: [
      ...all.filter((one) => !there.includes(one)).map(({ instance }) => `${instance}: not there.`),
      ...Object.entries(left).map(
        ([instance, why]) => `${instance}: left as it is, so the instances will differ: ${why}.`,
      ),
      ...open.flatMap(({ instance, value: { records } }) => losses(instance, record, records)),
      ...(record.type === 'CNAME' ? restartWarning(open, change.order) : []),
    ],
  };
}

/** What goes with the record: CNAMEs that lead to it, the comment on its line. */
function losses(instance: string, record: DnsRecord, records: readonly StoredRecord[]): string[] {
  const last = !records.some(
    (stored) => stored.name === record.name && !isSameRecord(stored, record),
  );
  const pointing = records
    .filter(({ type, value }) => last && type === 'CNAME' && value === record.name)
    .map(({ name }) => name);
  const comment = records.find((stored) => isSameRecord(stored, record))?.entry.match(/#.*/s)?.[0];
  return [
    ...(pointing.length > 0
      ? [
          `${instance}: ${pointing.join(', ')} (CNAME) lead${pointing.length === 1 ? 's' : ''} to it and will have no address.`,
        ]
      : []),
    ...(comment && records.filter(({ entry }) => entry.includes(comment)).length === 1
      ? [`${instance}: the comment of its line goes too.`]
      : []),
  ];
}
