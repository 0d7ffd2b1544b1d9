import { unquoted } from './lexer.ts';
import type { Parser } from './parser.ts';
import type { Expression, Matcher } from './syntax.ts';

/** `name{label="value"}[5m] offset 1h`, without sub-queries. */
export function parseSelector(parser: Parser): Expression {
  const { at, kind } = parser.peek();
  const name = kind === 'identifier' ? parser.take().text : undefined;
  const matchers: Matcher[] = name === undefined ? [] : [{ label: '__name__', op: '=', value: name }];
  if (parser.accept('{')) matchers.push(...matchersOf(parser));
  const matchesEmpty = ({ op, value }: Matcher): boolean => (op === '=' ? value === '' : op === '!=' ? value !== '' : (op === '=~') === anchored(value).test(''));
  if (matchers.every(matchesEmpty)) parser.fail('vector selector must contain at least one non-empty matcher', at);
  const range = rangeOf(parser);
  if (parser.accept('@')) parser.unexpected(' in @', 'timestamp');
  return { kind: 'selector', matchers, offset: offsetOf(parser), at, type: range === undefined ? 'instant vector' : 'range vector', ...(range !== undefined && { range }) };
}

function matchersOf(parser: Parser): Matcher[] {
  const matchers: Matcher[] = [];
  for (;;) {
    if (parser.accept('}')) return matchers;
    if (parser.peek().kind === 'end') parser.fail('unexpected end of input inside braces');
    if (parser.peek().kind !== 'identifier') parser.unexpected(' in label matching', 'identifier or "}"');
    matchers.push(matcherOf(parser));
    if (parser.peek().kind === 'end') parser.fail('unexpected end of input inside braces');
    if (parser.peek().text !== '}' && !parser.accept(',')) parser.unexpected(' in label matching', '"," or "}"');
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

function rangeOf(parser: Parser): number | undefined {
  if (!parser.accept('[')) return undefined;
  const range = parser.duration();
  if (parser.peek().kind === 'end') parser.fail('unclosed left bracket');
  if (!parser.accept(']')) parser.unexpected(' in subquery or range', '"]"');
  return range;
}

function offsetOf(parser: Parser): number {
  if (!parser.accept('offset')) return 0;
  const sign = parser.accept('-') ? -1 : 1;
  if (parser.peek().kind === 'end') parser.unexpected(' in offset', 'duration');
  return sign * parser.duration();
}

/** Matchers compare whole values, as RE2 does with `^(?:…)$`. */
export const anchored = (pattern: string): RegExp => new RegExp(`^(?:${pattern.replace(/^\(\?i\)/, '')})$`, pattern.startsWith('(?i)') ? 'is' : 's');
