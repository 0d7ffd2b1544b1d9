import * as z from 'zod';
import { InputError } from '../../../core/base/errors.ts';
import type { From } from '../../../core/fleet.ts';
import { applyChange, type Change } from '../change.ts';
import { endingOf, Result, resultText } from '../change-result.ts';
import { write } from '../client.ts';
import { Address, Domain, TtlSeconds } from '../domain.ts';
import {
  addressType,
  arrayOf,
  chainOf,
  clashesWith,
  recordText,
  isSameRecord,
  type DnsRecord,
} from '../records.ts';
import { restartOrder, readPairState, type InstanceState } from '../preconditions.ts';
import { additionNotes } from './notes.ts';
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

export const addRecord = write({
  name: 'dns_add_record',
  title: 'Add a DNS record',
  description:
    'Add a record to every Pi-hole: A or AAAA with ip, CNAME with target (restarts the resolvers, one by one). Undo: dns_remove_record.',
  example: { domain: 'scanner.lab.example.net', ip: '10.0.10.31' },
  risk: 'reversible',
  input: z.strictObject({
    domain: Domain.describe('Name to add, e.g. nas.lan'),
    ip: Address.optional().meta({ absent: 'narrow' }).describe('IPv4 or IPv6 address'),
    target: Domain.optional().meta({ absent: 'narrow' }).describe('CNAME target'),
    ttl: TtlSeconds.optional().meta({ absent: 'narrow' }).describe('Seconds, of a CNAME'),
  }),
  output: Result,
  async plan(input, pihole) {
    const record = recordIn(input);
    const { states, absences } = await readPairState(pihole);
    const target = `pihole/all/${record.name}`;
    refuseClash(record, states);
    refuseLoop(record, states);
    const missing = states.filter(
      ({ value }) => !value.records.some((stored) => isSameRecord(stored, record)),
    );
    const present = states.filter((state) => !missing.includes(state));
    if (missing.length === 0 && absences.size === 0)
      return {
        already: `${recordText(record)} is there already, on ${instanceNames(states)}.`,
        target,
      };
    const excluded = exclusionsOf(arrayOf(record), missing, absences);
    const affected = missing.filter(({ instance }) => excluded[instance] === undefined);
    if (affected.length === 0) {
      const reasons = [
        ...exclusionTexts(excluded),
        ...present.map(({ instance }) => `${instance}: already there`),
      ];
      throw new InputError(`${recordText(record)} cannot be added: ${reasons.join('; ')}`, {
        hint: 'Nothing was done.',
      });
    }
    const change: Change = {
      verb: 'add',
      record,
      affected: affected.map(({ instance }) => instance).sort(),
      order: restartOrder(states),
      excluded,
      again: { tool: 'dns_add_record', arguments: argumentsToAdd(record) },
    };
    return {
      summary: `add ${recordText(record)} on ${instanceNames(affected)}`,
      target,
      labels: labelsOf(record, states),
      before: entriesOf(states, record.name),
      change,
      undo:
        present.length === 0
          ? { tool: 'dns_remove_record', arguments: argumentsOf(record) }
          : {
              none: `it was on ${instanceNames(present)} before, and dns_remove_record takes it from every instance`,
            },
      warnings: [
        ...present.map((state) => presenceWarning(record, state)),
        ...exclusionWarnings(excluded),
        ...affected.flatMap(({ instance, value }) => neighbourWarnings(instance, record, value)),
        ...(await additionNotes(record, affected, pihole)),
        ...(record.type === 'CNAME'
          ? restartWarnings(affected, change.order)
          : silenceWarnings(affected)),
      ],
    };
  },
  apply: (change: Change, pihole) => applyChange(change, pihole),
  finished: endingOf,
  text: resultText,
});

/** The record that the arguments describe; an InputError where they describe none. */
function recordIn({
  domain,
  ip,
  target,
  ttl,
}: {
  domain: string;
  ip?: string | undefined;
  target?: string | undefined;
  ttl?: number | undefined;
}): DnsRecord {
  if ((ip === undefined) === (target === undefined))
    throw new InputError('Give ip (A or AAAA) or target (CNAME), one of the two', {
      hint: 'Nothing was done.',
    });
  if (ip !== undefined && ttl !== undefined)
    throw new InputError('ttl: only a CNAME can have one in Pi-hole', {
      hint: 'Nothing was done.',
    });
  if (target === domain)
    throw new InputError('A name cannot be a CNAME of itself', { hint: 'Nothing was done.' });
  if (ip !== undefined) return { name: domain, type: addressType(ip), value: ip };
  return {
    name: domain,
    type: 'CNAME',
    value: target ?? '',
    ...(ttl !== undefined && { ttlSeconds: ttl }),
  };
}

/** A name is a CNAME once and nothing else: Pi-hole refuses the one and is not defined in the other, so neither is sent, to any instance. */
function refuseClash(record: DnsRecord, states: readonly From<InstanceState>[]): void {
  const clashes = states.flatMap(({ instance, value }) =>
    [
      ...clashesWith(record, value.records),
      ...value.records.filter((stored) => hasOtherTtl(stored, record)),
    ].map((stored) => ({ instance, stored })),
  );
  const [first] = clashes;
  if (!first) return;
  const { name, type, value } = first.stored;
  throw new InputError(
    `${record.name} conflicts: ${clashes.map(({ instance, stored }) => `${instance} has ${recordText(stored)}`).join('; ')}. A name with a CNAME can have no other record`,
    {
      hint: `Nothing was done. Remove it first: dns_remove_record ${JSON.stringify({ domain: name, [type === 'CNAME' ? 'target' : 'ip']: value })}`,
    },
  );
}

/** The same record with another TTL than the one that was asked for. */
const hasOtherTtl = (stored: DnsRecord, record: DnsRecord): boolean =>
  isSameRecord(stored, record) &&
  record.ttlSeconds !== undefined &&
  stored.ttlSeconds !== record.ttlSeconds;

/** A target that leads back to the name: Pi-hole refuses it, after the first instance has been asked. */
function refuseLoop(record: DnsRecord, states: readonly From<InstanceState>[]): void {
  if (record.type !== 'CNAME') return;
  for (const { instance, value } of states) {
    const chain = chainOf(record.value, value.records);
    const end = chain.findIndex((step) => step.value === record.name);
    if (end < 0) continue;
    const names = [...chain.slice(0, end + 1).map(({ name }) => name), record.name];
    throw new InputError(
      `${record.name} cannot lead to ${record.value}: on ${instance} that leads back (${names.join(' → ')}), a circle of CNAMEs`,
      { hint: 'Nothing was done.' },
    );
  }
}

function presenceWarning(record: DnsRecord, { instance, value }: From<InstanceState>): string {
  const ttl = value.records.find((stored) => isSameRecord(stored, record))?.ttlSeconds;
  return ttl === undefined || ttl === record.ttlSeconds
    ? `${instance}: already there.`
    : `${instance}: already there, with a TTL of ${ttl} s.`;
}

/** What will stand beside the new record, or in its way. */
function neighbourWarnings(
  instance: string,
  record: DnsRecord,
  { records }: InstanceState,
): string[] {
  const others = records
    .filter((stored) => stored.name === record.name && stored.type === record.type)
    .map(({ value }) => value);
  if (others.length > 0)
    return [
      `${instance}: conflicting, ${record.name} has ${others.join(', ')} there already; both addresses will be answered, in turn.`,
    ];
  if (record.type !== 'CNAME' || records.some(({ name }) => name === record.value)) return [];
  return [
    `${instance}: ${record.value} is no local record there, so the CNAME will be answered without an address.`,
  ];
}
