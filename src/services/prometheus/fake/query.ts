import type { Reply } from '../../../demo/loopback.ts';
import { goNumber } from './go.ts';
import type { Knobs } from './knobs.ts';
import { evaluate } from './promql/evaluate.ts';
import { pointsOf, type Value } from './promql/value.ts';
import { parse } from './promql/parser.ts';
import {
  ExecutionError,
  ParseError,
  type Expression,
  type Labels,
  type Point,
} from './promql/syntax.ts';
import { secondsOf } from './promql/lexer.ts';
import type { Head } from './head.ts';
import { failure, Refusal, success } from './reply.ts';

/** A moment of a request in unix seconds. */
function timeOf(
  parameters: URLSearchParams,
  name: string,
  { version }: Knobs,
  fallback?: number,
): number {
  const text = parameters.get(name);
  if (text === null && fallback !== undefined) return fallback;
  const at =
    text !== null && /^-?\d+(\.\d*)?$/.test(text) ? Number(text) : Date.parse(text ?? '') / 1000;
  if (!Number.isNaN(at)) return at;
  const problem = `cannot parse "${text ?? ''}" to a valid timestamp`;
  throw new Refusal(
    name,
    name === 'time'
      ? `${version === '2.42.0' ? 'I' : 'i'}nvalid time value for 'time': ${problem}`
      : problem,
  );
}

function parseQuery(parameters: URLSearchParams, { version }: Knobs): Expression {
  const query = parameters.get('query') ?? '';
  if (query.trim() === '')
    throw new Refusal(
      'query',
      `${version === '2.42.0' ? '1:1' : 'unknown position'}: parse error: no expression found in input`,
    );
  try {
    return parse(query);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new Refusal(
      'query',
      version === '2.42.0'
        ? error.message
        : error.message.replace(
            'in offset, expected duration',
            'in offset, expected number or duration',
          ),
    );
  }
}

/** `/api/v1/query` and `/api/v1/query_range`. */
export function answerQuery(
  head: Head,
  parameters: URLSearchParams,
  knobs: Knobs,
  overTime: boolean,
): Reply {
  try {
    return overTime ? range(head, parameters, knobs) : instant(head, parameters, knobs);
  } catch (error) {
    if (error instanceof Refusal) return error.reply;
    if (error instanceof ExecutionError) return failure(422, 'execution', error.message);
    throw error;
  }
}

function instant(head: Head, parameters: URLSearchParams, knobs: Knobs): Reply {
  const at = timeOf(parameters, 'time', knobs, head.world.now() / 1000);
  const expression = parseQuery(parameters, knobs);
  const value = evaluate(expression, at, head.store);
  if (value.type === 'scalar' || value.type === 'string')
    return success({
      resultType: value.type,
      result: [at, value.type === 'scalar' ? goNumber(value.value) : value.value],
    });
  const rows =
    value.type === 'vector'
      ? value.points.map(({ labels, value: number, histogram }) => ({
          metric: labels,
          ...(histogram
            ? { histogram: [at, { ...histogram, buckets: [] }] }
            : { value: [at, goNumber(number)] }),
        }))
      : value.series.map(({ labels, samples }) => ({
          metric: labels,
          values: samples.map((sample) => [sample.at, goNumber(sample.value)]),
        }));
  return limited(
    value.type === 'vector' ? 'vector' : 'matrix',
    rows,
    parameters,
    knobs,
    expression,
  );
}

function range(head: Head, parameters: URLSearchParams, knobs: Knobs): Reply {
  const start = timeOf(parameters, 'start', knobs);
  const end = timeOf(parameters, 'end', knobs);
  if (end < start) throw new Refusal('end', 'end timestamp must not be before start time');
  const text = parameters.get('step') ?? '';
  if (!/^\d+(\.\d+)?(ms|[smhdwy])?$/.test(text))
    throw new Refusal('step', `cannot parse "${text}" to a valid duration`);
  const step = secondsOf(text);
  if (step <= 0)
    throw new Refusal(
      'step',
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    );
  if ((end - start) / step > 11_000)
    return failure(
      400,
      'bad_data',
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    );
  const expression = parseQuery(parameters, knobs);
  if (expression.type === 'range vector' || expression.type === 'string')
    return notPlottable(expression, knobs);
  return limited(
    'matrix',
    matrix(head, expression, { start, end, step }),
    parameters,
    knobs,
    expression,
  );
}

function notPlottable({ type }: Expression, { version }: Knobs): Reply {
  return failure(
    400,
    'bad_data',
    `${version === '2.42.0' ? '' : 'invalid parameter "query": '}invalid expression type "${type}" for range query, must be Scalar or instant Vector`,
  );
}

function matrix(
  head: Head,
  expression: Expression,
  { start, end, step }: { start: number; end: number; step: number },
): object[] {
  const { store } = head;
  const series = new Map<
    string,
    { metric: Labels; values: [number, string][]; histograms: [number, object][] }
  >();
  for (let i = 0; start + i * step <= end; i++) {
    const at = start + i * step;
    for (const { labels, value, histogram } of vectorOf(evaluate(expression, at, store))) {
      const key = JSON.stringify(Object.entries(labels).sort());
      const row = series.get(key) ?? { metric: labels, values: [], histograms: [] };
      if (histogram) row.histograms.push([at, { ...histogram, buckets: [] }]);
      else row.values.push([at, goNumber(value)]);
      series.set(key, row);
    }
  }
  return [...series.values()].map(({ metric, values, histograms }) => ({
    metric,
    ...(values.length > 0 && { values }),
    ...(histograms.length > 0 && { histograms }),
  }));
}

const vectorOf = (value: Value): Point[] =>
  value.type === 'scalar' ? [{ labels: {}, value: value.value }] : pointsOf(value);

/** `limit` exists since 3.2, and so do the remarks about what is not a counter. */
function limited(
  resultType: string,
  rows: readonly object[],
  parameters: URLSearchParams,
  { version }: Knobs,
  expression: Expression,
): Reply {
  if (version === '2.42.0') return success({ resultType, result: rows });
  const limit = Number(parameters.get('limit') ?? 0);
  const cut = limit > 0 && rows.length > limit;
  const infos = notCounters(expression);
  return success(
    { resultType, result: cut ? rows.slice(0, limit) : rows },
    {
      ...(cut && { warnings: ['results truncated due to limit'] }),
      ...(infos.length > 0 && { infos }),
    },
  );
}

function notCounters(expression: Expression): string[] {
  if (expression.kind === 'aggregate' || expression.kind === 'negative')
    return notCounters(expression.of);
  if (expression.kind === 'binary')
    return [...notCounters(expression.left), ...notCounters(expression.right)];
  if (expression.kind !== 'call') return [];
  const [argument] = expression.args;
  const name =
    argument?.kind === 'selector'
      ? argument.matchers.find(({ label }) => label === '__name__')?.value
      : undefined;
  if (
    !argument ||
    name === undefined ||
    !/^(rate|irate|increase)$/.test(expression.name) ||
    /_(total|sum|count|bucket)$/.test(name)
  )
    return expression.args.flatMap(notCounters);
  return [
    `PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: ${JSON.stringify(name)} (1:${argument.at + 1})`,
  ];
}
