import { messageOf } from '../../core/base/errors.ts';
import { ago, count, day, minute } from '../../core/base/units.ts';
import type { Graylog } from './client.ts';
import { isStuck, lagSeconds, readBacklog, type Backlog } from './journal.ts';
import { readNodes } from './permitted-lists.ts';
import type { SearchResult, Stream } from './schema/index.ts';
import { isoMillis, type SearchWindow, type TimeRange } from './window.ts';

interface EmptySearch {
  query: string;
  window: SearchWindow;
  stream: Stream | undefined;
}

/** Why a search found nothing: a quiet window, or indexing that is behind. One sentence each; what could not be found out is said. */
export async function explainEmptyResult(
  graylog: Graylog,
  { query, window, stream }: EmptySearch,
): Promise<string[]> {
  const streams = stream && [stream.id];
  const now = graylog.now();
  const between = (from: number, to: number): TimeRange => ({
    type: 'absolute',
    from: isoMillis(from),
    to: isoMillis(to),
  });
  // A message from the future would hide the newest real one.
  const week = between(now - 7 * day, now + minute);
  const future = between(now + minute, now + 2 * day);
  const [inWindow, inWeek, ahead, backlogNotes] = await Promise.all([
    graylog
      .search({ any: { query: '*', range: window.range, streams, limit: 1 } })
      .catch(() => undefined),
    graylog
      .search({
        same: { query, range: week, streams, limit: 1 },
        any: { query: '*', range: week, streams, limit: 1 },
      })
      .catch(() => undefined),
    graylog.search({ same: { query, range: future, streams, limit: 1 } }).catch(() => undefined),
    readBacklogNotes(graylog).catch((error: unknown) => [
      `Whether indexing is behind could not be checked: ${messageOf(error).message}.`,
    ]),
  ]);
  const anything = (inWindow?.any.total ?? 0) + (inWeek?.any.total ?? 0) > 0;
  return [
    ...(stream?.disabled
      ? [`The stream ${stream.title} is disabled: nothing is routed into it.`]
      : []),
    ...(inWindow ? [windowNote(inWindow.any, inWeek?.any, now)] : []),
    ...(inWeek && inWindow && anything && query !== '*' ? [weekNote(inWeek.same, now)] : []),
    ...(ahead ? futureNotes(ahead.same, now) : []),
    ...backlogNotes,
  ];
}

/** Milliseconds; NaN where nothing is. */
const newest = (result: SearchResult | undefined): number =>
  Date.parse(result?.messages[0]?.timestamp ?? '');

function windowNote(inWindow: SearchResult, inWeek: SearchResult | undefined, now: number): string {
  if (inWindow.total > 0)
    return `The window is not quiet: it holds ${count(inWindow.total)} other messages, and the query matches none of them.`;
  const quiet = 'The window is quiet: no message of any kind is in it';
  if (inWeek === undefined) return `${quiet}.`;
  const last = newest(inWeek);
  return Number.isNaN(last)
    ? `${quiet}; none was stored in the last 7 days either.`
    : `${quiet}; the newest stored one is of ${isoMillis(last)} (${ago(last, now)}).`;
}

function weekNote(same: SearchResult, now: number): string {
  const last = newest(same);
  if (same.total === 0 || Number.isNaN(last))
    return 'The same query finds nothing in the last 7 days.';
  return `The same query finds ${count(same.total)} in the last 7 days, the newest of ${isoMillis(last)} (${ago(last, now)}).`;
}

function futureNotes(same: SearchResult, now: number): string[] {
  const last = newest(same);
  if (same.total === 0 || Number.isNaN(last)) return [];
  return [
    `The same query finds ${count(same.total)} with a time after now, up to ${isoMillis(last)} (${ago(last, now)}). That lies in the future: the sender has a wrong clock or time zone.`,
  ];
}

/** A few seconds of messages always wait; longer than this they are missed. */
const usualLagSeconds = 60;

async function readBacklogNotes(graylog: Graylog): Promise<string[]> {
  const nodes = (await readNodes(graylog)).flatMap(({ node }) => node ?? []);
  const backlogs = await Promise.all(nodes.map((node) => readBacklog(graylog, node)));
  return backlogs.flatMap((backlog) => backlogNote(backlog) ?? []);
}

function backlogNote(backlog: Backlog): string | undefined {
  const { node, journal, perSecond } = backlog;
  const waiting = journal?.uncommitted ?? 0;
  const wait = `${count(waiting)} ${waiting === 1 ? 'message waits' : 'messages wait'} in the journal of ${node.hostname}`;
  if (node.processing === false)
    return `Message processing is paused on ${node.hostname}: ${waiting > 0 ? `${wait} and cannot be found yet` : 'what arrives cannot be found'}.`;
  if (isStuck(backlog) || (lagSeconds(backlog) > usualLagSeconds && perSecond > 0))
    return `Indexing is behind: ${wait} (processed at ${count(Math.max(0, Math.round(perSecond)))}/s), so the newest cannot be found yet.`;
  return undefined;
}
