import { unquoted } from './lexer.ts';
import { parseSelector, parseSubquery } from './selector.ts';
import {
  aggregations,
  functions,
  ParseError,
  type Expression,
  type Matching,
  type Type,
} from './syntax.ts';
import { TokenReader } from './token-reader.ts';

/** The part of PromQL that the demo needs, with the error texts of the real parser (seen on 2.42 and 3.5). */
export function parse(text: string): Expression {
  const parser = new Parser(text);
  if (parser.peek().kind === 'end') throw new ParseError(text, 0, 'no expression found in input');
  const expression = parser.expression(0);
  parser.finish();
  return expression;
}

const levels: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '<=': 3,
  '<': 3,
  '>=': 3,
  '>': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  '^': 6,
};
const setOperators = new Set(['and', 'or', 'unless']);
const comparisons = new Set(['==', '!=', '<=', '<', '>=', '>']);

class Parser extends TokenReader {
  expression(least: number): Expression {
    let left = this.unary();
    for (;;) {
      const op = this.peek().text.toLowerCase();
      const level =
        this.peek().kind === 'operator' || setOperators.has(op) ? levels[op] : undefined;
      if (level === undefined || level <= least) return left;
      const { at } = this.take();
      const bool = this.accept('bool') !== undefined;
      const matching = this.matching();
      const right = this.expression(op === '^' ? level - 1 : level);
      left = this.binary({ op, at, left, right, bool, ...(matching && { matching }) });
    }
  }

  binary({
    op,
    at,
    left,
    right,
    ...rest
  }: {
    op: string;
    at: number;
    left: Expression;
    right: Expression;
    bool: boolean;
    matching?: Matching;
  }): Expression {
    const scalars = [left, right].filter(({ type }) => type === 'scalar').length;
    for (const side of [left, right])
      if (side.type === 'range vector' || side.type === 'string')
        this.fail('binary expression must contain only scalar and instant vector types', side.at);
    if (setOperators.has(op) && scalars > 0)
      this.fail(`set operator "${op}" not allowed in binary scalar expression`, left.at);
    if (comparisons.has(op) && scalars === 2 && !rest.bool)
      this.fail('comparisons between scalars must use BOOL modifier', at);
    return {
      kind: 'binary',
      op,
      at: left.at,
      left,
      right,
      type: scalars === 2 ? 'scalar' : 'instant vector',
      ...rest,
    };
  }

  matching(): Matching | undefined {
    const word = this.accept('on') ?? this.accept('ignoring');
    if (!word) return undefined;
    const labels = this.labels();
    const group = this.accept('group_left') ?? this.accept('group_right');
    if (group && this.peek().text === '(') this.labels();
    return {
      on: word.text.toLowerCase() === 'on',
      labels,
      ...(group && {
        group: group.text.toLowerCase() === 'group_left' ? ('left' as const) : ('right' as const),
      }),
    };
  }

  unary(): Expression {
    const sign = this.accept('-') ?? this.accept('+');
    if (!sign) return parseSubquery(this, this.primary());
    const of = this.expression(5);
    return sign.text === '-' ? { kind: 'negative', of, at: sign.at, type: of.type } : of;
  }

  primary(): Expression {
    const { kind, text, at } = this.peek();
    if (kind === 'number')
      return { kind: 'number', value: numberOf(this.take().text), at, type: 'scalar' };
    if (kind === 'string')
      return { kind: 'string', value: unquoted(this.take().text), at, type: 'string' };
    if (this.accept('(')) {
      const inner = this.expression(0);
      if (this.peek().kind === 'end') this.fail('unclosed left parenthesis');
      return this.accept(')') ? inner : this.unexpected();
    }
    if (
      kind === 'identifier' &&
      aggregations.has(text.toLowerCase()) &&
      /^(?:\(|by$|without$)/i.test(this.peekSecond()?.text ?? '')
    )
      return this.aggregate();
    if (kind === 'identifier' && this.peekSecond()?.text === '(' && !(text.toLowerCase() in levels))
      return this.call();
    if (kind === 'identifier' || text === '{') return parseSelector(this);
    return this.unexpected();
  }

  call(): Expression {
    const { text: name, at } = this.take();
    const args = this.arguments();
    const signature = functions[name];
    if (!signature) return this.fail(`unknown function with name "${name}"`, at);
    const { takes, gives, optional = 0, many } = signature;
    if ((args.length > takes.length && !many) || args.length < takes.length - optional)
      this.fail(
        `expected ${takes.length} argument(s) in call to "${name}", got ${args.length}`,
        at,
      );
    args.forEach((arg, i) =>
      this.demand(arg, takes[i] ?? takes.at(-1) ?? 'scalar', `call to function "${name}"`),
    );
    return { kind: 'call', name, args, at, type: gives };
  }

  aggregate(): Expression {
    const { text, at } = this.take();
    const op = text.toLowerCase();
    const before = this.grouping();
    const args = this.arguments();
    const grouping = before ?? this.grouping();
    const arity = op === 'topk' || op === 'bottomk' || op === 'quantile' ? 2 : 1;
    if (args.length === 0) this.fail('no arguments for aggregate expression provided', at);
    const [first, second] = args;
    if (args.length !== arity || !first)
      return this.fail(
        `wrong number of arguments for aggregate expression provided, expected ${arity}, got ${args.length}`,
        at,
      );
    const of = second ?? first;
    if (second) this.demand(first, 'scalar', 'aggregation parameter');
    this.demand(of, 'instant vector', 'aggregation expression');
    return {
      kind: 'aggregate',
      op,
      of,
      at,
      type: 'instant vector',
      ...(second && { parameter: first }),
      ...grouping,
    };
  }

  demand({ type, at }: Expression, expected: Type, where: string): void {
    if (type !== expected) this.fail(`expected type ${expected} in ${where}, got ${type}`, at);
  }

  grouping(): { by: string[] } | { without: string[] } | undefined {
    const word = this.accept('by') ?? this.accept('without');
    if (!word) return undefined;
    const labels = this.labels();
    return word.text.toLowerCase() === 'by' ? { by: labels } : { without: labels };
  }

  labels(): string[] {
    const labels: string[] = [];
    if (!this.accept('(')) this.unexpected(' in grouping opts', '"("');
    while (!this.accept(')')) {
      if (this.peek().kind !== 'identifier')
        this.unexpected(' in grouping opts', labels.length > 0 ? 'label' : 'label or ")"');
      labels.push(this.take().text);
      if (this.peek().text !== ')' && !this.accept(','))
        this.unexpected(' in grouping opts', '"," or ")"');
    }
    return labels;
  }

  arguments(): Expression[] {
    const args: Expression[] = [];
    this.take();
    while (!this.accept(')')) {
      if (this.peek().kind === 'end') this.fail('unclosed left parenthesis');
      args.push(this.expression(0));
      if (this.peek().kind === 'end') this.fail('unclosed left parenthesis');
      if (this.peek().text !== ')' && !this.accept(',')) this.unexpected();
    }
    return args;
  }
}

const numberOf = (text: string): number =>
  /^inf$/i.test(text) ? Infinity : /^nan$/i.test(text) ? Number.NaN : Number(text);
