import type { Graylog } from './client.ts';
import type { SearchResult } from './schema/index.ts';
import type { SearchQuestion } from './search.ts';
import { lastSeconds } from './window.ts';

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
  /** Time of the newest message (ms), where it is strangely silent and something is found within eight days. */
  newest?: number | undefined;
}

/** Everything that is counted, as one search; a second one where it is silent. */
export async function countMessages(graylog: Graylog): Promise<MessageCounts> {
  const counts = await countOnce(graylog);
  return isSilent(counts)
    ? { ...counts, newest: await newestMessage(graylog).catch(() => undefined) }
    : counts;
}

async function newestMessage(graylog: Graylog): Promise<number | undefined> {
  const { last } = await graylog.search({
    last: { query: '*', range: lastSeconds(8 * daySeconds), limit: 1 },
  });
  const at = Date.parse(last.messages[0]?.timestamp ?? '');
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
