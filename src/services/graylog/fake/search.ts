import { streamIds } from '../../../demo/world/log-sources.ts';
import { ParseFailure } from './lucene.ts';
import { Problem } from './problem.ts';
import { parseSearch, type SearchType } from './request.ts';
import type { Call, Route } from './route.ts';
import { tryParse, validate } from './validate.ts';

export const searchRoutes: Route[] = [
  { method: 'POST', path: '/views/search/sync', run: sync },
  { method: 'POST', path: '/search/validate', run: validate },
  {
    method: 'GET',
    path: '/views/fields',
    run: ({ log }) =>
      log.fields().map((name) => ({
        name,
        type: {
          type: name === 'level' ? 'long' : 'string',
          properties: ['enumerable'],
          index_names: [],
        },
      })),
  },
];

const readableStreams = ({ world, access }: Call): string[] =>
  world.graylog.streams.map(({ id }) => id).filter((id) => access.reads(id));

/** What is searched when no stream is named: messages, and events only where there is nothing else. */
function defaultStreams(call: Call): string[] {
  const readable = readableStreams(call);
  const messages = readable.filter(
    (id) => id !== streamIds.events && id !== streamIds.systemEvents,
  );
  return messages.length > 0 ? messages : readable;
}

/** The streams of a search whose own streams are these; `named` are all that it names anywhere. */
export function searchedStreams(
  call: Call,
  streams: readonly string[],
  named: readonly string[],
): readonly string[] {
  const forbidden = named.filter((id) => !call.access.reads(id));
  if (forbidden.length > 0)
    throw new Problem(
      403,
      'The search is referencing at least one stream you are not permitted to see.',
      { type: 'MissingStreamPermission', streams: forbidden },
    );
  const searched = streams.length > 0 ? streams : defaultStreams(call);
  if (searched.length === 0)
    throw new Problem(403, "User doesn't have access to any streams", {
      type: 'MissingStreamPermission',
      streams: [],
    });
  return searched;
}

function sync(call: Call): unknown {
  const { world, access, version } = call;
  const { query, types, streams } = parseSearch(call);
  const searched = searchedStreams(call, streams, [
    ...streams,
    ...types.flatMap((type) => type.streams),
  ]);
  const job = {
    execution: { done: true, cancelled: false, completed_exceptionally: false },
    id: '66f1c0de0000000000001234',
    search_id: '66f1c0de0000000000001235',
    owner: access.account.username,
    ...(version >= 600 && { executing_node: world.graylog.nodes[0]?.id }),
    ...(version >= 601 && { progress: 100 }),
  };
  const limit = world.graylog.rangeLimitSeconds;
  if (limit !== null && types.some(({ from, to }) => to - from > limit * 1000)) {
    return {
      ...job,
      execution: { ...job.execution, completed_exceptionally: true },
      errors: [
        {
          type: 'query',
          query_id: query,
          description: 'Search out of allowed time range limit',
          backtrace: null,
        },
      ],
      results: {},
    };
  }
  const outcomes = types.map(
    (type) =>
      [type, outcomeOf(call, type, type.streams.length > 0 ? type.streams : searched)] as const,
  );
  const errors = outcomes.flatMap(([{ id }, outcome]) =>
    'error' in outcome
      ? [
          {
            type: outcome.kind,
            query_id: query,
            search_type_id: id,
            description: outcome.error,
            backtrace: `org.graylog2.indexer.ElasticsearchException: ${outcome.error}\n\tat org.graylog.storage.opensearch2.views.OpenSearchBackend`,
          },
        ]
      : [],
  );
  const search_types = Object.fromEntries(
    outcomes.flatMap(([{ id }, outcome]) => ('error' in outcome ? [] : [[id, outcome.result]])),
  );
  const range = {
    type: 'absolute',
    from: new Date(types[0]?.from ?? 0).toISOString(),
    to: new Date(types[0]?.to ?? 0).toISOString(),
  };
  return {
    ...job,
    results: {
      [query]: {
        query: { id: query },
        execution_stats: {
          duration: 33,
          timestamp: new Date(world.now()).toISOString(),
          effective_timerange: range,
        },
        search_types,
        errors,
        state: 'COMPLETED',
      },
    },
  };
}

type Outcome = { result: object } | { error: string; kind: string };

function outcomeOf(
  { world, log }: Call,
  { id, query, from, to, limit, offset, byArrival }: SearchType,
  streams: readonly string[],
): Outcome {
  if (!world.graylog.indexer.reachable)
    return { kind: 'search_type', error: 'Connection refused.' };
  if (limit + offset > 10_000)
    return {
      kind: 'result_window_limit',
      error: 'Result window is too large, [from + size] must be less than or equal to: [10000].',
    };
  const parsed = tryParse(query);
  if (parsed instanceof ParseFailure)
    return {
      kind: 'search_type',
      error: `Unable to perform search query: \n\nOpenSearch exception [type=query_shard_exception, reason=Failed to parse query [${query}]].`,
    };
  const { total, newest } = log.search(
    parsed,
    { from, to, streams: new Set(streams) },
    { limit, offset, byArrival },
  );
  const messages = newest.map((message) => ({
    highlight_ranges: {},
    message,
    index: 'graylog_13',
    decoration_stats: null,
  }));
  return {
    result: {
      id,
      type: 'messages',
      messages,
      total_results: total,
      effective_timerange: {
        type: 'absolute',
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
      },
    },
  };
}
