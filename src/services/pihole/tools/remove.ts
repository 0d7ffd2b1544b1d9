import * as z from 'zod';
import { InputError } from '../../../core/base/errors.ts';
import type { From } from '../../../core/fleet.ts';
import type { Plan } from '../../../core/gate/gate.ts';
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
import {
  entriesOf,
  labelsOf,
  exclusionsOf,
  exclusionTexts,
  exclusionWarnings,
  argumentsOf,
  argumentsToAdd,
  instanceNames,
  restartWarnings,
} from './plan.ts';

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
    const states = await pihole.all(readInstanceState);
    const silent = silentInstances(pihole, states);
    const value = ip ?? to;
    const record = findRecord(domain, value, states);
    if (record) return planRemoval(record, target, states, silent);
    if (silent.length > 0)
      throw new InputError(
        `No such record of ${domain} on ${instanceNames(states)}, and ${silent.join(' and ')} does not answer`,
        { hint: 'Nothing was done. Try again when every instance answers.' },
      );
    return {
      already: `There is no ${domain}${value ? ` ${value}` : ''} on ${instanceNames(states)}.`,
      target,
    };
  },
  apply: (change: Change, pihole) => applyChange(change, pihole),
  finished: ({ complete }) => complete,
  text: resultText,
});

/** The one record that is meant; undefined where there is none. Several are an error that names them. */
function findRecord(
  domain: string,
  value: string | undefined,
  states: readonly From<InstanceState>[],
): DnsRecord | undefined {
  const matches: StoredRecord[] = [];
  for (const stored of states.flatMap((state) => state.value.records)) {
    const isMeant = stored.name === domain && (value === undefined || stored.value === value);
    if (isMeant && !matches.some((match) => isSameRecord(match, stored))) matches.push(stored);
  }
  if (matches.length > 1)
    throw new InputError(
      `${domain} has ${matches.length} records: ${matches.map(recordText).join('; ')}`,
      { hint: 'Nothing was done. Say which with ip or target.' },
    );
  const [match] = matches;
  if (!match) return undefined;
  const { entry: _, ttlSeconds, ...record } = match;
  return { ...record, ...(ttlSeconds !== undefined && { ttlSeconds }) };
}

function planRemoval(
  record: DnsRecord,
  target: string,
  states: readonly From<InstanceState>[],
  silent: readonly string[],
): Plan<Change> {
  const present = states.filter(({ value }) =>
    value.records.some((stored) => isSameRecord(stored, record)),
  );
  const excluded = exclusionsOf(arrayOf(record), present, silent);
  const affected = present.filter(({ instance }) => excluded[instance] === undefined);
  if (affected.length === 0)
    throw new InputError(
      `${recordText(record)} cannot be removed: ${exclusionTexts(excluded).join('; ')}`,
      { hint: 'Nothing was done.' },
    );
  const change: Change = {
    verb: 'remove',
    record,
    order: restartOrder(states),
    excluded,
    again: { tool: 'dns_remove_record', arguments: argumentsOf(record) },
    steps: Object.fromEntries(
      affected.map(({ instance, value }) => [instance, stepsToRemove(record, value.entries)]),
    ),
  };
  const absent = states.filter((state) => !present.includes(state));
  return {
    summary: `remove ${recordText(record)} from ${instanceNames(affected)}`,
    target,
    labels: labelsOf(record),
    before: entriesOf(states, record.name),
    change,
    undo:
      absent.length > 0
        ? {
            none: `it is only on ${instanceNames(present)}, and dns_add_record adds to every instance`,
          }
        : { tool: 'dns_add_record', arguments: argumentsToAdd(record) },
    warnings: [
      ...absent.map(({ instance }) => `${instance}: not there.`),
      ...exclusionWarnings(excluded),
      ...affected.flatMap(({ instance, value }) => lossWarnings(instance, record, value.records)),
      ...(record.type === 'CNAME' ? restartWarnings(affected, change.order) : []),
    ],
  };
}

/** What goes with the record: CNAMEs that lead to it, the comment on its line. */
function lossWarnings(
  instance: string,
  record: DnsRecord,
  records: readonly StoredRecord[],
): string[] {
  const warnings: string[] = [];
  const isLast = !records.some(
    (stored) => stored.name === record.name && !isSameRecord(stored, record),
  );
  const pointing = records
    .filter(({ type, value }) => isLast && type === 'CNAME' && value === record.name)
    .map(({ name }) => name);
  if (pointing.length > 0)
    warnings.push(
      `${instance}: ${pointing.join(', ')} (CNAME) lead${pointing.length === 1 ? 's' : ''} to it and will have no address.`,
    );
  const entry = records.find((stored) => isSameRecord(stored, record))?.entry;
  const comment = entry?.match(/#.*/s)?.[0];
  if (comment && records.filter((stored) => stored.entry.includes(comment)).length === 1)
    warnings.push(`${instance}: the comment of its line goes too.`);
  return warnings;
}
