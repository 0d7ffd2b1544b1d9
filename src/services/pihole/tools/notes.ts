import type { Fleet, From } from '../../../core/fleet.ts';
import { canonicalAddress, inNetwork } from '../../../core/base/address.ts';
import type { Reads } from '../client.ts';
import type { InstanceState } from '../preconditions.ts';
import type { DnsRecord } from '../records.ts';

/** What somebody who knows the network would ask back before this record is added. Notes, no objections: each may be meant. */
export async function additionNotes(
  record: DnsRecord,
  affected: readonly From<InstanceState>[],
  pihole: Fleet<Reads>,
): Promise<string[]> {
  const records = affected.flatMap(({ value }) => value.records);
  const seen = await Promise.all(
    affected.map(async ({ instance, value }) => [
      ...(await blockNotes(record, instance, pihole.on(instance))),
      ...(value.serves ? await answerNotes(record, instance, value, pihole.on(instance)) : []),
    ]),
  );
  return [...nameNotes(record, records), ...addressNotes(record, records), ...seen.flat()];
}

/** From this share of the names (0..1) on, a common ending is the domain of the network. */
const usualShare = 0.5;

/** A name without the ending that the others have: with a search domain nobody asks for it as it stands. */
function nameNotes({ name }: DnsRecord, records: readonly DnsRecord[]): string[] {
  if (name.includes('.')) return [];
  const usual = usualDomain(records);
  return [
    usual === undefined
      ? `${name} is a bare name: where clients add a search domain, nobody asks for it as it stands.`
      : `${name} is a bare name, while other records end in ${usual}: clients with that search domain ask for ${name}.${usual}.`,
  ];
}

/** The domain that most names stand in; undefined where there is none. */
function usualDomain(records: readonly DnsRecord[]): string | undefined {
  const names = [...new Set(records.map(({ name }) => name))];
  const counts = new Map<string, number>();
  for (const name of names) {
    const domain = name.slice(name.indexOf('.') + 1);
    if (domain !== name) counts.set(domain, (counts.get(domain) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most && most[1] >= names.length * usualShare ? most[0] : undefined;
}

/** Networks whose addresses are no machine of the network, and what they are. */
const specialNetworks: readonly [network: string, prefix: number, what: string][] = [
  ['127.0.0.0', 8, 'is whichever machine asks'],
  ['::1', 128, 'is whichever machine asks'],
  ['0.0.0.0', 32, 'is no address: it blocks the name'],
  ['::', 128, 'is no address: it blocks the name'],
  ['169.254.0.0', 16, 'is link-local: it changes, and is reached from its own network only'],
  ['fe80::', 10, 'is link-local: it is reached from its own network only'],
  ['224.0.0.0', 4, 'is a multicast address'],
  ['ff00::', 8, 'is a multicast address'],
];

function addressNotes({ type, name, value }: DnsRecord, records: readonly DnsRecord[]): string[] {
  if (type === 'CNAME') return [];
  const special = specialNetworks.find(([network, prefix]) => inNetwork(value, network, prefix));
  const others = [
    ...new Set(
      records
        .filter((other) => other.value === value && other.name !== name)
        .map((other) => other.name),
    ),
  ].sort();
  return [
    ...(special ? [`${value} ${special[2]}.`] : []),
    ...(others.length > 0
      ? [
          `${value} is also ${others.slice(0, 3).join(', ')}${others.length > 3 ? ` and ${others.length - 3} more` : ''}.`,
        ]
      : []),
  ];
}

/** A list comes before a local record: the name will be answered as blocked. */
async function blockNotes({ name }: DnsRecord, instance: string, pihole: Reads): Promise<string[]> {
  const blockers = await pihole.blockers(name);
  return blockers.length === 0
    ? []
    : [
        `${instance}: ${name} is on a blocklist (${blockers.join(', ')}), which comes first: the record will be stored and not answered.`,
      ];
}

/** Addresses that mean "blocked" are no answer that anybody would miss. */
const isReal = (value: string): boolean =>
  !['0.0.0.0', '::'].includes(canonicalAddress(value) ?? '');

/** A name that has an answer from elsewhere, the internet as a rule: the record takes its place. */
async function answerNotes(
  { name, type, value }: DnsRecord,
  instance: string,
  { records }: InstanceState,
  pihole: Reads,
): Promise<string[]> {
  if (records.some((stored) => stored.name === name)) return [];
  const reply = await pihole.ask(name, type === 'AAAA' ? 'AAAA' : 'A').catch(() => undefined);
  const answers = (reply?.records ?? []).filter(
    (record) => (record.type === 'A' || record.type === 'AAAA') && record.value !== value,
  );
  const addresses = answers.map((record) => record.value).filter(isReal);
  return addresses.length === 0
    ? []
    : [
        `${instance}: ${name} has an answer from elsewhere now (${addresses.slice(0, 3).join(', ')}), which the record replaces.`,
      ];
}
