import { secondsOf, tokensOf, type Token } from './lexer.ts';
import { ParseError } from './syntax.ts';

const articles: Readonly<Record<string, string>> = {
  ')': "right parenthesis ')'",
  '}': "right brace '}'",
};

/** The tokens of one text, read from left to right, with the complaints of the real parser. */
export class TokenReader {
  readonly text: string;
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(text: string) {
    this.text = text;
    this.#tokens = tokensOf(text);
  }

  peek(): Token {
    return this.#tokens[this.#position] ?? { kind: 'end', text: '', at: this.text.length };
  }

  /** The token after the next one. */
  peekSecond(): Token | undefined {
    return this.#tokens[this.#position + 1];
  }

  take(): Token {
    const token = this.peek();
    this.#position += 1;
    return token;
  }

  /** Takes the next token if it is this one. */
  accept(text: string): Token | undefined {
    return this.peek().kind !== 'string' && this.peek().text.toLowerCase() === text
      ? this.take()
      : undefined;
  }

  fail(message: string, at = this.peek().at): never {
    throw new ParseError(this.text, at, message);
  }

  unexpected(where = '', expected = ''): never {
    const { kind, text, at } = this.peek();
    const what =
      kind === 'end'
        ? 'end of input'
        : kind === 'operator'
          ? `"${text}"`
          : `${kind} ${kind === 'string' ? text : `"${text}"`}`;
    if (kind === 'operator' && text in articles && where === '')
      return this.fail(`unexpected ${articles[text]}`, at + 1);
    return this.fail(`unexpected ${what}${where}${expected && `, expected ${expected}`}`);
  }

  finish(): void {
    if (this.peek().kind !== 'end') this.unexpected();
  }

  /** Seconds. */
  duration(): number {
    const { kind, text } = this.peek();
    if (kind !== 'duration' && kind !== 'number') return this.unexpected();
    this.take();
    return secondsOf(text);
  }
}
