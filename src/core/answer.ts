import type * as z from 'zod';
import { InputError } from './base/errors.ts';
import type { Json } from './base/json.ts';
import { lines } from './base/table.ts';
import { clean, unbroken } from './base/text.ts';
import { estimateTokens } from './base/tokens.ts';
import { cursorWithin, positionOf, type PageRequest } from './page.ts';
import { mapBySchema, type StringKind } from './strings-by-schema.ts';

/** How answers leave: what becomes of their strings, and how large one may be. */
export interface Exit {
  redact(text: string): string;
  /** Most tokens of text and data together; none: all of it, as for a terminal. */
  maxTokens?: number | undefined;
  /** Most tokens of the text, where that alone is to be short. */
  maxTextTokens?: number | undefined;
}

/** An answer in both forms, made of the same values. */
export interface Answer {
  result: Json;
  text: string;
}

interface Shown<O extends z.ZodObject> {
  output: O;
  text(result: z.output<O>): string;
  /** Which field holds the rows, in a list. */
  rows?: (keyof z.output<O> & string) | undefined;
  /** How to see less of a list: `filter by status or node`. */
  narrow?: string | undefined;
  /** What is no list and may be large all the same: the same answer with about that share of its parts, saying what it leaves out. */
  shorten?: ((result: z.output<O>, share: number) => z.output<O>) | undefined;
}

/** Only what the output schema names leaves. Line breaks stay where it says `Multiline`; the text is made of what is left, so no value can begin a line of its own. */
export function renderOutput<O extends z.ZodObject>(
  { output, text }: Pick<Shown<O>, 'output' | 'text'>,
  value: z.input<O>,
  exit?: Exit,
): Answer {
  const result = leaving(output, value, exit);
  return { result: result as Json, text: text(result) };
}

function leaving<O extends z.ZodObject>(output: O, value: z.input<O>, exit?: Exit): z.output<O> {
  const change = (text: string, kind: StringKind): string => {
    if (kind === 'closed') return text;
    const safe = exit && kind !== 'key' ? exit.redact(text) : text;
    return clean(kind === 'multiline' ? safe : unbroken(safe));
  };
  return mapBySchema(output, output.parse(value) as Json, change) as z.output<O>;
}

/**
 * The answer of a read, of a size that its caller can take: of a list as many whole rows as fit, the same ones in text and data, and `next` for the others.
 * `run` gets the input without what Lares itself put into its cursor. Throws an InputError with the way out when not even one row fits, or what is no list does not.
 */
export async function renderRead<I extends z.ZodObject, O extends z.ZodObject>(
  shown: Shown<O>,
  input: z.output<I>,
  run: (input: z.output<I>) => Promise<z.input<O>>,
  exit?: Exit,
): Promise<Answer> {
  if (shown.rows === undefined) {
    const answer = renderOutput(shown, await run(input), exit);
    const excess = excessOf(answer, exit);
    if (excess === undefined) return answer;
    const short = shortened(shown, answer.result as z.output<O>, excess, exit);
    if (short) return short;
    throw tooLarge('The answer', excess, 'Ask for less: a smaller limit, or one thing of it.');
  }
  return renderList({ ...shown, rows: shown.rows }, input, run, exit);
}

/** An answer with as many of its parts as fit; undefined where it cannot be shortened, or not enough. */
function shortened<O extends z.ZodObject>(
  { shorten, text }: Shown<O>,
  whole: z.output<O>,
  { tokens, most }: Excess,
  exit: Exit | undefined,
): Answer | undefined {
  if (!shorten) return undefined;
  for (let share = most / tokens; share > 0.001; share *= 0.8) {
    const result = shorten(whole, share);
    const answer = { result: result as Json, text: text(result) };
    if (excessOf(answer, exit) === undefined) return answer;
  }
  return undefined;
}

async function renderList<I extends z.ZodObject, O extends z.ZodObject>(
  shown: Shown<O> & { rows: keyof z.output<O> & string },
  input: z.output<I>,
  run: (input: z.output<I>) => Promise<z.input<O>>,
  exit: Exit | undefined,
): Promise<Answer> {
  const request = input as unknown as PageRequest;
  const position = positionOf(request);
  const { cursor, limit, skip } = position;
  const whole = leaving(
    shown.output,
    await run({ ...input, limit, ...('cursor' in input && { cursor }) }),
    exit,
  ) as Readonly<Record<string, Json>>;
  const page = whole[shown.rows] as readonly Json[];
  const rest = page.slice(skip);
  const first = (count: number): Answer => {
    const rows = rest.slice(0, count);
    const next =
      rows.length < rest.length ? cursorWithin(position, rows.length) : (whole['next'] as string);
    const { next: _, ...others } = whole;
    const result = { ...others, [shown.rows]: rows, ...(next !== undefined && { next }) };
    return {
      result,
      text: lines(shown.text(result as z.output<O>), goingOn(rows.length, result, shown)),
    };
  };
  return largestFitting(Math.min(rest.length, request.limit), first, exit);
}

/** How to see the rest. */
function goingOn<O extends z.ZodObject>(
  count: number,
  { next, total }: { readonly next?: Json; readonly total?: Json },
  { narrow }: Pick<Shown<O>, 'narrow'>,
): string {
  if (typeof next !== 'string') return '';
  const among = typeof total === 'number' ? ` of ${total}` : '';
  return `${count}${among} shown. cursor=${JSON.stringify(next)} goes on${narrow ? `; or ${narrow}` : ''}.`;
}

/** The answer with as many of `rows` rows as fit. */
function largestFitting(
  rows: number,
  first: (count: number) => Answer,
  exit: Exit | undefined,
): Answer {
  let count = rows;
  for (;;) {
    const answer = first(count);
    const excess = excessOf(answer, exit);
    if (excess === undefined) return answer;
    if (count <= 1)
      throw tooLarge('One row alone', excess, 'Narrow the question, or ask for that one thing.');
    const fitting = Math.floor((count * excess.most) / excess.tokens);
    count = Math.max(1, Math.min(count - 1, fitting));
  }
}

/** How many tokens an answer is about, and how many it may be. */
interface Excess {
  tokens: number;
  most: number;
}

/** By how much an answer is too large; undefined where it fits. */
function excessOf({ result, text }: Answer, exit: Exit | undefined): Excess | undefined {
  if (exit?.maxTokens === undefined && exit?.maxTextTokens === undefined) return undefined;
  const data = JSON.stringify(result);
  return overLimit([data, text], exit.maxTokens) ?? overLimit([text], exit.maxTextTokens);
}

function overLimit(parts: readonly string[], most: number | undefined): Excess | undefined {
  if (most === undefined) return undefined;
  // A token is a byte at least: nearly every answer is small enough to need no closer look.
  if (sum(parts, (part) => Buffer.byteLength(part)) <= most) return undefined;
  const tokens = sum(parts, estimateTokens);
  return tokens > most ? { tokens, most } : undefined;
}

function sum(parts: readonly string[], sizeOf: (part: string) => number): number {
  let total = 0;
  for (const part of parts) total += sizeOf(part);
  return total;
}

const tooLarge = (what: string, { tokens, most }: Excess, hint: string): InputError =>
  new InputError(
    `${what} is about ${tokens} tokens, and an answer may be ${most} (LARES_MAX_ANSWER_TOKENS)`,
    { hint },
  );
