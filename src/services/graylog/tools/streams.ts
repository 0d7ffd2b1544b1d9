import * as z from 'zod';
import { messageOf } from '../../../core/base/errors.ts';
import { rows } from '../../../core/fleet.ts';
import { Limit, lines, omitted, table } from '../../../core/base/table.ts';
import { ago, iso, plural } from '../../../core/base/units.ts';
import { read, type Graylog } from '../client.ts';
import { streamFix } from '../rights.ts';
import { lastSeconds } from '../window.ts';
import type { Stream } from '../schema/streams.ts';

const StreamRow = z.object({
  instance: z.string().optional(),
  id: z.string(),
  title: z.string(),
  description: z.string().optional(),
  disabled: z.boolean(),
  isDefault: z.boolean(),
  rules: z.array(z.string()),
  matching: z.enum(['all', 'any']).describe('How many of its rules a message must match'),
  messagesPerDay: z.int().optional().describe('In the last 24 h'),
  newest: z.string().optional().describe('Newest message of the last 24 h'),
});
type StreamRow = z.output<typeof StreamRow>;

export const listStreams = read({
  name: 'graylog_streams',
  title: 'List log streams',
  description: 'List Graylog streams: rules, whether disabled, messages of the last 24 h.',
  example: { name: 'd' },
  input: z.strictObject({
    name: z.string().optional().describe('Part of the title'),
    limit: Limit,
  }),
  output: z.object({
    streams: z.array(StreamRow),
    total: z.int(),
    checkedAt: z.string(),
    notes: z.array(z.string()).optional(),
  }),
  async run({ name = '', limit }, service) {
    const all = await service.all(async (graylog) => {
      const streams = (await graylog.streams()).filter(({ title }) =>
        title.toLowerCase().includes(name.toLowerCase()),
      );
      return { total: streams.length, ...(await counted(graylog, streams.slice(0, limit))) };
    });
    const found = rows(
      all.map(({ instance, value }) => ({ instance, value: value.streams })),
    ).slice(0, limit);
    const total = all.reduce((sum, { value }) => sum + value.total, 0);
    const notes = [
      ...all.flatMap(({ value }) => value.note ?? []),
      ...(total === 0
        ? [
            name === ''
              ? `No stream is shared with this user: that is not the same as there being none. ${streamFix}`
              : `No stream that this user may read has ${JSON.stringify(name)} in its title.`,
          ]
        : []),
    ];
    return {
      streams: found.map(({ instance, ...row }) => ({
        ...row,
        ...(service.names.length > 1 && { instance }),
      })),
      total,
      checkedAt: iso(service.now()),
      ...(notes.length > 0 && { notes }),
    };
  },
  text: ({ streams, total, checkedAt, notes = [] }) =>
    lines(
      total > 0 && `${plural(total, 'stream')} that this user may read; others may exist.`,
      streamTable(streams, Date.parse(checkedAt)),
      ...notes,
      omitted(streams.length, total, 'give name'),
    ),
});

/** One search for all of them: how much came in a day, and when last. */
async function counted(
  graylog: Graylog,
  streams: readonly Stream[],
): Promise<{ streams: StreamRow[]; note?: string }> {
  if (streams.length === 0) return { streams: [] };
  const questions = Object.fromEntries(
    streams.map(({ id }) => [
      id,
      { query: '*', range: lastSeconds(86_400), streams: [id], limit: 1 },
    ]),
  );
  const found = await graylog.search(questions).catch((error: unknown) => messageOf(error).message);
  if (typeof found === 'string')
    return {
      streams: streams.map(row),
      note: `How many messages they hold could not be counted: ${found}.`,
    };
  return {
    streams: streams.map((stream) => ({
      ...row(stream),
      messagesPerDay: found[stream.id]?.total,
      newest: found[stream.id]?.messages[0]?.timestamp,
    })),
  };
}

const row = (stream: Stream): StreamRow => ({ ...stream, rules: [...stream.rules] });

const streamTable = (streams: readonly StreamRow[], now: number): string =>
  table(streams, {
    ...(streams.some(({ instance }) => instance) && {
      instance: ({ instance }: StreamRow) => instance,
    }),
    title: ({ title, isDefault }) => (isDefault ? `${title} (default)` : title),
    'last 24 h': ({ messagesPerDay }) => messagesPerDay?.toLocaleString('en-US'),
    newest: ({ newest }) => newest && ago(Date.parse(newest), now),
    state: ({ disabled }) => (disabled ? 'disabled' : 'on'),
    rules: ({ rules, matching }) => rules.join(matching === 'any' ? ' OR ' : ' AND '),
    description: ({ description }) => description,
    id: ({ id }) => id,
  });
