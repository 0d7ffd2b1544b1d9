import { aggregate } from './aggregate.ts';
import { binary } from './binary.ts';
import { overTime, perSample } from './functions.ts';
import type { Expression, Labels, Point, Store } from './syntax.ts';

export type Value =
  | { type: 'scalar'; value: number }
  | { type: 'string'; value: string }
  | { type: 'vector'; points: Point[] }
  | { type: 'matrix'; series: { labels: Labels; samples: { at: number; value: number }[] }[] };

/** The value of an expression at one moment (unix seconds). */
export function evaluate(expression: Expression, at: number, store: Store): Value {
  switch (expression.kind) {
    case 'number': return { type: 'scalar', value: expression.value };
    case 'string': return { type: 'string', value: expression.value };
    case 'selector': return select(expression, at, store);
    case 'call': return call(expression, at, store);
    case 'aggregate': {
      const parameter = expression.parameter ? scalarOf(evaluate(expression.parameter, at, store)) : 0;
      return { type: 'vector', points: aggregate(expression, parameter, pointsOf(evaluate(expression.of, at, store))) };
    }
    case 'negative': {
      const of = evaluate(expression.of, at, store);
      return of.type === 'vector' ? { type: 'vector', points: of.points.map((point) => ({ ...unnamed(point), value: -point.value })) } : { type: 'scalar', value: -scalarOf(of) };
    }
    case 'binary': return binary(expression, evaluate(expression.left, at, store), evaluate(expression.right, at, store));
  }
}

function select({ matchers, range, offset }: Extract<Expression, { kind: 'selector' }>, at: number, store: Store): Value {
  const then = at - offset;
  return range === undefined ? { type: 'vector', points: store.select(matchers, then) } : { type: 'matrix', series: store.range(matchers, then - range, then) };
}

function call({ name, args }: Extract<Expression, { kind: 'call' }>, at: number, store: Store): Value {
  const [first, second] = args.map((arg) => evaluate(arg, at, store));
  if (name === 'time') return { type: 'scalar', value: at };
  if (!first) return { type: 'vector', points: [] };
  if (name === 'vector') return { type: 'vector', points: [{ labels: {}, value: scalarOf(first) }] };
  if (name === 'scalar') return { type: 'scalar', value: pointsOf(first).length === 1 ? (pointsOf(first)[0]?.value ?? Number.NaN) : Number.NaN };
  if (first.type === 'matrix') {
    const selector = args[0];
    const range = selector?.kind === 'selector' ? (selector.range ?? 0) : 0;
    return { type: 'vector', points: overTime(name, first.series, range) };
  }
  return { type: 'vector', points: perSample(name, pointsOf(first), second ? scalarOf(second) : 1, at) };
}

export const scalarOf = (value: Value): number => (value.type === 'scalar' ? value.value : Number.NaN);
export const pointsOf = (value: Value): Point[] => (value.type === 'vector' ? value.points : []);

/** Arithmetic drops the metric name. */
export const unnamed = ({ labels: { __name__: _, ...labels }, value, since }: Point): Point => ({ labels, value, since });
