import { InputError, UpstreamError } from '../../core/base/errors.ts';
import type { Json } from '../../core/base/json.ts';
import { oneLine } from '../../core/base/text.ts';
import type { Found, SearchJob } from './schema/search.ts';
import type { TimeRange } from './window.ts';

/** One thing to look for. Without `streams` Graylog takes every message stream that the user may read. */
export interface Question {
  query: string;
  range: TimeRange;
  streams?: readonly string[] | undefined;
  /** Newest messages wanted; the total is counted whatever this says. */
  limit: number;
}

/** Several questions as one search (POST /views/search/sync, the same in 5.0 to 7.1): one question is one search type with its own range. */
export function searchBody(questions: Readonly<Record<string, Question>>): Json {
  const [first] = Object.values(questions);
  const backend = (query: string): Json => ({ type: 'elasticsearch', query_string: query });
  return {
    parameters: [],
    queries: [
      {
        id: 'q',
        query: backend('*'),
        timerange: first?.range ?? { type: 'relative', range: 300 },
        search_types: Object.entries(questions).map(([id, { query, range, streams, limit }]) => ({
          id,
          type: 'messages',
          limit,
          offset: 0,
          sort: [{ field: 'timestamp', order: 'DESC' }],
          query: backend(query),
          timerange: range,
          ...(streams && { streams }),
        })),
      },
    ],
  };
}

/** What each question found, or the error that stands inside the 200. */
export function answers<Name extends string>(
  job: SearchJob,
  names: readonly Name[],
): Record<Name, Found> {
  const { q } = job.results;
  const problems = [...job.errors, ...(q?.errors ?? [])];
  const found = names.flatMap((name) => {
    const one = q?.search_types[name];
    return one ? [[name, one] as const] : [];
  });
  if (problems.length > 0 || found.length < names.length) throw failed(problems, job);
  return Object.fromEntries(found) as Record<Name, Found>;
}

function failed(problems: SearchJob['errors'], { execution }: SearchJob): Error {
  const said = oneLine(
    [...new Set(problems.map(({ description }) => description ?? 'no reason given'))].join('; '),
    500,
  );
  if (/time range limit/.test(said))
    return new InputError(`Graylog refuses the search: ${said}`, {
      hint: 'An administrator limits how far back one search may reach (System › Configurations › Search). Ask for a shorter range.',
    });
  if (
    /parse query|query_shard_exception|parse_exception|ParseException|Expected numeric type|number_format_exception|number \[/.test(
      said,
    )
  )
    return new QueryError(said);
  if (problems.length === 0)
    return new UpstreamError(
      `POST /views/search/sync: 200, but the search was ${execution.cancelled ? 'cancelled' : 'not finished'}`,
      200,
      { hint: 'Ask for a shorter range.' },
    );
  return new UpstreamError(`POST /views/search/sync: 200 with an error: ${said}`, 200, {
    hint: 'The index cluster may be overloaded or broken: graylog_overview shows it.',
  });
}

/** The query is at fault. What OpenSearch says of it holds no position; POST /search/validate does. */
export class QueryError extends InputError {
  constructor(said: string) {
    super(`Graylog cannot run the query: ${said}`, {
      hint: 'It is Lucene syntax: escape \\ + - ! ( ) { } [ ] ^ " ~ * ? : / in values or put them into double quotes; a wildcard may not come first.',
    });
  }
}
