import { defineClient } from '../../core/service.ts';
import { UpstreamError } from '../../core/base/errors.ts';
import { parseExactly } from '../../core/base/exact-json.ts';
import { path, type ReadHttp } from '../../core/http/index.ts';
import { describeError } from './describe-error.ts';
import {
  Account,
  DataNodes,
  FailureCount,
  Failures,
  FieldNames,
  IndexCluster,
  IndexSets,
  Inputs,
  Journal,
  Nodes,
  Notifications,
  rateNames,
  Rates,
  SearchJob,
  Sources,
  Streams,
  System,
  Tokens,
  Traffic,
  Validation,
  Whoami,
  type SearchResult,
} from './schema/index.ts';
import { buildSearchBody, QueryError, readResults, type SearchQuestion } from './search.ts';
import type { Settings } from './settings.ts';
import { lastSeconds, type TimeRange } from './window.ts';

/** Graylog answers 500 where OpenSearch gives no answer to it, which is news and no failure to ask. */
function undefinedIfDown(error: unknown): undefined {
  if (error instanceof UpstreamError && /couldn't read elasticsearch/i.test(error.message))
    return undefined;
  throw error;
}

const withoutRepeatedQueries = (questions: readonly SearchQuestion[]): SearchQuestion[] =>
  questions.filter(
    ({ query }, i) => questions.findIndex((question) => question.query === query) === i,
  );

const reads = (http: ReadHttp<Settings>) => {
  const validate = (query: string, timerange: TimeRange, streams: readonly string[] | undefined) =>
    http.query(
      path`/search/validate`,
      {
        query: { type: 'elasticsearch', query_string: query },
        timerange,
        ...(streams && { streams }),
      },
      Validation,
    );

  /** The same error with the place in the query, which OpenSearch does not tell. */
  async function locate(
    error: QueryError,
    questions: readonly SearchQuestion[],
  ): Promise<QueryError> {
    const validations = await Promise.all(
      questions.map(({ query, range, streams }) =>
        validate(query, range, streams).catch(() => undefined),
      ),
    );
    const explanation = validations.find((validation) => validation?.status === 'ERROR')
      ?.explanations[0];
    if (!explanation) return error;
    const { error_message: message, end_line: line, end_column: column } = explanation;
    return new QueryError(column ? `${message} (line ${line}, column ${column})` : message);
  }

  /** What each question found. An error that stands inside a 200 is thrown. */
  const search = <Name extends string>(
    questions: Readonly<Record<Name, SearchQuestion>>,
  ): Promise<Record<Name, SearchResult>> =>
    http
      .query(path`/views/search/sync`, buildSearchBody(questions), SearchJob)
      .then((job) => readResults(job, Object.keys(questions) as Name[]))
      .catch(async (error: unknown) => {
        throw error instanceof QueryError
          ? await locate(error, withoutRepeatedQueries(Object.values(questions)))
          : error;
      });

  /** The user behind the credentials; undefined where Graylog does not say whose they are (tokens on 5.0). Asked once a call. */
  let asked: Promise<Account | undefined> | undefined;
  const account = (): Promise<Account | undefined> => (asked ??= askAccount());
  async function askAccount(): Promise<Account | undefined> {
    const username =
      http.settings.username ??
      (await http.get(path`/system/sessions`, Whoami).catch(() => undefined));
    if (!username) return undefined;
    return http.get(path`/users/${username}`, Account).catch(() => undefined);
  }

  /** The access tokens of that user; undefined where it is not known who that is. */
  async function tokens(): Promise<Tokens | undefined> {
    const user = await account();
    return user?.id === undefined ? undefined : http.get(path`/users/${user.id}/tokens`, Tokens);
  }

  return {
    settings: http.settings,
    now: http.now,
    search,
    validate,
    permissions: async () => (await account())?.permissions,
    tokens,
    /** Looks again every poll interval until `done` says so or `ms` is over. */
    lookUntil: http.until,
    /** Hosts that logged anything in the last day, in streams that the user may read. */
    sources: (limit: number) =>
      http.query(
        path`/search/aggregate`,
        {
          query: '*',
          timerange: lastSeconds(86_400),
          group_by: [{ field: 'source', limit }],
          metrics: [{ function: 'count' }],
        },
        Sources,
      ),
    fields: () => http.get(path`/views/fields`, FieldNames),
    streams: () => http.get(path`/streams`, Streams),
    system: () => http.get(path`/system`, System),
    nodes: () => http.get(path`/cluster`, Nodes),
    journal: (node: string) => http.get(path`/cluster/${node}/journal`, Journal),
    rates: () => http.query(path`/cluster/metrics/multiple`, { metrics: rateNames }, Rates),
    inputs: () => http.get(path`/cluster/inputstates`, Inputs),
    /** Undefined: OpenSearch does not answer Graylog. */
    indexCluster: () =>
      http.get(path`/system/indexer/cluster/health`, IndexCluster).catch(undefinedIfDown),
    dataNodes: () => http.get(path`/system/cluster/stats`, DataNodes),
    indexSets: () =>
      http.get(path`/system/indices/index_sets`, IndexSets, { skip: 0, limit: 0, stats: true }),
    /** Messages that could not be indexed since then (ms). */
    failureCount: (since: number) =>
      http.get(path`/system/indexer/failures/count`, FailureCount, {
        since: new Date(since).toISOString(),
      }),
    failures: (limit: number) =>
      http.get(path`/system/indexer/failures`, Failures, { limit, offset: 0 }),
    notifications: () => http.get(path`/system/notifications`, Notifications),
    traffic: () => http.get(path`/system/cluster/traffic`, Traffic, { days: 1, daily: false }),
  };
};

/** One Graylog cluster. */
export type Graylog = ReturnType<typeof reads>;

export const { read, health, inventory, lately, doctor } = defineClient<Graylog, object, Settings>({
  reads,
  describeError,
  // Tracing ids and nanoseconds have 64 bits; searching for what a double makes of them finds nothing.
  parse: parseExactly,
  queries: /^\/(views\/search\/sync|search\/(validate|aggregate)|cluster\/metrics\/multiple)$/,
});
