import type { From } from '../../../core/fleet.ts';
import type { OwnComparisons, Statement } from '../../../core/drift.ts';
import type { Finding } from '../../../core/health.ts';
import { plural } from '../../../core/base/units.ts';
import { compareRecords, isDrifting, ttlsText, type ComparedRecord } from '../drift.ts';
import { recordsOf, recordText } from '../records.ts';
import { nameRef, pair, severalRefs } from '../refs.ts';
import { hasJustStarted, type Checkup } from './checkup.ts';
import { finding } from './finding.ts';

/** As many records that differ are named, the others are counted. */
const namedRecords = 5;

/** What only shows when the instances are seen side by side. */
export const pairFindings = (checkups: readonly From<Checkup>[]): Finding[] => [
  ...recordFindings(checkups),
  // Different upstreams or versions may be meant.
  ...settingFindings('upstreams', checkups, ({ dns }) => dns?.upstreams.toSorted().join(', ')),
  ...settingFindings('versions', checkups, ({ version }) => version),
];

/** The same record by record, where each of the `names` told its own; what is on its way at this moment is no difference. */
export function pairDrift(
  checkups: readonly From<Checkup>[],
  names: readonly string[],
): OwnComparisons {
  const known = answersOf(checkups);
  if (names.length < 2 || known.length < names.length || isOnTheWay(checkups)) return {};
  const records = compareRecords(known).filter(isDrifting);
  return {
    'pair-apart': records.map((record) => ({
      subject: recordText({ ...record, ttlSeconds: undefined }),
      about: nameRef(record.name),
      statements: statementsOf(record),
      next: { tool: 'dns_list_records', arguments: { drift: true } },
      finding: `pihole.${record.ttls ? 'ttl' : 'records'}-apart/records`,
    })),
  };
}

const statementsOf = ({ on, missingOn, ttls }: ComparedRecord): Statement[] =>
  ttls
    ? ttls.map(({ instance, ttlSeconds }) => ({
        by: instance,
        says: ttlSeconds === null ? 'has it without a TTL' : `has it with a TTL of ${ttlSeconds} s`,
      }))
    : [
        ...on.map((by) => ({ by, says: 'has it' })),
        ...missingOn.map((by) => ({ by, says: 'does not have it' })),
      ];

const answersOf = (checkups: readonly From<Checkup>[]) =>
  checkups.flatMap(({ instance, value: { dns } }) =>
    dns ? [{ instance, records: recordsOf(dns) }] : [],
  );

function recordFindings(checkups: readonly From<Checkup>[]): Finding[] {
  const known = answersOf(checkups);
  if (known.length < 2) return [];
  const names = known.map(({ instance }) => instance).join(' and ');
  const compared = compareRecords(known);
  const next = { tool: 'dns_list_records', arguments: { drift: true } };
  const apart = compared.filter(({ missingOn }) => missingOn.length > 0);
  const otherTtl = compared.filter(({ ttls }) => ttls !== undefined);
  const findings: Finding[] = [];
  if (apart.length > 0)
    findings.push(
      finding('records-apart', 'records', {
        severity: isOnTheWay(checkups) ? 'info' : 'warning',
        subject: 'local DNS records',
        about: severalRefs(apart.map(({ name }) => nameRef(name))),
        effect: isOnTheWay(checkups) ? 'note' : 'risk',
        message: `${plural(apart.length, 'local record')} ${apart.length === 1 ? 'is' : 'are'} not the same on ${names}: clients get different answers${isOnTheWay(checkups) ? '. One of them is being changed, or was restarted a moment ago: look again before you believe it' : ''}`,
        evidence: few(apart, (record) => `${recordText(record)} only on ${record.on.join(', ')}`),
        next,
      }),
    );
  if (otherTtl.length > 0)
    findings.push(
      finding('ttl-apart', 'records', {
        severity: 'info',
        subject: 'local DNS records',
        about: severalRefs(otherTtl.map(({ name }) => nameRef(name))),
        effect: 'note',
        message: `${plural(otherTtl.length, 'CNAME')} ${otherTtl.length === 1 ? 'has' : 'have'} another TTL on ${names}: the answers are the same`,
        evidence: few(otherTtl, ({ name, ttls = [] }) => `${name}: ${ttlsText(ttls)}`),
        next,
      }),
    );
  return findings;
}

/** A change reaches one instance after the other, and restarts each for a CNAME: until it is through, they are not the same. */
const isOnTheWay = (checkups: readonly From<Checkup>[]): boolean =>
  checkups.some(({ value }) => value.isChanging || hasJustStarted(value));

function few(
  records: readonly ComparedRecord[],
  textOf: (record: ComparedRecord) => string,
): string {
  const texts = records.slice(0, namedRecords).map(textOf);
  if (records.length > namedRecords) texts.push(`${records.length - namedRecords} more`);
  return texts.join('; ');
}

function settingFindings(
  setting: string,
  checkups: readonly From<Checkup>[],
  textOf: (checkup: Checkup) => string | undefined,
): Finding[] {
  const texts = checkups.flatMap(({ instance, value }) => {
    const text = textOf(value);
    return text === undefined ? [] : [{ instance, text }];
  });
  if (new Set(texts.map(({ text }) => text)).size < 2) return [];
  return [
    finding('settings-apart', setting, {
      severity: 'info',
      about: [pair],
      effect: 'note',
      message: `${setting} differ: ${texts.map(({ instance, text }) => `${instance} ${text}`).join('; ')}`,
    }),
  ];
}
