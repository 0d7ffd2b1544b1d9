import type { Finding } from '../../../core/health.ts';
import { oneLine } from '../../../core/base/text.ts';
import { plural } from '../../../core/base/units.ts';
import type { Message } from '../schema/index.ts';
import type { Checkup } from './checkup.ts';
import { finding } from './finding.ts';

/** Times the busiest hour of the day before: below it, a noisy night job would be news every day. */
const busiestHourFactor = 1.5;

/** Not only more than usual: also clearly more than the busiest hour of the day before. */
export function errorSpikeFindings(checkup: Checkup): Finding[] {
  if (!checkup.counts?.seenBefore) return [];
  const { errors, errorsBefore } = checkup.counts;
  const { spikeMin, spikeFactor, errorQuery } = checkup.settings;
  let sum = 0;
  for (const hourly of errorsBefore) sum += hourly;
  const mean = sum / errorsBefore.length;
  const busiest = Math.max(...errorsBefore);
  const { total, messages } = errors;
  if (total < spikeMin || total <= spikeFactor * mean || total <= busiestHourFactor * busiest)
    return [];
  const times =
    mean > 0
      ? `${Math.round(total / mean)} times the usual ${mean.toFixed(mean < 10 ? 1 : 0)} an hour`
      : 'and none in the day before';
  const before = mean > 0 ? ` (busiest hour of the day before: ${busiest})` : '';
  const source = mainSource(messages);
  const mostly = source === undefined ? '' : `, mostly from ${oneLine(source, 60)}`;
  return [
    finding(checkup, 'error-spike', {
      severity: 'warning',
      // Many hosts that complain say nothing of Graylog, which only took it down.
      effect: source === undefined ? 'risk' : 'degrades',
      source,
      message: `${plural(total, 'error')} logged in the last hour, ${times}${before}${mostly}`,
      tool: 'search_logs',
      arguments: { query: errorQuery, range: '1h' },
    }),
  ];
}

/** The source of more than half of the newest errors. */
function mainSource(messages: readonly Message[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { source = '' } of messages) counts.set(source, (counts.get(source) ?? 0) + 1);
  const [source, count] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? ['', 0];
  return source !== '' && count * 2 > messages.length ? source : undefined;
}
