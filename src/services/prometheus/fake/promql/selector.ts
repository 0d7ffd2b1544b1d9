import { unquoted } from './lexer.ts';
import type { Parser } from './parser.ts';
import type { Expression, Matcher } from './syntax.ts';

/** `name{label="value"}[5m] offset 1h`, or `[1h:5m]`. */
export function parseSelector(parser: Parser): Expression {
  const { at, kind } = parser.peek();
  const name = kind === 'identifier' ? parser.take().text : undefined;
  const matchers: Matcher[] =
    name === undefined ? [] : [{ label: '__name__', op: '=', value: name }];
  if (parser.accept('{')) matchers.push(...matchersOf(parser));
  const matchesEmpty = ({ op, value }: Matcher): boolean =>
    op === '='
      ? value === ''
      : op === '!='
        ? value !== ''
        : (op === '=~') === anchored(value).test('');
  if (matchers.every(matchesEmpty))
    parser.fail('vector selector must contain at least one non-empty matcher', at);
  const plain = { kind: 'selector' as const, matchers, at };
  const range = parser.peek().text === '[' ? rangeOf(parser) : undefined;
  if (parser.accept('@')) parser.unexpected(' in @', 'timestamp');
  if (range?.step !== undefined)
    return {
      kind: 'subquery',
      of: { ...plain, offset: 0, type: 'instant vector' },
      at,
      range: range.seconds,
      step: range.step,
      offset: offsetOf(parser),
      type: 'range vector',
    };
  return {
    ...plain,
    offset: offsetOf(parser),
    ...(range ? { type: 'range vector', range: range.seconds } : { type: 'instant vector' }),
  };
}

/** `(…)[1h:5m]` after any expression but a selector, which reads its own brackets. */
export function parseSubquery(parser: Parser, of: Expression): Expression {
  if (of.type !== 'instant vector' || of.kind === 'selector' || parser.peek().text !== '[')
    return of;
  const bracket = parser.peek().at;
  const { seconds, step } = rangeOf(parser);
  if (step === undefined) return parser.fail('ranges only allowed for vector selectors', bracket);
  return {
    kind: 'subquery',
    of,
    at: of.at,
    range: seconds,
    step,
    offset: offsetOf(parser),
    type: 'range vector',
  };
}

function matchersOf(parser: Parser): Matcher[] {
  const matchers: Matcher[] = [];
  for (;;) {
    if (parser.accept('}')) return matchers;
    if (parser.peek().kind === 'end') parser.fail('unexpected end of input inside braces');
    if (parser.peek().kind !== 'identifier')
      parser.unexpected(' in label matching', 'identifier or "}"');
    matchers.push(matcherOf(parser));
    if (parser.peek().kind === 'end') parser.fail('unexpected end of input inside braces');
    if (parser.peek().text !== '}' && !parser.accept(','))
      parser.unexpected(' in label matching', '"," or "}"');
  }
}

function matcherOf(parser: Parser): Matcher {
  const { text: label, at } = parser.take();
  if (parser.peek().kind === 'end') parser.fail('unexpected end of input inside braces');
  const op = (['=', '!=', '=~', '!~'] as const).find((one) => parser.accept(one));
  if (op === undefined) return parser.unexpected(' in label matching', 'label matching operator');
  if (parser.peek().kind === 'end') parser.fail('unexpected end of input inside braces');
  if (parser.peek().kind !== 'string') return parser.unexpected(' in label matching', 'string');
  const value = unquoted(parser.take().text);
  if (op.endsWith('~')) {
    try {
      anchored(value);
    } catch {
      parser.fail(`error parsing regexp: invalid: \`${value})$\``, at);
    }
  }
  return { label, op, value };
}

/** A step that is left out is the evaluation interval. */
const defaultStep = 15;

function rangeOf(parser: Parser): { seconds: number; step?: number } {
  parser.take();
  const seconds = parser.duration();
  const stepped = parser.accept(':') !== undefined;
  const step = stepped && parser.peek().text !== ']' ? parser.duration() : defaultStep;
  if (parser.peek().kind === 'end') parser.fail('unclosed left bracket');
  if (!parser.accept(']')) parser.unexpected(' in subquery or range', '"]"');
  return { seconds, ...(stepped && { step }) };
}

function offsetOf(parser: Parser): number {
  if (!parser.accept('offset')) return 0;
  const sign = parser.accept('-') ? -1 : 1;
  if (parser.peek().kind === 'end') parser.unexpected(' in offset', 'duration');
  return sign * parser.duration();
}

/** Matchers compare whole values, as RE2 does with `^(?:…)$`. */
export const anchored = (pattern: string): RegExp =>
  new RegExp(`^(?:${pattern.replace(/^\(\?i\)/, '')})$`, pattern.startsWith('(?i)') ? 'is' : 's');
