import {
  ExecutionError,
  type Expression,
  type Labels,
  type Matching,
  type Point,
} from './syntax.ts';
import { pointsOf, scalarOf, unnamed, type Value } from './value.ts';

type Binary = Extract<Expression, { kind: 'binary' }>;

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '^': (a, b) => a ** b,
};
const comparison: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};

/** The value of a binary operation on two values, with Prometheus' vector matching. Throws an ExecutionError where labels match more than once. */
export function binary(expression: Binary, left: Value, right: Value): Value {
  const { op, matching } = expression;
  if (left.type === 'scalar' && right.type === 'scalar')
    return {
      type: 'scalar',
      value:
        arithmetic[op]?.(left.value, right.value) ??
        Number(comparison[op]?.(left.value, right.value)),
    };
  if (left.type === 'scalar')
    return {
      type: 'vector',
      points: pointsOf(right).flatMap((point) =>
        combine(expression, point, scalarOf(left), point.value),
      ),
    };
  if (right.type === 'scalar')
    return {
      type: 'vector',
      points: pointsOf(left).flatMap((point) =>
        combine(expression, point, point.value, scalarOf(right)),
      ),
    };
  if (op === 'and' || op === 'or' || op === 'unless')
    return { type: 'vector', points: setOperation(op, pointsOf(left), pointsOf(right), matching) };
  return { type: 'vector', points: vectorOperation(expression, pointsOf(left), pointsOf(right)) };
}

/** One result: arithmetic gives a nameless point, a comparison keeps the point or drops it. `sides` are left and right. */
function combine({ op, bool }: Binary, point: Point, ...[a, b]: [a: number, b: number]): Point[] {
  const compare = comparison[op];
  if (!compare) return [{ ...unnamed(point), value: arithmetic[op]?.(a, b) ?? Number.NaN }];
  if (bool) return [{ ...unnamed(point), value: Number(compare(a, b)) }];
  return compare(a, b) ? [point] : [];
}

/** The labels that are matched, in order: what two points that belong together have in common. */
function keyOf({ labels }: Point, matching: Matching | undefined): string {
  const kept: [name: string, value: string][] = [];
  for (const name of Object.keys(labels).sort()) {
    const isKept = matching?.on
      ? matching.labels.includes(name)
      : name !== '__name__' && !matching?.labels.includes(name);
    if (isKept) kept.push([name, labels[name] ?? '']);
  }
  return JSON.stringify(kept);
}

function setOperation(
  op: 'and' | 'or' | 'unless',
  left: readonly Point[],
  right: readonly Point[],
  matching: Matching | undefined,
): Point[] {
  const keys = (points: readonly Point[]) => new Set(points.map((point) => keyOf(point, matching)));
  if (op === 'or') {
    const lefts = keys(left);
    return [...left, ...right.filter((point) => !lefts.has(keyOf(point, matching)))];
  }
  const rights = keys(right);
  return left.filter((point) => rights.has(keyOf(point, matching)) === (op === 'and'));
}

function vectorOperation(
  expression: Binary,
  left: readonly Point[],
  right: readonly Point[],
): Point[] {
  const { matching, op } = expression;
  const swapped = matching?.group === 'right';
  const [many, single] = swapped ? [right, left] : [left, right];
  const partners = new Map<string, Point>();
  for (const point of single) {
    const key = keyOf(point, matching);
    const other = partners.get(key);
    if (other) throw duplicateSeries(swapped ? 'left' : 'right', key, other, point);
    partners.set(key, point);
  }
  const seen = new Map<string, Point>();
  return many.flatMap((point) => {
    const key = keyOf(point, matching);
    const partner = partners.get(key);
    const other = seen.get(key);
    if (!partner) return [];
    if (other && !matching?.group)
      throw new ExecutionError(
        'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
      );
    seen.set(key, point);
    const since = Math.max(point.since ?? 0, partner.since ?? 0) || undefined;
    const labels =
      matching?.on && !matching.group && op in arithmetic
        ? Object.fromEntries(JSON.parse(key) as [string, string][])
        : point.labels;
    return combine(
      expression,
      { ...point, labels, since },
      ...(swapped
        ? ([partner.value, point.value] as const)
        : ([point.value, partner.value] as const)),
    );
  });
}

const labelText = (labels: Labels): string =>
  `{${Object.entries(labels)
    .sort()
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ')}}`;
const duplicateSeries = (side: string, key: string, a: Point, b: Point): ExecutionError =>
  new ExecutionError(
    `found duplicate series for the match group ${labelText(Object.fromEntries(JSON.parse(key) as [string, string][]))} on the ${side} hand-side of the operation: [${labelText(b.labels)}, ${labelText(a.labels)}];many-to-many matching not allowed: matching labels must be unique on one side`,
  );
