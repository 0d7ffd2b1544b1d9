import type { Finding } from '../../../core/health.ts';
import { ago, count as written, iso, plural } from '../../../core/base/units.ts';
import { oneLine } from '../../../core/base/text.ts';
import type { Graylog } from '../client.ts';
import type { Found } from '../schema/search.ts';
import type { Question } from '../search.ts';
import { lastSeconds } from '../window.ts';
import { found, type Place } from './finding.ts';

const hour = 3_600;
const day = 86_400;
const hours = Array.from({ length: 24 }, (_, i) => i + 1);
const days = [1, 2, 3, 4, 5, 6, 7];
/** So many messages in a window make a flow that can stop; a few make chance. */
const flow = 20;
/** Enough messages to see where most errors come from. */
const sample = 20;

export interface Counts {
  /** Errors of the last hour. */
  errors: Found;
  /** Errors of each of the 24 hours before it. */
  errorsBefore: number[];
  /** New messages of the last minutes. */
  recent: number;
  /** Messages of the same minutes on each of the 7 days before. */
  recentBefore: number[];
  /** Whether anything at all was stored in the 24 hours before the last one. */
  known: boolean;
  /** Time of the newest message (ms), where it is strangely silent and something is found within eight days. */
  newest?: number | undefined;
}

/** Everything that is counted, as one search; a second one where it is silent. */
export async function counts(graylog: Graylog): Promise<Counts> {
  const counted = await count(graylog);
  return isSilent(counted)
    ? { ...counted, newest: await newestOf(graylog).catch(() => undefined) }
    : counted;
}

async function newestOf(graylog: Graylog): Promise<number | undefined> {
  const { last } = await graylog.search({
    last: { query: '*', range: lastSeconds(8 * day), limit: 1 },
  });
  const at = Date.parse(last.messages[0]?.timestamp ?? '');
  return Number.isNaN(at) ? undefined : at;
}

async function count(graylog: Graylog): Promise<Counts> {
  const { errorQuery, silenceMinutes } = graylog.settings;
  const window = silenceMinutes * 60;
  const back = (query: string, to: number, length: number): Question => ({
    query,
    range: { type: 'relative', from: to + length, to },
    limit: 1,
  });
  const asked: Record<string, Question> = {
    errors: { query: errorQuery, range: lastSeconds(hour), limit: sample },
    recent: { query: '*', range: lastSeconds(window), limit: 1 },
    before: back('*', hour, day),
    ...Object.fromEntries(hours.map((n) => [`hour${n}`, back(errorQuery, n * hour, hour)])),
    ...Object.fromEntries(days.map((n) => [`day${n}`, back('*', n * day, window)])),
  };
  const answer = await graylog.search(asked);
  const total = (name: string): number => answer[name]?.total ?? 0;
  const { errors } = answer;
  if (!errors) throw new Error('the search lost a question');
  return {
    errors,
    errorsBefore: hours.map((n) => total(`hour${n}`)),
    recent: total('recent'),
    recentBefore: days.map((n) => total(`day${n}`)),
    known: total('before') > 0,
  };
}

/** Not only more than usual: also clearly more than the busiest hour of the day before, so that a noisy night job is no news. */
export function errorSpike(
  { errors: { total, messages }, errorsBefore, known }: Counts,
  place: Place,
): Finding[] {
  const { spikeMin, spikeFactor, errorQuery } = place.settings;
  const mean = errorsBefore.reduce((sum, one) => sum + one, 0) / errorsBefore.length;
  const busiest = Math.max(...errorsBefore);
  if (!known || total < spikeMin || total <= spikeFactor * mean || total <= 1.5 * busiest)
    return [];
  const times =
    mean > 0
      ? `${Math.round(total / mean)} times the usual ${mean.toFixed(mean < 10 ? 1 : 0)} an hour`
      : 'and none in the day before';
  return [
    found(place, 'error-spike', {
      severity: 'warning',
      message: `${plural(total, 'error')} logged in the last hour, ${times}${mean > 0 ? ` (busiest hour of the day before: ${busiest})` : ''}${mostly(messages)}`,
      tool: 'search_logs',
      arguments: { query: errorQuery, range: '1h' },
    }),
  ];
}

/** The source of more than half of the newest errors. */
function mostly(messages: Found['messages']): string {
  const bySource = new Map<string, number>();
  for (const { source = '' } of messages) bySource.set(source, (bySource.get(source) ?? 0) + 1);
  const [source, n] = [...bySource].sort((a, b) => b[1] - a[1])[0] ?? ['', 0];
  return source !== '' && n * 2 > messages.length ? `, mostly from ${oneLine(source, 60)}` : '';
}

const usual = ({ recentBefore }: Counts): number[] => recentBefore.filter((one) => one >= flow);

/** Nothing new although something came at this time on at least two of the last seven days. */
const isSilent = (counts: Counts): boolean => counts.recent === 0 && usual(counts).length >= 2;

/** Silence where messages used to come. What arrives but cannot be found yet is another matter. */
export function silence(
  counts: Counts,
  inputPerSecond: number | undefined,
  place: Place,
): Finding[] {
  if (!isSilent(counts)) return [];
  const { newest } = counts;
  const { silenceMinutes } = place.settings;
  const since = newest === undefined ? {} : { since: iso(newest) };
  const last = newest === undefined ? '' : `, the newest is of ${ago(newest, place.now)}`;
  if (inputPerSecond !== undefined && inputPerSecond > 0) {
    return [
      found(place, 'indexing-behind', {
        severity: 'critical',
        ...since,
        message: `Messages arrive (${inputPerSecond} msg/s) but none of the last ${silenceMinutes} min can be found${last}`,
      }),
    ];
  }
  return [
    found(place, 'ingest-stopped', {
      severity: 'critical',
      ...since,
      message: `No new message in the last ${silenceMinutes} min${last}; at this time of day ${written(Math.min(...usual(counts)))} or more are usual`,
    }),
  ];
}
