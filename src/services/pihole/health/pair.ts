import type { From } from '../../../core/fleet.ts';
import type { Finding } from '../../../core/health.ts';
import { plural } from '../../../core/base/units.ts';
import { compareRecords } from '../drift.ts';
import { recordsOf, recordText } from '../records.ts';
import type { Checkup } from './checkup.ts';
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

function recordFindings(checkups: readonly From<Checkup>[]): Finding[] {
  const known = checkups.flatMap(({ instance, value: { dns } }) =>
    dns ? [{ instance, records: recordsOf(dns) }] : [],
  );
  const apart = compareRecords(known).filter(({ missingOn }) => missingOn.length > 0);
  if (known.length < 2 || apart.length === 0) return [];
  const names = known.map(({ instance }) => instance).join(' and ');
  const evidence = apart
    .slice(0, namedRecords)
    .map((record) => `${recordText(record)} only on ${record.on.join(', ')}`);
  if (apart.length > namedRecords) evidence.push(`${apart.length - namedRecords} more`);
  return [
    finding('records-apart', 'records', {
      severity: 'warning',
      subject: 'local DNS records',
      message: `${plural(apart.length, 'local record')} ${apart.length === 1 ? 'is' : 'are'} not the same on ${names}: clients get different answers`,
      evidence: evidence.join('; '),
      next: { tool: 'dns_list_records', arguments: { drift: true } },
    }),
  ];
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
      message: `${setting} differ: ${texts.map(({ instance, text }) => `${instance} ${text}`).join('; ')}`,
    }),
  ];
}
