import type { Graylog } from './client.ts';
import type { SearchResult } from './schema/index.ts';
import type { SearchQuestion } from './search.ts';
import type { Settings } from './settings.ts';
import { isoMillis, lastSeconds } from './window.ts';

/** Graylog counts its relative ranges in seconds. */
const hourSeconds = 3_600;
const daySeconds = 86_400;

const hours = Array.from({ length: 24 }, (_, i) => i + 1);
const days = [1, 2, 3, 4, 5, 6, 7];

/** So many messages in a window make a flow that can stop; a few make chance. */
const flowMessages = 20;

/** Enough messages to see where most errors come from. */
const errorSample = 20;

/** How many messages came when. */
export interface MessageCounts {
  /** Errors of the last hour. */
  errors: SearchResult;
  /** Errors of each of the 24 hours before it. */
  errorsBefore: number[];
  /** New messages of the last minutes. */
  recent: number;
  /** Messages of the same minutes on each of the 7 days before. */
  recentBefore: number[];
  /** Whether anything at all was stored in the 24 hours before the last one. */
  seenBefore: boolean;
  /** What is known of the silence, where it is silent. */
  silence?: Silence | undefined;
}

/** Why nothing new is found; moments in ms. */
export interface Silence {
  /** Time of the newest message that does not lie in the future, where something is found within eight days. */
  newest: number | undefined;
  /** The message that arrived last, where Graylog tells when that was: its time is what its sender said. */
  arrived: { at: number; timestamp: number; source: string } | undefined;
}

/** Everything that is counted, as one search; further ones where it is silent. */
export async function countMessages(graylog: Graylog): Promise<MessageCounts> {
  const counts = await countOnce(graylog);
  if (!isSilent(counts)) return counts;
  const [newest, arrived] = await Promise.all([
    newestMessage(graylog).catch(() => undefined),
    lastArrival(graylog).catch(() => undefined),
  ]);
  return { ...counts, silence: { newest, arrived } };
}

async function newestMessage(graylog: Graylog): Promise<number | undefined> {
  const { last } = await graylog.search({
    last: { query: '*', range: lastSeconds(8 * daySeconds), limit: 1 },
  });
  const at = Date.parse(last.messages[0]?.timestamp ?? '');
  return Number.isNaN(at) ? undefined : at;
}

/** Clocks are wrong by a zone, which is at most this many hours. */
const zoneHours = 26;

async function lastArrival(graylog: Graylog): Promise<Silence['arrived']> {
  const now = graylog.now();
  const { last } = await graylog.search({
    last: {
      query: '*',
      range: {
        type: 'absolute',
        from: isoMillis(now - zoneHours * hourSeconds * 1000),
        to: isoMillis(now + zoneHours * hourSeconds * 1000),
      },
      limit: 1,
      sortBy: 'gl2_receive_timestamp',
    },
  });
  const [message] = last.messages;
  const at = receivedAt(message?.fields['gl2_receive_timestamp']);
  const timestamp = Date.parse(message?.timestamp ?? '');
  return at === undefined || Number.isNaN(timestamp)
    ? undefined
    : { at, timestamp, source: message?.source ?? '' };
}

/** `2026-11-23 09:30:00.000`, which is UTC and does not say so. */
function receivedAt(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  const at = Date.parse(/[Zz]$/.test(text) ? text : `${text.replace(' ', 'T')}Z`);
  return Number.isNaN(at) ? undefined : at;
}

async function countOnce(graylog: Graylog): Promise<MessageCounts> {
  const { errorQuery, silenceMinutes } = graylog.settings;
  const window = silenceMinutes * 60;
  const ending = (query: string, secondsAgo: number, length: number): SearchQuestion => ({
    query,
    range: { type: 'relative', from: secondsAgo + length, to: secondsAgo },
    limit: 1,
  });
  const questions: Record<string, SearchQuestion> = {
    errors: { query: errorQuery, range: lastSeconds(hourSeconds), limit: errorSample },
    recent: { query: '*', range: lastSeconds(window), limit: 1 },
    before: ending('*', hourSeconds, daySeconds),
    ...Object.fromEntries(
      hours.map((n) => [`hour${n}`, ending(errorQuery, n * hourSeconds, hourSeconds)]),
    ),
    ...Object.fromEntries(days.map((n) => [`day${n}`, ending('*', n * daySeconds, window)])),
  };
  const results = await graylog.search(questions);
  const total = (name: string): number => results[name]?.total ?? 0;
  const { errors } = results;
  if (!errors) throw new Error('the search lost a question');
  return {
    errors,
    errorsBefore: hours.map((n) => total(`hour${n}`)),
    recent: total('recent'),
    recentBefore: days.map((n) => total(`day${n}`)),
    seenBefore: total('before') > 0,
  };
}

/** The counts of those of the last seven days on which messages flowed at this time. */
export const usualCounts = ({ recentBefore }: MessageCounts): number[] =>
  recentBefore.filter((messages) => messages >= flowMessages);

/** Nothing new although something came at this time on at least two of the last seven days. */
export const isSilent = (counts: MessageCounts): boolean =>
  counts.recent === 0 && usualCounts(counts).length >= 2;

/** Messages a second at this time of day, by the mean of the last seven days; undefined where there is no such flow. */
export function usualPerSecond(
  counts: MessageCounts,
  { silenceMinutes }: Pick<Settings, 'silenceMinutes'>,
): number | undefined {
  const usual = counts.recentBefore.filter((messages) => messages > 0);
  if (usual.length === 0) return undefined;
  let sum = 0;
  for (const messages of usual) sum += messages;
  return sum / usual.length / (silenceMinutes * 60);
}
