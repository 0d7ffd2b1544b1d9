import type { Finding } from '../../../core/health.ts';
import { ago, count, duration, iso, minute } from '../../../core/base/units.ts';
import { oneLine } from '../../../core/base/text.ts';
import { isSilent, usualCounts, type Silence } from '../message-counts.ts';
import type { Checkup } from './checkup.ts';
import { finding } from './finding.ts';

/** Silence where messages used to come. What arrives but cannot be found yet, or stands under another time, is another matter. */
export function ingestFindings(checkup: Checkup): Finding[] {
  const { counts, inputPerSecond, settings, now } = checkup;
  if (!counts || !isSilent(counts)) return [];
  const { newest, arrived } = counts.silence ?? {};
  const { silenceMinutes } = settings;
  if (arrived && now - arrived.at < silenceMinutes * minute) return [wrongClock(checkup, arrived)];
  const since = newest === undefined ? {} : { since: iso(newest) };
  const last = newest === undefined ? '' : `, the newest is of ${ago(newest, now)}`;
  if (inputPerSecond !== undefined && inputPerSecond > 0)
    return [
      finding(checkup, 'indexing-behind', {
        severity: 'critical',
        effect: 'degrades',
        ...since,
        message: `Messages arrive (${count(inputPerSecond)} msg/s) but none of the last ${silenceMinutes} min can be found${last}`,
      }),
    ];
  return [
    finding(checkup, 'ingest-stopped', {
      severity: 'critical',
      effect: 'degrades',
      ...since,
      message: `No new message in the last ${silenceMinutes} min${last}; at this time of day ${count(Math.min(...usualCounts(counts)))} or more are usual`,
    }),
  ];
}

/** Messages are stored as they arrive, under a time that is not that of their arrival: usually a zone that one side does not know of. */
function wrongClock(
  checkup: Checkup,
  { at, timestamp, source }: NonNullable<Silence['arrived']>,
): Finding {
  const off = duration(Math.abs(timestamp - at) / 1000);
  const where = source === '' ? '' : ` (the last one from ${oneLine(source, 60)})`;
  return finding(checkup, 'sender-clock', {
    severity: 'warning',
    effect: 'degrades',
    message: `Messages arrive and are stored, but their senders write a time that is ${off} ${timestamp > at ? 'ahead' : 'behind'}${where}: nothing can be found in the last ${checkup.settings.silenceMinutes} min. Look at clock and time zone of the senders, or of the input`,
    tool: 'search_logs',
    arguments: {
      start: iso(Math.min(timestamp, at) - minute),
      end: iso(Math.max(timestamp, at) + minute),
      limit: 5,
    },
  });
}
