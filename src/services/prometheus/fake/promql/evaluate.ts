import { aggregate } from './aggregate.ts';
import { binary } from './binary.ts';
import { labelReplace, overTime, perSample } from './functions.ts';
import type { Expression, Labels, Store } from './syntax.ts';
import { pointsOf, scalarOf, unnamed, type Value } from './value.ts';

/** The value of an expression at one moment (unix seconds). */
export function evaluate(expression: Expression, at: number, store: Store): Value {
  switch (expression.kind) {
    case 'number':
      return { type: 'scalar', value: expression.value };
    case 'string':
      return { type: 'string', value: expression.value };
    case 'selector':
      return select(expression, at, store);
    case 'subquery':
      return subquery(expression, at, store);
    case 'call':
      return call(expression, at, store);
    case 'aggregate': {
      const parameter = expression.parameter
        ? scalarOf(evaluate(expression.parameter, at, store))
        : 0;
      return {
        type: 'vector',
        points: aggregate(expression, parameter, pointsOf(evaluate(expression.of, at, store))),
      };
    }
    case 'negative': {
      const of = evaluate(expression.of, at, store);
      return of.type === 'vector'
        ? {
            type: 'vector',
            points: of.points.map((point) => ({ ...unnamed(point), value: -point.value })),
          }
        : { type: 'scalar', value: -scalarOf(of) };
    }
    case 'binary':
      return binary(
        expression,
        evaluate(expression.left, at, store),
        evaluate(expression.right, at, store),
      );
  }
}

function select(
  { matchers, range, offset }: Extract<Expression, { kind: 'selector' }>,
  at: number,
  store: Store,
): Value {
  const then = at - offset;
  return range === undefined
    ? { type: 'vector', points: store.select(matchers, then) }
    : { type: 'matrix', series: store.range(matchers, then - range, then) };
}

/** The inner expression at every multiple of the step within (at - range, at]. */
function subquery(
  { of, range, step, offset }: Extract<Expression, { kind: 'subquery' }>,
  at: number,
  store: Store,
): Value {
  const then = at - offset;
  const series = new Map<string, { labels: Labels; samples: { at: number; value: number }[] }>();
  for (let when = (Math.floor((then - range) / step) + 1) * step; when <= then; when += step) {
    for (const { labels, value } of pointsOf(evaluate(of, when, store))) {
      const key = JSON.stringify(Object.entries(labels).sort());
      const row = series.get(key) ?? { labels, samples: [] };
      row.samples.push({ at: when, value });
      series.set(key, row);
    }
  }
  return { type: 'matrix', series: [...series.values()] };
}

function call(
  { name, args }: Extract<Expression, { kind: 'call' }>,
  at: number,
  store: Store,
): Value {
  const values = args.map((arg) => evaluate(arg, at, store));
  const [first] = values;
  if (name === 'time') return { type: 'scalar', value: at };
  if (!first) return { type: 'vector', points: [] };
  if (name === 'vector')
    return { type: 'vector', points: [{ labels: {}, value: scalarOf(first) }] };
  if (name === 'scalar')
    return {
      type: 'scalar',
      value: pointsOf(first).length === 1 ? (pointsOf(first)[0]?.value ?? Number.NaN) : Number.NaN,
    };
  const ranged = args.findIndex(({ type }) => type === 'range vector');
  const range = args[ranged];
  const matrix = values[ranged];
  const numbers = values.flatMap((value) => (value.type === 'scalar' ? [value.value] : []));
  if (matrix?.type === 'matrix')
    return {
      type: 'vector',
      points: overTime(name, matrix.series, {
        range: range?.kind === 'selector' || range?.kind === 'subquery' ? (range.range ?? 0) : 0,
        parameter: numbers[0] ?? 0,
        at,
      }),
    };
  if (name === 'label_replace')
    return {
      type: 'vector',
      points: labelReplace(
        pointsOf(first),
        values.flatMap((value) => (value.type === 'string' ? [value.value] : [])),
      ),
    };
  return { type: 'vector', points: perSample(name, values.flatMap(pointsOf), numbers, at) };
}
