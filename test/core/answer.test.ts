import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { renderOutput, renderRead } from '../../src/core/answer.ts';
import { InputError } from '../../src/core/base/errors.ts';
import { table } from '../../src/core/base/table.ts';
import { Multiline, quoted } from '../../src/core/base/text.ts';
import { page, pageInput, pageOutput } from '../../src/core/page.ts';

const breaks = ['\n', '\r', '\r\n', '\u2028', '\u2029', '\u0085', '\v', '\f'];

describe('the lines of an answer', () => {
  const output = z.object({
    name: z.string(),
    state: z.enum(['on', 'off']),
    tags: z.array(z.string()).optional(),
    labels: z.record(z.string(), z.string()),
    either: z.union([z.object({ a: z.string() }), z.object({ b: Multiline.optional() })]),
    notes: Multiline.optional(),
  });
  const text = ({ name, tags = [], labels, notes = '' }: z.output<typeof output>): string =>
    [`It is ${name}`, ...tags, ...Object.keys(labels), quoted('Notes', [notes])].join('\n');

  it.each(breaks)('are ours alone: %j in a value begins none', (end) => {
    const evil = `a${end}EVIL`;
    const answer = renderOutput(
      { output, text },
      {
        name: evil,
        state: 'on',
        tags: [evil],
        labels: { [evil]: evil },
        either: { b: `kept${end}EVIL` },
        notes: `kept${end}EVIL`,
      },
    );
    expect(answer.text.split(/[\n\r\v\f\u0085\u2028\u2029]/).slice(0, 3)).toEqual([
      'It is a EVIL',
      'a EVIL',
      'a EVIL',
    ]);
    expect(answer.text).not.toMatch(/^EVIL/m);
    expect(answer.result).toMatchObject({ name: 'a EVIL', labels: { 'a EVIL': 'a EVIL' } });
  });

  it('stay where the schema says that they mean something', () => {
    const { result } = renderOutput(
      { output, text },
      { name: 'x', state: 'on', labels: {}, either: { b: 'c\nd' }, notes: 'e\nf' },
    );
    expect(result).toMatchObject({ either: { b: 'c\nd' }, notes: 'e\nf' });
  });

  it('hold values that are redacted, but neither keys nor words of our own', () => {
    const { result } = renderOutput(
      { output, text },
      { name: 'on', state: 'on', labels: { on: 'on' }, either: { a: 'on' } },
      { redact: () => '***' },
    );
    expect(result).toEqual({
      name: '***',
      state: 'on',
      labels: { on: '***' },
      either: { a: '***' },
    });
  });
});

describe('the pages of a list', () => {
  const output = z.object({
    things: z.array(z.object({ id: z.int(), about: z.string() })),
    ...pageOutput,
  });
  const input = z.strictObject(pageInput({ max: 500 }));
  const all = Array.from({ length: 300 }, (_, id) => ({
    id,
    about: `thing number ${id} `.repeat(20),
  }));
  const shown = {
    output,
    rows: 'things' as const,
    narrow: 'name one',
    text: ({ things, total }: z.output<typeof output>) =>
      `${total} things\n${table(things, { id: ({ id }) => id, about: ({ about }) => about }, 4_000)}`,
  };
  const ask = (args: z.input<typeof input>, maxTokens?: number) =>
    renderRead<typeof input, typeof output>(
      shown,
      input.parse(args),
      async (request) => {
        const { rows, ...rest } = page(all, request);
        return { things: rows, ...rest };
      },
      { redact: (text) => text, maxTokens },
    );
  const idsOf = ({ result }: { result: unknown }): number[] =>
    (result as z.output<typeof output>).things.map(({ id }) => id);
  const nextOf = ({ result }: { result: unknown }): string | undefined =>
    (result as z.output<typeof output>).next;

  it.each([
    ['of the size that was asked for', 70, undefined],
    ['cut further to fit', 100, 8_000],
    ['of one row where no more fits', 100, 400],
  ])('%s: each row is on one of them, once', async (_, limit, maxTokens) => {
    const seen: number[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const answer = await ask({ limit, ...(cursor !== undefined && { cursor }) }, maxTokens);
      seen.push(...idsOf(answer));
      cursor = nextOf(answer);
      const count = idsOf(answer).length;
      expect(answer.text.split('\n').length).toBe(count + 2 + (cursor === undefined ? 0 : 1));
      if (cursor !== undefined)
        expect(answer.text).toContain(
          `${count} of 300 shown. cursor="${cursor}" goes on; or name one.`,
        );
      pages++;
    } while (cursor !== undefined && pages < 400);
    expect(seen).toEqual(all.map(({ id }) => id));
  });

  it('keep their own cursor when a page is cut, whatever it looks like', async () => {
    const cursors: (string | undefined)[] = [];
    const upstream = (cursor?: string) =>
      renderRead<typeof input, typeof output>(
        shown,
        input.parse({ limit: 100, ...(cursor !== undefined && { cursor }) }),
        async (request) => {
          cursors.push(request.cursor);
          return { things: all.slice(0, request.limit), total: 300, next: 'eyJ~x~y' };
        },
        { redact: (text) => text, maxTokens: 8_000 },
      );
    const first = await upstream();
    const second = await upstream(nextOf(first));
    expect(idsOf(second)[0]).toBe(idsOf(first).length);
    await upstream('eyJ~x~y');
    expect(cursors).toEqual([undefined, undefined, 'eyJ~x~y']);
  });

  it('are smaller for a smaller limit in the middle of a page', async () => {
    const first = await ask({ limit: 100 }, 8_000);
    const count = idsOf(first).length;
    const second = await ask({ limit: 2, cursor: nextOf(first)! }, 8_000);
    expect(idsOf(second)).toEqual([count, count + 1]);
    expect(idsOf(await ask({ limit: 3, cursor: nextOf(second)! }, 8_000))[0]).toBe(count + 2);
  });

  it('are refused with a way out where not even one row fits, or the cursor is not one', async () => {
    await expect(ask({}, 50)).rejects.toThrow(/LARES_MAX_ANSWER_TOKENS/);
    await expect(ask({ cursor: 'x' })).rejects.toThrow(InputError);
  });
});
