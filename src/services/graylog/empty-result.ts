import { messageOf } from '../../core/base/errors.ts';
import { nearest } from '../../core/base/nearest.ts';
import { ago, count, day, minute } from '../../core/base/units.ts';
import type { Graylog } from './client.ts';
import { lagSeconds, readJournals } from './journal.ts';
import type { SearchResult, Stream } from './schema/index.ts';
import { isoMillis, type SearchWindow } from './window.ts';

interface EmptySearch {
  query: string;
  window: SearchWindow;
  stream: Stream | undefined;
}

/** Why a search found nothing: a wrong query, a quiet window, or indexing that is behind. One sentence each; what could not be found out is said. */
export async function explainEmptyResult(
  graylog: Graylog,
  { query, window, stream }: EmptySearch,
): Promise<string[]> {
  const streams = stream && [stream.id];
  const now = graylog.now();
  const week = {
    type: 'absolute' as const,
    from: isoMillis(now - 7 * day),
    to: isoMillis(now + day),
  };
  const [fieldNotes, inWindow, inWeek, backlogNotes] = await Promise.all([
    unknownFieldNotes(graylog, query, window, streams).catch(() => []),
    graylog
      .search({ any: { query: '*', range: window.range, streams, limit: 1 } })
      .catch(() => undefined),
    graylog
      .search({
        same: { query, range: week, streams, limit: 1 },
        any: { query: '*', range: week, streams, limit: 1 },
      })
      .catch(() => undefined),
    readBacklogNotes(graylog).catch((error: unknown) => [
      `Whether indexing is behind could not be checked: ${messageOf(error).message}.`,
    ]),
  ]);
  return [
    ...fieldNotes,
    ...(stream?.disabled
      ? [`The stream ${stream.title} is disabled: nothing is routed into it.`]
      : []),
    ...(inWindow ? [windowNote(inWindow.any, inWeek?.any, now)] : []),
    ...(inWeek && inWindow && inWindow.any.total + inWeek.any.total > 0 && query !== '*'
      ? [weekNote(inWeek.same, now)]
      : []),
    ...backlogNotes,
  ];
}

async function unknownFieldNotes(
  graylog: Graylog,
  query: string,
  { range }: SearchWindow,
  streams: readonly string[] | undefined,
): Promise<string[]> {
  const { explanations } = await graylog.validate(query, range, streams);
  const unknown = [
    ...new Set(
      explanations.flatMap(({ error_type, related_property }) =>
        error_type === 'UNKNOWN_FIELD' && related_property ? [related_property] : [],
      ),
    ),
  ];
  if (unknown.length === 0) return [];
  const known = await graylog.fields();
  return unknown.map((field) => {
    const near = nearest(field, known);
    return `Wrong query: no message has a field called ${field}${near ? `; did you mean ${near}?` : '.'}`;
  });
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
  const clock =
    last > now + minute ? ' That lies in the future: the sender has a wrong clock.' : '';
  return `The same query finds ${count(same.total)} in the last 7 days, the newest of ${isoMillis(last)} (${ago(last, now)}).${clock}`;
}

async function readBacklogNotes(graylog: Graylog): Promise<string[]> {
  return (await readJournals(graylog)).flatMap(({ node, journal }) =>
    journal && lagSeconds(journal) > 60
      ? [
          `Indexing is behind: ${count(journal.uncommitted)} messages wait in the journal of ${node.hostname} (read at ${journal.readPerSecond}/s), so the newest cannot be found yet.`,
        ]
      : [],
  );
}
