import type { Labels, Point } from './syntax.ts';

/** What an expression is worth at one moment. */
export type Value =
  | { type: 'scalar'; value: number }
  | { type: 'string'; value: string }
  | { type: 'vector'; points: Point[] }
  | { type: 'matrix'; series: { labels: Labels; samples: { at: number; value: number }[] }[] };

/** NaN for what is no scalar. */
export const scalarOf = (value: Value): number =>
  value.type === 'scalar' ? value.value : Number.NaN;
/** None for what is no instant vector. */
export const pointsOf = (value: Value): Point[] => (value.type === 'vector' ? value.points : []);

/** Arithmetic drops the metric name. */
export const unnamed = ({ labels: { __name__: _, ...labels }, value, since }: Point): Point => ({
  labels,
  value,
  since,
});
