import * as z from 'zod';
import { rows } from '../../../core/fleet.ts';
import { instanceLabel } from '../../../core/instances.ts';
import { Limit } from '../../../core/base/table.ts';
import { oneLine } from '../../../core/base/text.ts';
import { minute } from '../../../core/base/units.ts';
import { read } from '../client.ts';
import { explainEmptyResult } from '../empty-result.ts';
import { findStream } from '../find-stream.ts';
import { queryNotes } from '../query-notes.ts';
import type { SearchResult } from '../schema/index.ts';
import { isoMillis, parseWindow, type SearchWindow } from '../window.ts';
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
    end: z.string().optional().describe('To (default now)'),
    stream: z.string().optional().describe('Title or id'),
    fields: z.array(z.string()).optional().describe('More fields; * for all'),
    limit: Limit,
  }),
  output: SearchOutput,
  async run({ query, range, start, end, stream: idOrTitle, fields = [], limit }, fleet) {
    const window = parseWindow({ range, start, end }, fleet.now());
    const answers = await fleet.all(async (graylog) => {
      const stream = idOrTitle === undefined ? undefined : await findStream(graylog, idOrTitle);
      const question = { query, range: window.range, streams: stream && [stream.id], limit };
      // Beside the search, whatever it finds: a query that means something else finds something too.
      const [{ m: result }, remarks] = await Promise.all([
        graylog.search({ m: question }),
        queryNotes(graylog, question).catch(() => []),
      ]);
      const notes = remarks.map(({ text }) => text);
      return {
        ...result,
        notes,
        why:
          result.total === 0
            ? [...notes, ...(await explainEmptyResult(graylog, { query, window, stream }))]
            : [],
      };
    });
    const newest = rows(
      answers.map(({ instance, value }) => ({
        instance,
        value: value.messages.map((message) => toLogRow(message, fields)),
      })),
    )
      .sort((a, b) => (b.timestamp ?? '').localeCompare(a.timestamp ?? ''))
      .slice(0, limit);
    const label = instanceLabel(fleet);
    const messages = fitToBudget(newest).map(({ instance, ...row }) => ({
      ...row,
      instance: label(instance),
    }));
    let total = 0;
    for (const { value } of answers) total += value.total;
    const why =
      total > 0
        ? []
        : answers.flatMap(({ instance, value }) =>
            value.why.map((sentence) =>
              answers.length > 1 ? `${instance}: ${sentence}` : sentence,
            ),
          );
    const otherFields = fieldsNotShown(
      answers.flatMap(({ value }) => value.messages),
      fields,
    );
    const notes = [
      ...new Set(
        answers.flatMap(({ value }) => [
          ...(total > 0 ? value.notes : []),
          ...clampNotes(value, window),
        ]),
      ),
      ...missingFieldNotes(
        answers.flatMap(({ value }) => value.messages),
        fields,
      ),
    ];
    return {
      query,
      window: window.words + (idOrTitle === undefined ? '' : `, stream ${idOrTitle}`),
      total,
      shown: messages.length,
      messages,
      ...(total > messages.length && { before: endOfNextPage(messages.at(-1)?.timestamp) }),
      ...(otherFields.length > 0 && { otherFields }),
      ...(notes.length > 0 && { notes }),
      ...(why.length > 0 && { why }),
    };
  },
  text: searchText,
});

/** Graylog's ranges leave out their end, so one millisecond more shows again what shares the last one's. */
function endOfNextPage(timestamp: string | undefined): string | undefined {
  const at = Date.parse(timestamp ?? '');
  return Number.isNaN(at) ? undefined : isoMillis(at + 1);
}

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
