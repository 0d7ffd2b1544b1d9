import type { Finding } from '../../../core/health.ts';
import { ago, count, iso } from '../../../core/base/units.ts';
import { isSilent, usualCounts } from '../message-counts.ts';
import type { Checkup } from './checkup.ts';
import { finding } from './finding.ts';

/** Silence where messages used to come. What arrives but cannot be found yet is another matter. */
export function ingestFindings(checkup: Checkup): Finding[] {
  const { counts, inputPerSecond, settings, now } = checkup;
  if (!counts || !isSilent(counts)) return [];
  const { newest } = counts;
  const { silenceMinutes } = settings;
  const since = newest === undefined ? {} : { since: iso(newest) };
  const last = newest === undefined ? '' : `, the newest is of ${ago(newest, now)}`;
  if (inputPerSecond !== undefined && inputPerSecond > 0)
    return [
      finding(checkup, 'indexing-behind', {
        severity: 'critical',
        ...since,
        message: `Messages arrive (${inputPerSecond} msg/s) but none of the last ${silenceMinutes} min can be found${last}`,
      }),
    ];
  return [
    finding(checkup, 'ingest-stopped', {
      severity: 'critical',
      ...since,
      message: `No new message in the last ${silenceMinutes} min${last}; at this time of day ${count(Math.min(...usualCounts(counts)))} or more are usual`,
    }),
  ];
}
