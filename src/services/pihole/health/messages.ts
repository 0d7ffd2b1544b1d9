import type { From } from '../../../core/fleet.ts';
import type { Finding, Severity } from '../../../core/health.ts';
import { oneLine } from '../../../core/base/text.ts';
import type { Message } from '../schema/index.ts';
import type { Checkup } from './checkup.ts';
import { iso } from '../../../core/base/units.ts';

/** Types of FTL's diagnosis messages (FTL src/database/message-table.c) that are more than worth knowing. */
const severities: Readonly<Record<string, Severity>> = {
  DNSMASQ_CONFIG: 'critical',
  DISK: 'warning',
  DISK_EXTENDED: 'warning',
  SHMEM: 'warning',
  LIST: 'warning',
  CONNECTION_ERROR: 'warning',
  RATE_LIMIT: 'warning',
  REGEX: 'warning',
  GRAVITY_RESTORED: 'warning',
  VERIFY: 'warning',
};
const dayMs = 86_400_000;

/** One finding a type. Messages stay until somebody dismisses them, so those older than a day are history: worth knowing only. */
export function messageFindings(
  { instance, value: { messages = [] } }: From<Checkup>,
  now: number,
): Finding[] {
  const byType = new Map<string, Message[]>();
  for (const message of messages)
    byType.set(message.type, [...(byType.get(message.type) ?? []), message]);
  return [...byType].map(([type, all]) => {
    const newest = all.reduce((a, b) => (b.at > a.at ? b : a));
    const fresh = now - newest.at < dayMs;
    return {
      id: `pihole.diagnosis/${instance}/${type.toLowerCase()}`,
      severity: fresh ? (severities[type] ?? 'info') : 'info',
      subject: instance,
      message: `${instance} reports ${type}${all.length > 1 ? ` (${all.length} times)` : ''}${fresh ? '' : ', more than a day ago'}: ${JSON.stringify(oneLine(newest.plain, 160))}`,
      since: iso(all.reduce((a, b) => (b.at < a.at ? b : a)).at),
    };
  });
}
