import type { From } from '../../../core/fleet.ts';
import type { Finding, Severity } from '../../../core/health.ts';
import type { Effect } from '../../../core/map.ts';
import { oneLine } from '../../../core/base/text.ts';
import { day, iso } from '../../../core/base/units.ts';
import { instanceRef } from '../refs.ts';
import type { Message } from '../schema/index.ts';
import type { Checkup } from './checkup.ts';
import { finding } from './finding.ts';
import { isSilent } from './resolver.ts';

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

/** One finding a type. Messages stay until somebody dismisses them, so those older than a day are history: worth knowing only. `now` is in ms. */
export function messageFindings(
  { instance, value: { messages = [], resolver } }: From<Checkup>,
  now: number,
): Finding[] {
  const messagesByType = new Map<string, Message[]>();
  for (const message of messages)
    messagesByType.set(message.type, [...(messagesByType.get(message.type) ?? []), message]);
  return [...messagesByType].flatMap(([type, group]) =>
    typeFindings(instance, type, group, isSilent(resolver), now),
  );
}

function typeFindings(
  instance: string,
  type: string,
  group: readonly Message[],
  isStopped: boolean,
  now: number,
): Finding[] {
  const newestFirst = group.toSorted((a, b) => b.at - a.at);
  const [newest, oldest] = [newestFirst.at(0), newestFirst.at(-1)];
  if (!newest || !oldest) return [];
  const fresh = now - newest.at < day;
  const times = group.length > 1 ? ` (${group.length} times)` : '';
  const text = JSON.stringify(oneLine(newest.plain, 160));
  const severity = fresh ? (severities[type] ?? 'info') : 'info';
  return [
    finding('diagnosis', `${instance}/${type.toLowerCase()}`, {
      severity,
      about: [instanceRef(instance)],
      effect: effectOf(severity, isStopped),
      subject: instance,
      message: `${instance} reports ${type}${times}${fresh ? '' : ', more than a day ago'}: ${text}`,
      since: iso(oldest.at),
    }),
  ];
}

/** What FTL calls critical is why its resolver does not start; where that answers, it has been put right since. */
function effectOf(severity: Severity, isStopped: boolean): Effect {
  if (severity === 'info') return 'note';
  return severity === 'critical' && isStopped ? 'stops' : 'risk';
}
