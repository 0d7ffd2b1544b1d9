export type Labels = Readonly<Record<string, string>>;

export type Type = 'scalar' | 'instant vector' | 'range vector' | 'string';

export interface Matcher {
  label: string;
  op: '=' | '!=' | '=~' | '!~';
  value: string;
}
/** `on (…)` or `ignoring (…)`, and which side may match several times. */
export interface Matching {
  on: boolean;
  labels: readonly string[];
  group?: 'left' | 'right';
}

/** A parsed expression; `at` is where it begins, counted from 0. Times in seconds. */
export type Expression = { at: number; type: Type } & (
  | { kind: 'number'; value: number }
  | { kind: 'string'; value: string }
  | { kind: 'selector'; matchers: readonly Matcher[]; range?: number; offset: number }
  | { kind: 'subquery'; of: Expression; range: number; step: number; offset: number }
  | { kind: 'call'; name: string; args: readonly Expression[] }
  | {
      kind: 'aggregate';
      op: string;
      parameter?: Expression;
      of: Expression;
      by?: readonly string[];
      without?: readonly string[];
    }
  | {
      kind: 'binary';
      op: string;
      left: Expression;
      right: Expression;
      bool: boolean;
      matching?: Matching;
    }
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
export interface Point {
  labels: Labels;
  value: number;
  since?: number | undefined;
  histogram?: { count: string; sum: string } | undefined;
}

/** Where samples come from: seconds in, nothing where a series does not exist at that moment. */
export interface Store {
  select(matchers: readonly Matcher[], at: number): Point[];
  /** Samples of each series in (from, to]. */
  range(
    matchers: readonly Matcher[],
    from: number,
    to: number,
  ): { labels: Labels; samples: { at: number; value: number }[] }[];
}

/** Those that the fake computes. */
export const aggregations: ReadonlySet<string> = new Set([
  'sum',
  'avg',
  'min',
  'max',
  'count',
  'group',
  'stddev',
  'quantile',
  'topk',
  'bottomk',
]);

/** `optional` arguments at the end may be missing; `many` of the last one may follow. */
interface Signature {
  takes: readonly Type[];
  gives: Type;
  optional?: number;
  many?: true;
}
const overRange: Signature = { takes: ['range vector'], gives: 'instant vector' };
const perSample: Signature = { takes: ['instant vector'], gives: 'instant vector' };
const calendar: Signature = { ...perSample, optional: 1 };
const named = (names: string, signature: Signature): Record<string, Signature> =>
  Object.fromEntries(names.split(' ').map((name) => [name, signature]));

/** The functions of promql/parser/functions.go. Those that `functions.ts` does not compute give no series. */
export const functions: Readonly<Record<string, Signature>> = {
  ...named(
    'rate irate increase delta idelta deriv changes resets absent_over_time present_over_time',
    overRange,
  ),
  ...named(
    'avg_over_time min_over_time max_over_time sum_over_time count_over_time last_over_time stddev_over_time stdvar_over_time',
    overRange,
  ),
  ...named(
    'abs ceil floor exp sqrt ln log2 log10 sgn sort sort_desc absent timestamp histogram_count histogram_sum histogram_avg',
    perSample,
  ),
  ...named('minute hour day_of_week day_of_month day_of_year days_in_month month year', calendar),
  ...named('clamp_min clamp_max', { takes: ['instant vector', 'scalar'], gives: 'instant vector' }),
  clamp: { takes: ['instant vector', 'scalar', 'scalar'], gives: 'instant vector' },
  predict_linear: { takes: ['range vector', 'scalar'], gives: 'instant vector' },
  quantile_over_time: { takes: ['scalar', 'range vector'], gives: 'instant vector' },
  histogram_quantile: { takes: ['scalar', 'instant vector'], gives: 'instant vector' },
  label_replace: {
    takes: ['instant vector', 'string', 'string', 'string', 'string'],
    gives: 'instant vector',
  },
  label_join: {
    takes: ['instant vector', 'string', 'string', 'string'],
    gives: 'instant vector',
    many: true,
  },
  round: { takes: ['instant vector', 'scalar'], gives: 'instant vector', optional: 1 },
  vector: { takes: ['scalar'], gives: 'instant vector' },
  scalar: { takes: ['instant vector'], gives: 'scalar' },
  time: { takes: [], gives: 'scalar' },
};
