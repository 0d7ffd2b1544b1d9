import * as z from 'zod';
import { bounds, Range } from './request.ts';
import { Problem } from './problem.ts';
import type { Call } from './route.ts';
import { searchedStreams } from './search.ts';
import { ParseFailure } from './lucene.ts';
import { tryParse } from './validate.ts';

/** What POST /search/aggregate takes (AggregationRequestSpec), as far as it counts messages by one field. */
const Body = z.strictObject({
  query: z.string().default('*'),
  streams: z.array(z.string()).default([]),
  timerange: Range,
  group_by: z.array(z.strictObject({ field: z.string(), limit: z.int().default(15) })).length(1),
  metrics: z.array(z.strictObject({ function: z.literal('count') })).length(1),
});

/** A table: a row for each value of the field, those with the most messages first. */
export function aggregate(call: Call): object {
  const { log, world, body } = call;
  const parsed = Body.safeParse(JSON.parse(body === '' ? '{}' : body));
  if (!parsed.success) throw new Problem(400, z.prettifyError(parsed.error));
  const { query, streams, timerange, group_by } = parsed.data;
  const [grouping] = group_by;
  const searched = searchedStreams(call, streams, streams);
  const test = tryParse(query);
  if (!grouping || test instanceof ParseFailure || !world.graylog.indexer.reachable)
    throw new Problem(400, 'Failed to obtain results. Please verify your query.');
  const { from, to } = bounds(timerange, world.now());
  const counts = log.countBy(grouping.field, test, { from, to, streams: new Set(searched) });
  return {
    schema: [
      {
        column_type: 'grouping',
        type: 'string',
        field: grouping.field,
        name: `grouping: ${grouping.field}`,
      },
      { column_type: 'metric', type: 'numeric', function: 'count', name: 'metric: count()' },
    ],
    datarows: [...counts].sort((a, b) => b[1] - a[1]).slice(0, grouping.limit),
    metadata: {
      effective_timerange: {
        type: 'absolute',
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
      },
    },
  };
}
