import * as z from 'zod';
import { messageOf } from '../../../core/base/errors.ts';
import { rows } from '../../../core/fleet.ts';
import { Instance, instanceColumn, instanceLabel } from '../../../core/instances.ts';
import { lines, table } from '../../../core/base/table.ts';
import { page, pageInput, pageOutput } from '../../../core/page.ts';
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
    ...pageInput(),
  }),
  output: z.object({
    streams: z.array(StreamRow),
    ...pageOutput,
    checkedAt: z.string(),
    notes: z.array(z.string()).optional(),
  }),
  rows: 'streams',
  narrow: 'give name',
  async run({ name = '', ...request }, fleet) {
    const answers = await fleet.all(async (graylog) => {
      const streams = (await graylog.streams()).filter(({ title }) =>
        title.toLowerCase().includes(name.toLowerCase()),
      );
      return { graylog, streams };
    });
    const { rows: shown, ...counted } = page(
      rows(answers.map(({ instance, value }) => ({ instance, value: value.streams }))),
      request,
    );
    // Only what is shown is counted, each instance by one search.
    const counts = await Promise.all(
      answers.map(({ instance, value }) =>
        countMessages(
          value.graylog,
          shown.filter((stream) => stream.instance === instance),
        ),
      ),
    );
    const label = instanceLabel(fleet);
    const streams = counts
      .flatMap((count) => count.streams)
      .map(({ instance, ...row }) => ({ ...row, instance: label(instance) }));
    const notes = [
      ...counts.flatMap(({ note }) => note ?? []),
      ...(counted.total === 0 ? [nothingReadable(name)] : []),
    ];
    return {
      streams,
      ...counted,
      checkedAt: iso(fleet.now()),
      ...(notes.length > 0 && { notes }),
    };
  },
  text: ({ streams, total, checkedAt, notes = [] }) =>
    lines(
      total > 0 && `${plural(total, 'stream')} that this user may read; others may exist.`,
      streamTable(streams, Date.parse(checkedAt)),
      ...notes,
    ),
});

const nothingReadable = (name: string): string =>
  name === ''
    ? `No stream is shared with this user: that is not the same as there being none. ${streamFix}`
    : `No stream that this user may read has ${JSON.stringify(name)} in its title.`;

type FoundStream = Stream & { instance: string };
type CountedStream = StreamRow & { instance: string };

/** One search for all of them: how much came in a day, and when last. A search that fails is a note. */
async function countMessages(
  graylog: Graylog,
  streams: readonly FoundStream[],
): Promise<{ streams: CountedStream[]; note?: string }> {
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

const toRow = (stream: FoundStream): CountedStream => ({ ...stream, rules: [...stream.rules] });

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
