import { ParseError } from './syntax.ts';

export type Kind = 'number' | 'string' | 'identifier' | 'duration' | 'operator' | 'end';
/** `at` is where it begins, counted from 0. */
export interface Token {
  kind: Kind;
  text: string;
  at: number;
}

const space = /(?:\s|#.*)+/y;
const shapes: readonly (readonly [Kind, RegExp])[] = [
  ['duration', /\d+(?:\.\d+)?(?:ms|[smhdwy])(?:\d+(?:ms|[smhdwy]))*(?!\w)/y],
  ['number', /(?:0x[0-9a-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|(?:inf|nan)(?![\w:]))/iy],
  ['identifier', /[a-zA-Z_:][\w:]*/y],
  ['string', /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`[^`]*`/y],
  ['operator', /==|=~|!=|!~|>=|<=|[-+*/%^<>=(){}[\],@:]/y],
];

/** The tokens of a PromQL text, the last one being its end. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let braces = 0;
  let brackets = 0;
  for (let at = skip(text, 0); at < text.length; at = skip(text, at)) {
    const token = tokenAt(text, at, braces > 0, brackets > 0);
    if (token.text === '{') braces += 1;
    if (token.text === '}') braces -= 1;
    if (token.text === '[') brackets += 1;
    if (token.text === ']') brackets -= 1;
    tokens.push(token);
    at += token.text.length;
  }
  // The real lexer reports where it stopped reading, blanks included.
  return [...tokens, { kind: 'end', text: '', at: text.length }];
}

function skip(text: string, at: number): number {
  space.lastIndex = at;
  return space.test(text) ? space.lastIndex : at;
}

function tokenAt(text: string, at: number, inBraces: boolean, inBrackets: boolean): Token {
  // Between brackets a colon parts range and step; everywhere else it is a letter.
  if (inBrackets && text[at] === ':') return { kind: 'operator', text: ':', at };
  for (const [kind, shape] of shapes) {
    shape.lastIndex = at;
    const match = shape.exec(text)?.[0];
    if (match !== undefined) return { kind, text: match, at };
  }
  const character = text[at] ?? '';
  if (/["'`]/.test(character)) throw new ParseError(text, at, 'unterminated quoted string');
  if (character === '!' && inBraces)
    throw new ParseError(
      text,
      at,
      `unexpected character after '!' inside braces: '${text[at + 1] ?? ''}'`,
    );
  throw new ParseError(
    text,
    at,
    `unexpected character${inBraces ? ' inside braces' : ''}: '${character}'`,
  );
}

/** The text of a string token, its escapes resolved. */
export const unquoted = (text: string): string =>
  text.startsWith('`')
    ? text.slice(1, -1)
    : text
        .slice(1, -1)
        .replace(/\\(.)/g, (_, letter: string) => ({ n: '\n', t: '\t' })[letter] ?? letter);

const units: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

/** Seconds of a duration or of a bare number. */
export function secondsOf(text: string): number {
  if (/^[\d.]+$/.test(text)) return Number(text);
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwy])/g)].reduce(
    (sum, [, count, unit = 's']) => sum + Number(count) * (units[unit] ?? 0),
    0,
  );
}
