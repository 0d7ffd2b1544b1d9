import type { Expression, Labels, Point } from './syntax.ts';

const reducers: Readonly<Record<string, (values: number[]) => number>> = {
  sum: (values) => values.reduce((a, b) => a + b, 0),
  avg: (values) => values.reduce((a, b) => a + b, 0) / values.length,
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  count: (values) => values.length,
  group: () => 1,
};

export function aggregate({ op, by, without }: Extract<Expression, { kind: 'aggregate' }>, parameter: number, points: readonly Point[]): Point[] {
  const groups = new Map<string, { labels: Labels; members: Point[] }>();
  for (const point of points) {
    const labels = Object.fromEntries(Object.entries(point.labels).filter(([name]) => (without ? name !== '__name__' && !without.includes(name) : (by?.includes(name) ?? false))));
    const key = JSON.stringify(Object.entries(labels).sort());
    const group = groups.get(key) ?? { labels, members: [] };
    group.members.push(point);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ labels, members }) => {
    if (op === 'topk' || op === 'bottomk') return members.toSorted((a, b) => (op === 'topk' ? b.value - a.value : a.value - b.value)).slice(0, Math.max(0, parameter));
    return [{ labels, value: reducers[op]?.(members.map(({ value }) => value)) ?? Number.NaN }];
  });
}
