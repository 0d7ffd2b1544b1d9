import type { Expression, Labels, Point } from './syntax.ts';

const reducers: Readonly<Record<string, (values: number[]) => number>> = {
  sum: (values) => values.reduce((a, b) => a + b, 0),
  avg: (values) => values.reduce((a, b) => a + b, 0) / values.length,
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  count: (values) => values.length,
  group: () => 1,
  stddev: (values) => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  },
};

/** With linear interpolation, as Prometheus does. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.min(Math.max(share, 0), 1) * (sorted.length - 1);
  const [below = Number.NaN, above = below] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
  return below + (above - below) * (rank - Math.floor(rank));
}

/** `parameter` is the number that topk, bottomk and quantile take. */
export function aggregate(
  { op, by, without }: Extract<Expression, { kind: 'aggregate' }>,
  parameter: number,
  points: readonly Point[],
): Point[] {
  const groups = new Map<string, { labels: Labels; members: Point[] }>();
  for (const point of points) {
    const labels = Object.fromEntries(
      Object.entries(point.labels).filter(([name]) =>
        without ? name !== '__name__' && !without.includes(name) : (by?.includes(name) ?? false),
      ),
    );
    const key = JSON.stringify(Object.entries(labels).sort());
    const group = groups.get(key) ?? { labels, members: [] };
    group.members.push(point);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ labels, members }) => {
    if (op === 'topk' || op === 'bottomk')
      return members
        .toSorted((a, b) => (op === 'topk' ? b.value - a.value : a.value - b.value))
        .slice(0, Math.max(0, parameter));
    if (op === 'quantile')
      return [
        {
          labels,
          value: quantileOf(
            members.map(({ value }) => value),
            parameter,
          ),
        },
      ];
    return [{ labels, value: reducers[op]?.(members.map(({ value }) => value)) ?? Number.NaN }];
  });
}
