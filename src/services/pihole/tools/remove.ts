import * as z from 'zod';
import { InputError } from '../../../core/base/errors.ts';
import type { From } from '../../../core/fleet.ts';
import type { Plan, Undo } from '../../../core/gate/gate.ts';
import { applyChange, type Change } from '../change.ts';
import { endingOf, Result, resultText } from '../change-result.ts';
import { write } from '../client.ts';
import { Address, Domain } from '../domain.ts';
import {
  aliasesOf,
  arrayOf,
  recordText,
  isSameRecord,
  type DnsRecord,
  type StoredRecord,
} from '../records.ts';
import { nameRef } from '../refs.ts';
import { restartOrder, readPairState, type InstanceState } from '../preconditions.ts';
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
  silenceWarnings,
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
    ip: Address.optional().meta({ absent: 'widens' }).describe('Which one, if several'),
    target: Domain.optional().meta({ absent: 'widens' }).describe('Its CNAME target'),
  }),
  output: Result,
  async plan({ domain, ip, target: to }, pihole) {
    if (ip !== undefined && to !== undefined)
      throw new InputError('Give ip or target, not both: they are two records', {
        hint: 'Nothing was done.',
      });
    const target = `pihole/all/${domain}`;
    const { states, absences } = await readPairState(pihole);
    const value = ip ?? to;
    const record = findRecord(domain, value, states);
    if (record) return planRemoval(record, target, states, absences);
    if (absences.size > 0)
      throw new InputError(
        `No such record of ${domain} on ${instanceNames(states)}, and ${[...absences].map(([name, absence]) => `${name} ${absence}`).join(' and ')}`,
        { hint: 'Nothing was done. Try again when every instance answers.' },
      );
    return {
      already: `There is no ${domain}${value ? ` ${value}` : ''} on ${instanceNames(states)}.`,
      target,
    };
  },
  apply: (change: Change, pihole) => applyChange(change, pihole),
  finished: endingOf,
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
  absences: ReadonlyMap<string, string>,
): Plan<Change> {
  const present = states.filter(({ value }) =>
    value.records.some((stored) => isSameRecord(stored, record)),
  );
  const excluded = exclusionsOf(arrayOf(record), present, absences);
  const affected = present.filter(({ instance }) => excluded[instance] === undefined);
  if (affected.length === 0)
    throw new InputError(
      `${recordText(record)} cannot be removed: ${exclusionTexts(excluded).join('; ')}`,
      { hint: 'Nothing was done.' },
    );
  const change: Change = {
    verb: 'remove',
    record,
    affected: affected.map(({ instance }) => instance).sort(),
    order: restartOrder(states),
    excluded,
    again: { tool: 'dns_remove_record', arguments: argumentsOf(record) },
  };
  const absent = states.filter((state) => !present.includes(state));
  return {
    summary: `remove ${removalText(record, present)} from ${instanceNames(affected)}`,
    target,
    labels: labelsOf(record, states),
    before: entriesOf(states, record.name),
    change,
    undo: undoOf(record, present, absent),
    about: [nameRef(record.name)],
    warnings: [
      ...absent.map(({ instance }) => `${instance}: not there.`),
      ...exclusionWarnings(excluded),
      ...affected.flatMap(({ instance, value }) => lossWarnings(instance, record, value.records)),
      ...(record.type === 'CNAME'
        ? restartWarnings(affected, change.order)
        : silenceWarnings(affected)),
    ],
  };
}

/** dns_add_record writes one line to every instance: where they were not the same, it would bring back something else. */
function undoOf(
  record: DnsRecord,
  present: readonly From<InstanceState>[],
  absent: readonly From<InstanceState>[],
): Undo {
  if (absent.length > 0)
    return {
      none: `it is only on ${instanceNames(present)}, and dns_add_record adds to every instance`,
    };
  const ttls = ttlsOf(record, present);
  return ttls === undefined
    ? { tool: 'dns_add_record', arguments: argumentsToAdd(record) }
    : {
        none: `its TTL is not the same everywhere (${ttls}), and dns_add_record gives every instance one`,
      };
}

/** The TTL on each instance, where they differ. */
function ttlsOf(record: DnsRecord, present: readonly From<InstanceState>[]): string | undefined {
  const ttls = present.map(({ instance, value }) => {
    const stored = value.records.find((other) => isSameRecord(other, record));
    return { instance, ttl: stored?.ttlSeconds };
  });
  if (new Set(ttls.map(({ ttl }) => ttl)).size < 2) return undefined;
  return ttls
    .map(({ instance, ttl }) => `${instance} ${ttl === undefined ? 'none' : `${ttl} s`}`)
    .sort()
    .join(', ');
}

function removalText(record: DnsRecord, present: readonly From<InstanceState>[]): string {
  const ttls = ttlsOf(record, present);
  if (ttls === undefined) return recordText(record);
  const { ttlSeconds: _, ...bare } = record;
  return `${recordText(bare)} (TTL: ${ttls})`;
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
  const pointing = isLast ? aliasesOf(record.name, records) : [];
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
