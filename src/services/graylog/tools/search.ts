import * as z from 'zod';
import { rows, type Fleet, type From } from '../../../core/fleet.ts';
import { instanceLabel } from '../../../core/instances.ts';
import { pageInput } from '../../../core/page.ts';
import { oneLine } from '../../../core/base/text.ts';
import { minute } from '../../../core/base/units.ts';
import { read, type Graylog } from '../client.ts';
import { explainEmptyResult } from '../empty-result.ts';
import { findStream } from '../find-stream.ts';
import { queryNotes } from '../query-notes.ts';
import type { SearchResult } from '../schema/index.ts';
import {
  cursorToPlace,
  firstPlace,
  placeAfter,
  placeToCursor,
  type Place,
} from '../search-place.ts';
import { absoluteWindow, parseWindow, type SearchWindow } from '../window.ts';
import { fitToBudget, isGraylogField, toLogRow } from './log-row.ts';
import { SearchOutput, searchText } from './search-output.ts';

export const searchLogs = read({
  name: 'search_logs',
  title: 'Search logs',
  description:
    'Search log messages in Graylog, newest first, with the total, or why nothing is found.',
  example: { query: 'level:[0 TO 3]', range: '6h', stream: 'Default Stream', limit: 5 },
  input: z.strictObject({
    query: z
      .string()
      .trim()
      .min(1)
      .default('*')
      .describe('Lucene, e.g. level:[0 TO 3] AND source:nas1'),
    range: z.string().optional().describe('Last 15m, 6h, 7d (1h)'),
    start: z.string().optional().describe('Or from: -2h or ISO 8601'),
    end: z.string().optional().describe('To (now)'),
    stream: z.string().optional().describe('Title or id'),
    fields: z.array(z.string()).optional().describe('More fields; * for all'),
    ...pageInput(),
  }),
  output: SearchOutput,
  rows: 'messages',
  narrow: 'narrow the query or range',
  async run({ query, range, start, end, stream: idOrTitle, fields = [], limit, cursor }, fleet) {
    const { window, place } = openWindow(
      parseWindow({ range, start, end }, fleet.now()),
      cursor,
      fleet,
    );
    const answers = await fleet.all((graylog, instance) =>
      searchOne(graylog, {
        query,
        window,
        idOrTitle,
        limit,
        offset: place.skip[fleet.names.indexOf(instance)] ?? 0,
      }),
    );
    const newest = rows(
      answers.map(({ instance, value }) => ({
        instance,
        value: value.messages.map((message) => toLogRow(message, fields)),
      })),
    )
      .sort((a, b) => (b.timestamp ?? '').localeCompare(a.timestamp ?? ''))
      .slice(0, limit);
    const shown = fitToBudget(newest);
    const label = instanceLabel(fleet);
    const found = sum(answers.map(({ value }) => value.total));
    const total = found - sum(place.skip) + place.passed;
    const all = answers.flatMap(({ value }) => value.messages);
    const notes = [
      ...new Set(
        answers.flatMap(({ value }) => [
          ...(found > 0 ? value.notes : []),
          ...clampNotes(value, window),
        ]),
      ),
      ...missingFieldNotes(all, fields),
    ];
    const why = found > 0 ? [] : reasons(answers);
    const otherFields = fieldsNotShown(all, fields);
    return {
      query,
      window: window.words + (idOrTitle === undefined ? '' : `, stream ${idOrTitle}`),
      total,
      messages: shown.map(({ instance, ...row }) => ({ ...row, instance: label(instance) })),
      ...(total > place.passed + shown.length && {
        next: placeToCursor(
          placeAfter(
            cursor === undefined ? { ...place, from: earliest(answers, place.from) } : place,
            shown.map(({ instance, timestamp = '' }) => ({
              instance: fleet.names.indexOf(instance),
              at: Date.parse(timestamp),
            })),
          ),
        ),
      }),
      ...(otherFields.length > 0 && { otherFields }),
      ...(notes.length > 0 && { notes }),
      ...(why.length > 0 && { why }),
    };
  },
  text: searchText,
});

/** What is searched: the window a caller means, or what an earlier answer left of it. */
function openWindow(
  window: SearchWindow,
  cursor: string | undefined,
  { names }: Fleet<Graylog>,
): { window: SearchWindow; place: Place } {
  if (cursor === undefined)
    return { window, place: firstPlace(window.from, window.to, names.length) };
  const place = cursorToPlace(cursor, names.length);
  return { window: absoluteWindow(place.from, place.to), place };
}

interface OneSearch {
  query: string;
  window: SearchWindow;
  idOrTitle: string | undefined;
  limit: number;
  offset: number;
}

/** What one Graylog finds, what it remarks on the query, and why it finds nothing. */
async function searchOne(
  graylog: Graylog,
  { query, window, idOrTitle, limit, offset }: OneSearch,
): Promise<SearchResult & { notes: string[]; why: string[] }> {
  const stream = idOrTitle === undefined ? undefined : await findStream(graylog, idOrTitle);
  const question = { query, range: window.range, streams: stream && [stream.id], limit, offset };
  // Beside the search, whatever it finds: a query that means something else finds something too.
  const [{ m: result }, remarks] = await Promise.all([
    graylog.search({ m: question }),
    queryNotes(graylog, question).catch(() => []),
  ]);
  const notes = remarks.map(({ text }) => text);
  const why =
    result.total === 0
      ? [...notes, ...(await explainEmptyResult(graylog, { query, window, stream }))]
      : [];
  return { ...result, notes, why };
}

function reasons(answers: readonly From<{ why: readonly string[] }>[]): string[] {
  return answers.flatMap(({ instance, value }) =>
    value.why.map((sentence) => (answers.length > 1 ? `${instance}: ${sentence}` : sentence)),
  );
}

function sum(numbers: readonly number[]): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

/** When the search really begins, by Graylog's own clock (ms): the last hour of the next page is not that of this one. */
const earliest = (answers: readonly From<SearchResult>[], from: number): number =>
  Math.min(
    ...answers.map(({ value }) => Date.parse(value.from)).filter((at) => !Number.isNaN(at)),
    from,
  );

/** Up to 25 names of fields that the messages have and the answer lacks. */
function fieldsNotShown(messages: SearchResult['messages'], shown: readonly string[]): string[] {
  if (shown.includes('*')) return [];
  const names = new Set(messages.flatMap(({ fields }) => Object.keys(fields)));
  return [...names]
    .filter((name) => !isGraylogField(name) && !shown.includes(name))
    .sort()
    .slice(0, 25);
}

/** A field that was asked for and that none of the messages has is a typing error, or a list that was written as one name. */
function missingFieldNotes(
  messages: SearchResult['messages'],
  wanted: readonly string[],
): string[] {
  if (messages.length === 0) return [];
  const names = new Set(messages.flatMap(({ fields }) => Object.keys(fields)));
  const missing = wanted.filter((name) => name !== '*' && !names.has(name));
  return missing.length > 0
    ? [
        `None of these messages has a field called ${missing.map((name) => oneLine(name, 80)).join(', ')}.`,
      ]
    : [];
}

/** A limit that an administrator set cuts a range without a word. */
function clampNotes(result: SearchResult, window: SearchWindow): string[] {
  return Date.parse(result.from) > window.from + 2 * minute
    ? [
        `Graylog searched only from ${result.from} on, not ${window.words}: an administrator limits the range.`,
      ]
    : [];
}
