import { anchored } from './promql/selector.ts';
import type { Matcher, Point, Store } from './promql/syntax.ts';
import type { Series } from './series.ts';

const scrapeSeconds = 15;
/** `--query.lookback-delta` */
const lookbackSeconds = 300;

/** Series as the evaluator wants them. Nothing exists after `now` (ms); `derived` are rules, by the name of what they record. */
export function storeOf(
  series: readonly Series[],
  now: number,
  derived: (name: string, at: number) => Point[] | undefined,
): Store {
  const latest = now / 1000;
  return {
    select(matchers, at) {
      if (at > latest + lookbackSeconds) return [];
      const name = matchers.find(({ label, op }) => label === '__name__' && op === '=')?.value;
      const computed = name === undefined ? undefined : derived(name, Math.min(at, latest));
      if (computed)
        return computed.filter(({ labels }) =>
          matchers.every((matcher) => matches(matcher, labels[matcher.label])),
        );
      return matching(series, matchers).flatMap(({ labels, at: valueAt, since, histogram }) => {
        const value = valueAt(Math.min(at, latest));
        return value === undefined ? [] : [{ labels, value, since, histogram }];
      });
    },
    range(matchers, from, to) {
      const first = Math.floor(from / scrapeSeconds) + 1;
      const last = Math.floor(Math.min(to, latest) / scrapeSeconds);
      return matching(series, matchers)
        .map(({ labels, at: valueAt }) => ({
          labels,
          samples: Array.from(
            { length: Math.max(0, last - first + 1) },
            (_, i) => (first + i) * scrapeSeconds,
          ).flatMap((at) => {
            const value = valueAt(at);
            return value === undefined ? [] : [{ at, value }];
          }),
        }))
        .filter(({ samples }) => samples.length > 0);
    },
  };
}

/** The series that all matchers accept. */
export const matching = (series: readonly Series[], matchers: readonly Matcher[]): Series[] => {
  const tests = matchers.map((matcher) => ({ label: matcher.label, test: testOf(matcher) }));
  return series.filter(({ labels }) => tests.every(({ label, test }) => test(labels[label] ?? '')));
};

function testOf({ op, value }: Matcher): (actual: string) => boolean {
  const pattern = op.endsWith('~') ? anchored(value) : undefined;
  return (actual) => (pattern ? pattern.test(actual) : actual === value) !== op.startsWith('!');
}

/** Whether a matcher accepts the value of its label; a missing label is empty. */
export const matches = (matcher: Matcher, actual = ''): boolean => testOf(matcher)(actual);
