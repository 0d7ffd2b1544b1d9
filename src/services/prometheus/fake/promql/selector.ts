import { unquoted } from './lexer.ts';
import type { Expression, Matcher } from './syntax.ts';
import type { TokenReader } from './token-reader.ts';

/** `name{label="value"}[5m] offset 1h`, or `[1h:5m]`. */
export function parseSelector(reader: TokenReader): Expression {
  const { at, kind } = reader.peek();
  const name = kind === 'identifier' ? reader.take().text : undefined;
  const matchers: Matcher[] =
    name === undefined ? [] : [{ label: '__name__', op: '=', value: name }];
  if (reader.accept('{')) matchers.push(...matchersOf(reader));
  const matchesEmpty = ({ op, value }: Matcher): boolean =>
    op === '='
      ? value === ''
      : op === '!='
        ? value !== ''
        : (op === '=~') === anchored(value).test('');
  if (matchers.every(matchesEmpty))
    reader.fail('vector selector must contain at least one non-empty matcher', at);
  const plain = { kind: 'selector' as const, matchers, at };
  const range = reader.peek().text === '[' ? rangeOf(reader) : undefined;
  if (reader.accept('@')) reader.unexpected(' in @', 'timestamp');
  if (range?.step !== undefined)
    return {
      kind: 'subquery',
      of: { ...plain, offset: 0, type: 'instant vector' },
      at,
      range: range.seconds,
      step: range.step,
      offset: offsetOf(reader),
      type: 'range vector',
    };
  return {
    ...plain,
    offset: offsetOf(reader),
    ...(range ? { type: 'range vector', range: range.seconds } : { type: 'instant vector' }),
  };
}

/** `(…)[1h:5m]` after any expression but a selector, which reads its own brackets. */
export function parseSubquery(reader: TokenReader, of: Expression): Expression {
  if (of.type !== 'instant vector' || of.kind === 'selector' || reader.peek().text !== '[')
    return of;
  const bracket = reader.peek().at;
  const { seconds, step } = rangeOf(reader);
  if (step === undefined) return reader.fail('ranges only allowed for vector selectors', bracket);
  return {
    kind: 'subquery',
    of,
    at: of.at,
    range: seconds,
    step,
    offset: offsetOf(reader),
    type: 'range vector',
  };
}

function matchersOf(reader: TokenReader): Matcher[] {
  const matchers: Matcher[] = [];
  for (;;) {
    if (reader.accept('}')) return matchers;
    if (reader.peek().kind === 'end') reader.fail('unexpected end of input inside braces');
    if (reader.peek().kind !== 'identifier')
      reader.unexpected(' in label matching', 'identifier or "}"');
    matchers.push(matcherOf(reader));
    if (reader.peek().kind === 'end') reader.fail('unexpected end of input inside braces');
    if (reader.peek().text !== '}' && !reader.accept(','))
      reader.unexpected(' in label matching', '"," or "}"');
  }
}

function matcherOf(reader: TokenReader): Matcher {
  const { text: label, at } = reader.take();
  if (reader.peek().kind === 'end') reader.fail('unexpected end of input inside braces');
  const op = (['=', '!=', '=~', '!~'] as const).find((operator) => reader.accept(operator));
  if (op === undefined) return reader.unexpected(' in label matching', 'label matching operator');
  if (reader.peek().kind === 'end') reader.fail('unexpected end of input inside braces');
  if (reader.peek().kind !== 'string') return reader.unexpected(' in label matching', 'string');
  const value = unquoted(reader.take().text);
  if (op.endsWith('~')) {
    try {
      anchored(value);
    } catch {
      reader.fail(`error parsing regexp: invalid: \`${value})$\``, at);
    }
  }
  return { label, op, value };
}

/** A step that is left out is the evaluation interval. */
const defaultStep = 15;

function rangeOf(reader: TokenReader): { seconds: number; step?: number } {
  reader.take();
  const seconds = reader.duration();
  const stepped = reader.accept(':') !== undefined;
  const step = stepped && reader.peek().text !== ']' ? reader.duration() : defaultStep;
  if (reader.peek().kind === 'end') reader.fail('unclosed left bracket');
  if (!reader.accept(']')) reader.unexpected(' in subquery or range', '"]"');
  return { seconds, ...(stepped && { step }) };
}

function offsetOf(reader: TokenReader): number {
  if (!reader.accept('offset')) return 0;
  const sign = reader.accept('-') ? -1 : 1;
  if (reader.peek().kind === 'end') reader.unexpected(' in offset', 'duration');
  return sign * reader.duration();
}

/** Matchers compare whole values, as RE2 does with `^(?:…)$`. */
export const anchored = (pattern: string): RegExp =>
  new RegExp(`^(?:${pattern.replace(/^\(\?i\)/, '')})$`, pattern.startsWith('(?i)') ? 'is' : 's');
