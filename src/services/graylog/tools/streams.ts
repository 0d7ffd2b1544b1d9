import * as z from 'zod';
import { messageOf } from '../../../core/base/errors.ts';
import { rows } from '../../../core/fleet.ts';
import { Instance, instanceColumn, instanceLabel } from '../../../core/instances.ts';
import { Limit, lines, omitted, table } from '../../../core/base/table.ts';
import { ago, iso, plural } from '../../../core/base/units.ts';
import { read, type Graylog } from '../client.ts';
import { streamFix } from '../rights.ts';
import type { Stream } from '../schema/index.ts';
import { lastSeconds } from '../window.ts';

const StreamRow = z.object({
  instance: Instance,
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

const daySeconds = 86_400;

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
  async run({ name = '', limit }, fleet) {
    const answers = await fleet.all(async (graylog) => {
      const streams = (await graylog.streams()).filter(({ title }) =>
        title.toLowerCase().includes(name.toLowerCase()),
      );
      return { total: streams.length, ...(await countMessages(graylog, streams.slice(0, limit))) };
    });
    const label = instanceLabel(fleet);
    const streams = rows(answers.map(({ instance, value }) => ({ instance, value: value.streams })))
      .slice(0, limit)
      .map(({ instance, ...row }) => ({ ...row, instance: label(instance) }));
    let total = 0;
    for (const { value } of answers) total += value.total;
    const notes = [
      ...answers.flatMap(({ value }) => value.note ?? []),
      ...(total === 0 ? [nothingReadable(name)] : []),
    ];
    return {
      streams,
      total,
      checkedAt: iso(fleet.now()),
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

const nothingReadable = (name: string): string =>
  name === ''
    ? `No stream is shared with this user: that is not the same as there being none. ${streamFix}`
    : `No stream that this user may read has ${JSON.stringify(name)} in its title.`;

/** One search for all of them: how much came in a day, and when last. A search that fails is a note. */
async function countMessages(
  graylog: Graylog,
  streams: readonly Stream[],
): Promise<{ streams: StreamRow[]; note?: string }> {
  if (streams.length === 0) return { streams: [] };
  const questions = Object.fromEntries(
    streams.map(({ id }) => [
      id,
      { query: '*', range: lastSeconds(daySeconds), streams: [id], limit: 1 },
    ]),
  );
  const results = await graylog
    .search(questions)
    .catch((error: unknown) => messageOf(error).message);
  if (typeof results === 'string')
    return {
      streams: streams.map(toRow),
      note: `How many messages they hold could not be counted: ${results}.`,
    };
  return {
    streams: streams.map((stream) => ({
      ...toRow(stream),
      messagesPerDay: results[stream.id]?.total,
      newest: results[stream.id]?.messages[0]?.timestamp,
    })),
  };
}

const toRow = (stream: Stream): StreamRow => ({ ...stream, rules: [...stream.rules] });

const streamTable = (streams: readonly StreamRow[], now: number): string =>
  table(streams, {
    ...instanceColumn(streams),
    title: ({ title, isDefault }) => (isDefault ? `${title} (default)` : title),
    'last 24 h': ({ messagesPerDay }) => messagesPerDay?.toLocaleString('en-US'),
    newest: ({ newest }) => newest && ago(Date.parse(newest), now),
    state: ({ disabled }) => (disabled ? 'disabled' : 'on'),
    rules: ({ rules, matching }) => rules.join(matching === 'any' ? ' OR ' : ' AND '),
    description: ({ description }) => description,
    id: ({ id }) => id,
  });
