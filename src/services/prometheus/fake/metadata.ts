import type { Reply } from '../../../demo/loopback.ts';
import type { Head } from './head.ts';
import type { Knobs } from './knobs.ts';
import { parse } from './promql/parser.ts';
import { ParseError, type Matcher } from './promql/syntax.ts';
import { failure, Refusal, success } from './reply.ts';
import { matching } from './store.ts';

/** `/api/v1/labels`: the names of all labels of what `match[]` selects. */
export const labelNames = (head: Head, parameters: URLSearchParams): Reply =>
  answer(() =>
    [...new Set(select(head, parameters).flatMap(({ labels }) => Object.keys(labels)))].sort(),
  );

/** `/api/v1/series`: the labels of every series that `match[]` selects. */
export const seriesLabels = (head: Head, parameters: URLSearchParams): Reply =>
  parameters.has('match[]')
    ? answer(() => select(head, parameters).map(({ labels }) => labels))
    : failure(400, 'bad_data', 'no match[] parameter provided');

function answer(ask: () => unknown): Reply {
  try {
    return success(ask());
  } catch (error) {
    if (error instanceof Refusal) return error.reply;
    throw error;
  }
}

/** `/api/v1/label/<name>/values`. */
export function labelValues(
  head: Head,
  label: string,
  parameters: URLSearchParams,
  { version }: Knobs,
): Reply {
  if (version === '2.42.0' && !/^[a-zA-Z_]\w*$/.test(label))
    return failure(400, 'bad_data', `invalid label name: ${JSON.stringify(label)}`);
  return answer(() =>
    [...new Set(select(head, parameters).flatMap(({ labels }) => labels[label] ?? []))].sort(),
  );
}

function select(head: Head, parameters: URLSearchParams) {
  const selectors = parameters.getAll('match[]').map(matchersOf);
  return selectors.length === 0
    ? head.series
    : head.series.filter((series) =>
        selectors.some((matchers) => matching([series], matchers).length > 0),
      );
}

function matchersOf(text: string): readonly Matcher[] {
  try {
    const expression = parse(text);
    return expression.kind === 'selector' ? expression.matchers : [];
  } catch (error) {
    throw error instanceof ParseError ? new Refusal('match[]', error.message) : error;
  }
}
