import { messageOf } from '../../core/base/errors.ts';
import { nearest } from '../../core/base/nearest.ts';
import { count, ago } from '../../core/base/units.ts';
import { journals, lagSeconds } from './journal.ts';
import type { Graylog } from './client.ts';
import type { Found } from './schema/search.ts';
import type { Stream } from './schema/streams.ts';
import { stamp, type Window } from './window.ts';

interface Asked {
  query: string;
  window: Window;
  stream: Stream | undefined;
}

const day = 86_400_000;

/** Why a search found nothing: a wrong query, a quiet window, or indexing that is behind. One sentence each; what could not be found out is said. */
export async function whyNothing(
  graylog: Graylog,
  { query, window, stream }: Asked,
): Promise<string[]> {
  const streams = stream && [stream.id];
  const now = graylog.now();
  const week = { type: 'absolute' as const, from: stamp(now - 7 * day), to: stamp(now + day) };
  const [fields, inWindow, inWeek, waiting] = await Promise.all([
    unknownFields(graylog, query, window, streams).catch(() => []),
    graylog
      .search({ any: { query: '*', range: window.range, streams, limit: 1 } })
      .catch(() => undefined),
    graylog
      .search({
        same: { query, range: week, streams, limit: 1 },
        any: { query: '*', range: week, streams, limit: 1 },
      })
      .catch(() => undefined),
    behind(graylog).catch((error: unknown) => [
      `Whether indexing is behind could not be checked: ${messageOf(error).message}.`,
    ]),
  ]);
  return [
    ...fields,
    ...(stream?.disabled
      ? [`The stream ${stream.title} is disabled: nothing is routed into it.`]
      : []),
    ...(inWindow ? [windowSays(inWindow.any, inWeek?.any, now)] : []),
    ...(inWeek && inWindow && inWindow.any.total + inWeek.any.total > 0 && query !== '*'
      ? [weekSays(inWeek.same, now)]
      : []),
    ...waiting,
  ];
}

async function unknownFields(
  graylog: Graylog,
  query: string,
  { range }: Window,
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

const newest = (found: Found | undefined): number =>
  Date.parse(found?.messages[0]?.timestamp ?? '');

function windowSays(inWindow: Found, inWeek: Found | undefined, now: number): string {
  if (inWindow.total > 0)
    return `The window is not quiet: it holds ${count(inWindow.total)} other messages, and the query matches none of them.`;
  const last = newest(inWeek);
  if (inWeek === undefined) return 'The window is quiet: no message of any kind is in it.';
  return `The window is quiet: no message of any kind is in it; ${Number.isNaN(last) ? 'none was stored in the last 7 days either' : `the newest stored one is of ${stamp(last)} (${ago(last, now)})`}.`;
}

function weekSays(same: Found, now: number): string {
  const last = newest(same);
  if (same.total === 0 || Number.isNaN(last))
    return 'The same query finds nothing in the last 7 days.';
  const clock =
    last > now + 60_000 ? ' That lies in the future: the sender has a wrong clock.' : '';
  return `The same query finds ${count(same.total)} in the last 7 days, the newest of ${stamp(last)} (${ago(last, now)}).${clock}`;
}

async function behind(graylog: Graylog): Promise<string[]> {
  return (await journals(graylog)).flatMap(({ node, journal }) =>
    journal && lagSeconds(journal) > 60
      ? [
          `Indexing is behind: ${count(journal.uncommitted)} messages wait in the journal of ${node.hostname} (read at ${journal.readPerSecond}/s), so the newest cannot be found yet.`,
        ]
      : [],
  );
}
