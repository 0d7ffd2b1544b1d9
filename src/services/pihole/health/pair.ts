import type { From } from '../../../core/fleet.ts';
import type { Finding } from '../../../core/health.ts';
import { plural } from '../../../core/base/units.ts';
import { compareRecords } from '../drift.ts';
import { recordText, recordsOf } from '../records.ts';
import type { Checkup } from './checkup.ts';

/** What only shows when the instances are seen side by side. */
export const pairFindings = (all: readonly From<Checkup>[]): Finding[] => [
  ...records(all),
  ...settings(all),
];

function records(all: readonly From<Checkup>[]): Finding[] {
  const known = all.flatMap(({ instance, value: { dns } }) =>
    dns ? [{ instance, records: recordsOf(dns) }] : [],
  );
  const apart = compareRecords(known).filter(({ missingOn }) => missingOn.length > 0);
  if (known.length < 2 || apart.length === 0) return [];
  return [
    {
      id: 'pihole.records-apart/records',
      severity: 'warning',
      subject: 'local DNS records',
      message: `${plural(apart.length, 'local record')} ${apart.length === 1 ? 'is' : 'are'} not the same on ${known.map(({ instance }) => instance).join(' and ')}: clients get different answers`,
      evidence: [
        ...apart
          .slice(0, 5)
          .map((record) => `${recordText(record)} only on ${record.on.join(', ')}`),
        ...(apart.length > 5 ? [`${apart.length - 5} more`] : []),
      ].join('; '),
      next: { tool: 'dns_list_records', arguments: { drift: true } },
    },
  ];
}

/** Different upstreams or versions may be meant. */
function settings(all: readonly From<Checkup>[]): Finding[] {
  const differ = (what: string, of: (looked: Checkup) => string | undefined): Finding[] => {
    const known = all.flatMap(({ instance, value }) => {
      const said = of(value);
      return said === undefined ? [] : [{ instance, said }];
    });
    if (new Set(known.map(({ said }) => said)).size < 2) return [];
    return [
      {
        id: `pihole.settings-apart/${what}`,
        severity: 'info',
        subject: what,
        message: `${what} differ: ${known.map(({ instance, said }) => `${instance} ${said}`).join('; ')}`,
      },
    ];
  };
  return [
    ...differ('upstreams', ({ dns }) => dns?.upstreams.toSorted().join(', ')),
    ...differ('versions', ({ version }) => version),
  ];
}
