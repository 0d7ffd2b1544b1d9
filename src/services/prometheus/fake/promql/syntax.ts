export type Labels = Readonly<Record<string, string>>;

export type Type = 'scalar' | 'instant vector' | 'range vector' | 'string';

export interface Matcher { label: string; op: '=' | '!=' | '=~' | '!~'; value: string }
export interface Matching { on: boolean; labels: readonly string[]; group?: 'left' | 'right' }

/** A parsed expression; `at` is where it begins, counted from 0. Times in seconds. */
export type Expression = { at: number; type: Type } & (
  | { kind: 'number'; value: number }
  | { kind: 'string'; value: string }
  | { kind: 'selector'; matchers: readonly Matcher[]; range?: number; offset: number }
  | { kind: 'call'; name: string; args: readonly Expression[] }
  | { kind: 'aggregate'; op: string; parameter?: Expression; of: Expression; by?: readonly string[]; without?: readonly string[] }
  | { kind: 'binary'; op: string; left: Expression; right: Expression; bool: boolean; matching?: Matching }
  | { kind: 'negative'; of: Expression }
);

/** What Prometheus answers with 400 `bad_data`: the position is counted from 1. */
export class ParseError extends Error {
  constructor(text: string, at: number, message: string) {
    const before = text.slice(0, at).split('\n');
    super(`${before.length}:${(before.at(-1) ?? '').length + 1}: parse error: ${message}`);
  }
}

/** What Prometheus answers with 422 `execution`. */
export class ExecutionError extends Error {}

/** One value of one series at one moment. `since` (ms): when it last changed for a reason worth an alert. */
export interface Point { labels: Labels; value: number; since?: number | undefined; histogram?: { count: string; sum: string } | undefined }

/** Where samples come from: seconds in, nothing where a series does not exist at that moment. */
export interface Store {
  select(matchers: readonly Matcher[], at: number): Point[];
  /** Samples of each series in (from, to]. */
  range(matchers: readonly Matcher[], from: number, to: number): { labels: Labels; samples: { at: number; value: number }[] }[];
}

export const aggregations: ReadonlySet<string> = new Set(['sum', 'avg', 'min', 'max', 'count', 'group', 'topk', 'bottomk']);

interface Signature { takes: readonly Type[]; gives: Type; optional?: number }
const overRange: Signature = { takes: ['range vector'], gives: 'instant vector' };
const perSample: Signature = { takes: ['instant vector'], gives: 'instant vector' };

/** The functions this fake knows, as in promql/parser/functions.go. */
export const functions: Readonly<Record<string, Signature>> = {
  rate: overRange, irate: overRange, increase: overRange, delta: overRange,
  avg_over_time: overRange, min_over_time: overRange, max_over_time: overRange, sum_over_time: overRange, count_over_time: overRange, last_over_time: overRange,
  abs: perSample, ceil: perSample, floor: perSample, sort: perSample, sort_desc: perSample, absent: perSample, timestamp: perSample,
  round: { takes: ['instant vector', 'scalar'], gives: 'instant vector', optional: 1 },
  vector: { takes: ['scalar'], gives: 'instant vector' },
  scalar: { takes: ['instant vector'], gives: 'scalar' },
  time: { takes: [], gives: 'scalar' },
};
