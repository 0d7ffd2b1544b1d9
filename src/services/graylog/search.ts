import { InputError, UpstreamError } from '../../core/base/errors.ts';
import type { Json } from '../../core/base/json.ts';
import { oneLine } from '../../core/base/text.ts';
import type { SearchJob, SearchResult } from './schema/index.ts';
import type { TimeRange } from './window.ts';

/** One thing to look for, Lucene in `query`. Without `streams` Graylog takes every message stream that the user may read. */
export interface SearchQuestion {
  query: string;
  range: TimeRange;
  streams?: readonly string[] | undefined;
  /** How many of the newest messages; the total is counted whatever this says. */
  limit: number;
  /** How many of the newest are passed over. */
  offset?: number | undefined;
  /** By what they are the newest; else by the time that their senders wrote. */
  sortBy?: 'timestamp' | 'gl2_receive_timestamp' | undefined;
}

/** Several questions as one search (POST /views/search/sync, the same in 5.0 to 7.1): one question is one search type with its own range. */
export function buildSearchBody(questions: Readonly<Record<string, SearchQuestion>>): Json {
  const [first] = Object.values(questions);
  const backend = (query: string): Json => ({ type: 'elasticsearch', query_string: query });
  return {
    parameters: [],
    queries: [
      {
        id: 'q',
        query: backend('*'),
        timerange: first?.range ?? { type: 'relative', range: 300 },
        search_types: Object.entries(questions).map(
          ([id, { query, range, streams, limit, offset = 0, sortBy = 'timestamp' }]) => ({
            id,
            type: 'messages',
            limit,
            offset,
            sort: [{ field: sortBy, order: 'DESC' }],
            query: backend(query),
            timerange: range,
            ...(streams && { streams }),
          }),
        ),
      },
    ],
  };
}

/** What each question found. Throws the error that stands inside the 200: a QueryError where the query is at fault. */
export function readResults<Name extends string>(
  job: SearchJob,
  names: readonly Name[],
): Record<Name, SearchResult> {
  const { q } = job.results;
  const problems = [...job.errors, ...(q?.errors ?? [])];
  const results = names.flatMap((name) => {
    const result = q?.search_types[name];
    return result ? [[name, result] as const] : [];
  });
  if (problems.length > 0 || results.length < names.length) throw searchError(problems, job);
  return Object.fromEntries(results) as Record<Name, SearchResult>;
}

/** What OpenSearch says of a query that it cannot run. */
const queryAtFault =
  /parse query|query_shard_exception|parse_exception|ParseException|Expected numeric type|number_format_exception|number \[/;

function searchError(problems: SearchJob['errors'], { execution }: SearchJob): Error {
  const reason = oneLine(
    [...new Set(problems.map(({ description }) => description ?? 'no reason given'))].join('; '),
    500,
  ).replace(/\.+$/, '');
  if (/time range limit/.test(reason))
    return new InputError(`Graylog refuses the search: ${reason}`, {
      hint: 'An administrator limits how far back one search may reach (System › Configurations › Search). Ask for a shorter range.',
    });
  if (queryAtFault.test(reason)) return new QueryError(reason);
  if (problems.length === 0)
    return new UpstreamError(
      `POST /views/search/sync: 200, but the search was ${execution.cancelled ? 'cancelled' : 'not finished'}`,
      200,
      { hint: 'Ask for a shorter range.' },
    );
  return new UpstreamError(`POST /views/search/sync: 200 with an error: ${reason}`, 200, {
    hint: 'The index cluster may be overloaded or broken: graylog_overview shows it.',
  });
}

/** The query is at fault. What OpenSearch says of it holds no position; POST /search/validate does. */
export class QueryError extends InputError {
  constructor(reason: string) {
    super(`Graylog cannot run the query: ${reason}`, {
      hint: 'It is Lucene syntax: escape \\ + - ! ( ) { } [ ] ^ " ~ * ? : / in values or put them into double quotes; a wildcard may not come first.',
    });
  }
}
