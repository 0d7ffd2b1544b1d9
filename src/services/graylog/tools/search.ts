import * as z from 'zod';
import { rows } from '../../../core/fleet.ts';
import { Limit, lines } from '../../../core/base/table.ts';
import { read } from '../client.ts';
import { fitted, LogRow, quotedLogs, rowOf } from './log-row.ts';
import { whyNothing } from '../empty-result.ts';
import { streamOf } from '../find-stream.ts';
import { stamp, windowOf, type Window } from '../window.ts';
import type { Found } from '../schema/search.ts';

const output = z.object({
  query: z.string(),
  window: z.string().describe('What was searched, in words'),
  total: z.int().describe('Messages that match, shown or not'),
  shown: z.int(),
  messages: z.array(LogRow).describe('Newest first'),
  before: z.string().optional().describe('Give it as end to see the older ones'),
  otherFields: z
    .array(z.string())
    .optional()
    .describe('Fields of these messages that are not shown'),
  notes: z.array(z.string()).optional(),
  why: z.array(z.string()).optional().describe('Why nothing was found'),
});
type Output = z.output<typeof output>;

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
  output,
  async run({ query, range, start, end, stream: wanted, fields = [], limit }, service) {
    const window = windowOf({ range, start, end }, service.now());
    const found = await service.all(async (graylog) => {
      const stream = wanted === undefined ? undefined : await streamOf(graylog, wanted);
      const { m } = await graylog.search({
        m: { query, range: window.range, streams: stream && [stream.id], limit },
      });
      return {
        ...m,
        why: m.total === 0 ? await whyNothing(graylog, { query, window, stream }) : [],
      };
    });
    const all = rows(
      found.map(({ instance, value }) => ({
        instance,
        value: value.messages.map((message) => rowOf(message, fields)),
      })),
    );
    const newest = all
      .sort((a, b) => (b.timestamp ?? '').localeCompare(a.timestamp ?? ''))
      .slice(0, limit);
    const messages = fitted(newest).map(({ instance, ...row }) => ({
      ...row,
      ...(service.names.length > 1 && { instance }),
    }));
    const total = found.reduce((sum, { value }) => sum + value.total, 0);
    const several = found.length > 1;
    const why =
      total > 0
        ? []
        : found.flatMap(({ instance, value }) =>
            value.why.map((sentence) => (several ? `${instance}: ${sentence}` : sentence)),
          );
    const others = otherFields(
      found.flatMap(({ value }) => value.messages),
      fields,
    );
    const notes = found.flatMap(({ value }) => clamped(value, window));
    return {
      query,
      window: window.words + (wanted === undefined ? '' : `, stream ${wanted}`),
      total,
      shown: messages.length,
      messages,
      ...(total > messages.length && { before: following(messages.at(-1)?.timestamp) }),
      ...(others.length > 0 && { otherFields: others }),
      ...(notes.length > 0 && { notes }),
      ...(why.length > 0 && { why }),
    };
  },
  text: (found) =>
    lines(
      verdict(found),
      ...(found.notes ?? []),
      ...(found.why ?? []),
      quotedLogs(found.messages),
      rest(found),
    ),
});

/** Graylog's ranges leave out their end, so one millisecond more shows again what shares the last one's. */
function following(timestamp: string | undefined): string | undefined {
  const at = Date.parse(timestamp ?? '');
  return Number.isNaN(at) ? undefined : stamp(at + 1);
}

const otherFields = (messages: Found['messages'], shown: readonly string[]): string[] =>
  shown.includes('*')
    ? []
    : [...new Set(messages.flatMap(({ fields }) => Object.keys(fields)))]
        .filter((name) => !/^(gl2_|_id$|level$)/.test(name) && !shown.includes(name))
        .sort()
        .slice(0, 25);

/** A limit that an administrator set cuts a range without a word. */
const clamped = ({ from }: Found, { from: asked, words }: Window): string[] =>
  Date.parse(from) > asked + 120_000
    ? [`Graylog searched only from ${from} on, not ${words}: an administrator limits the range.`]
    : [];

function verdict({ query, window, total, shown }: Output): string {
  const what = query === '*' ? '' : ` matching ${query}`;
  if (total === 0) return `No messages${what} in ${window}.`;
  return `${total.toLocaleString('en-US')} ${total === 1 ? 'message' : 'messages'}${what} in ${window}${total > shown ? `; the newest ${shown}` : ''}:`;
}

const rest = ({ total, shown, before, otherFields: others = [] }: Output): string =>
  lines(
    total > shown &&
      `${(total - shown).toLocaleString('en-US')} more not shown: ${before ? `end=${before} shows the older ones, ` : ''}narrow the query or range, or raise limit.`,
    others.length > 0 && `Further fields: ${others.join(', ')} (fields shows them).`,
  );
