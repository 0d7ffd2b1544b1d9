/** The part of Lucene's query language that people write: terms, phrases, fields, ranges, wildcards, AND OR NOT + - and parentheses. */

/** The fields of one message. */
export type Document = Readonly<
  Record<string, string | number | bigint | boolean | readonly string[]>
>;
type Test = (document: Document) => boolean;

/** A query that OpenSearch would refuse. `column` is where, counted from the start. */
export class ParseFailure extends Error {
  readonly column: number;
  constructor(message: string, column: number) {
    super(message);
    this.column = column;
  }
}

/** A query as a test of a document, and the fields it names. */
export interface Parsed {
  test: Test;
  fields: readonly string[];
}

/** Throws a ParseFailure. */
export function parse(query: string): Parsed {
  const parser = new Parser(query);
  const test = parser.clauses(undefined);
  parser.end();
  return { test, fields: [...parser.fields] };
}

const token =
  /\s*(?:(\(|\))|([+!-])|(AND|OR|NOT|&&|\|\|)(?=[\s()!+-]|$)|((?:[^\s:()"\\[\]{}<>=]|\\.)+)(:)?|"((?:[^"\\]|\\.)*)"|(?:([[{])\s*(\S+)\s+TO\s+([^\s\]}]+)\s*([\]}]))|(<=|>=|<|>))/y;
const plain = (text: string): string => text.replace(/\\(.)/g, '$1');
const never: Test = () => false;

class Parser {
  readonly fields = new Set<string>();
  readonly #query: string;
  #at = 0;

  constructor(query: string) {
    this.#query = query;
  }

  end(): void {
    if (this.#rest() !== '') throw this.#failure();
  }

  /** Clauses as the classic parser takes them: AND makes both sides required, NOT excludes, the rest are alternatives. */
  clauses(field: string | undefined): Test {
    const clauses: { occur: 'must' | 'should' | 'not'; test: Test }[] = [];
    for (let joined = ''; this.#continues(joined); joined = this.#conjunction()) {
      const negated = this.#take(/\s*(?:NOT(?=\s)|!|-)\s*/y);
      const required = this.#take(/\s*\+/y);
      const and = joined === 'AND' || joined === '&&';
      const previous = clauses.at(-1);
      if (and && previous?.occur === 'should') previous.occur = 'must';
      clauses.push({
        occur: negated ? 'not' : and || required ? 'must' : 'should',
        test: this.#clause(field),
      });
    }
    if (clauses.length === 0) throw this.#failure();
    const testsOf = (occur: string): Test[] =>
      clauses.filter((clause) => clause.occur === occur).map(({ test }) => test);
    const [must, should, not] = [testsOf('must'), testsOf('should'), testsOf('not')];
    return (document) =>
      must.every((test) => test(document)) &&
      !not.some((test) => test(document)) &&
      (must.length > 0 || should.length === 0 || should.some((test) => test(document)));
  }

  #clause(field: string | undefined): Test {
    const [, bracket, , , word, colon, phrase, open, low = '', high = '', close, comparison] =
      this.#next();
    if (bracket === '(') {
      const inner = this.clauses(field);
      if (!this.#take(/\s*\)/y)) throw this.#failure();
      return inner;
    }
    if (word !== undefined && colon) return this.#field(plain(word));
    if (word !== undefined) return this.#term(field, word);
    if (phrase !== undefined)
      return matches(field, (text) => text.toLowerCase().includes(plain(phrase).toLowerCase()));
    if (field && open) return within(field, [low, open === '['], [high, close === ']']);
    if (field && comparison) {
      const [, , , , bound] = this.#next();
      if (bound === undefined) throw this.#failure();
      return comparison.startsWith('<')
        ? within(field, ['*', true], [bound, comparison === '<='])
        : within(field, [bound, comparison === '>='], ['*', true]);
    }
    throw this.#failure();
  }

  #field(name: string): Test {
    if (name !== '_exists_') {
      this.fields.add(name);
      return this.#clause(name);
    }
    const [, , , , existing = ''] = this.#next();
    return (document) => existing in document;
  }

  #term(field: string | undefined, word: string): Test {
    if (word === '*') return field ? (document) => field in document : () => true;
    if (/^[*?]/.test(word))
      throw new ParseFailure(
        `Cannot parse '${this.#query}': '*' or '?' not allowed as first character in WildcardQuery`,
        this.#at,
      );
    const wildcard = /(?<!\\)[*?]/.test(word);
    const shape = new RegExp(
      `^${plain(word)
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', wildcard ? '.*' : '\\*')
        .replaceAll('?', wildcard ? '.' : '\\?')}$`,
      'i',
    );
    return matches(field, (text, analyzed) =>
      analyzed
        ? text
            .split(/[^\p{L}\p{N}_.-]+/u)
            .some((part) => shape.test(part) || shape.test(part.replace(/[.-]+$/, '')))
        : shape.test(text),
    );
  }

  /** Whether another clause follows, as one must after AND or OR. */
  #continues(joined: string): boolean {
    if (this.#rest() !== '' && !this.#rest().startsWith(')')) return true;
    if (joined !== '') throw this.#failure();
    return false;
  }

  #conjunction(): string {
    return this.#take(/\s*(AND|OR|&&|\|\|)(?=[\s()!+-]|$)\s*/y)?.trim() ?? '';
  }

  #next(): (string | undefined)[] {
    token.lastIndex = this.#at;
    const match = token.exec(this.#query);
    if (!match || match[3]) throw this.#failure();
    this.#at = token.lastIndex;
    return [...match];
  }

  #take(shape: RegExp): string | undefined {
    shape.lastIndex = this.#at;
    const match = shape.exec(this.#query);
    if (match) this.#at = shape.lastIndex;
    return match?.[0];
  }

  #rest(): string {
    return this.#query.slice(this.#at).trimStart();
  }

  #failure(): ParseFailure {
    const rest = this.#rest();
    const what = rest === '' ? '<EOF>' : (rest.split(/\s/)[0] ?? '');
    return new ParseFailure(
      `Cannot parse '${this.#query}': Encountered "${what}" at line 1, column ${this.#at}.`,
      this.#at,
    );
  }
}

/** Only `message` is broken into words; without a field every field is looked at. */
function matches(
  field: string | undefined,
  test: (text: string, analyzed: boolean) => boolean,
): Test {
  const fieldMatches = (document: Document, name: string): boolean =>
    [document[name] ?? []].flat().some((value) => test(String(value), name === 'message'));
  return field
    ? (document) => fieldMatches(document, field)
    : (document) => Object.keys(document).some((name) => fieldMatches(document, name));
}

function within(
  field: string,
  [low, lowIn]: [string, boolean],
  [high, highIn]: [string, boolean],
): Test {
  const [from, to] = [
    low === '*' ? -Infinity : Number(low),
    high === '*' ? Infinity : Number(high),
  ];
  if (Number.isNaN(from) || Number.isNaN(to)) return never;
  return (document) => {
    const value = document[field];
    if (typeof value !== 'number') return false;
    return (lowIn ? value >= from : value > from) && (highIn ? value <= to : value < to);
  };
}
