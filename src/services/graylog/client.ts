import { defineClient } from '../../core/service.ts';
import { UpstreamError } from '../../core/base/errors.ts';
import { path, type ReadHttp } from '../../core/http/index.ts';
import { describeError } from './describe-error.ts';
import { Account, Notifications, Whoami } from './schema/account.ts';
import {
  DataNodes,
  FailureCount,
  Failures,
  IndexCluster,
  IndexSets,
  Traffic,
} from './schema/indexer.ts';
import { Inputs, Journal, Nodes, rateNames, Rates, System } from './schema/nodes.ts';
import { FieldNames, SearchJob, Validation, type Found } from './schema/search.ts';
import { Streams } from './schema/streams.ts';
import { answers, QueryError, searchBody, type Question } from './search.ts';
import type { Settings } from './settings.ts';
import type { TimeRange } from './window.ts';

/** Graylog answers 500 where OpenSearch gives no answer to it, which is news and no failure to ask. */
const unlessDown = (error: unknown): undefined => {
  if (error instanceof UpstreamError && /couldn't read elasticsearch/i.test(error.message))
    return undefined;
  throw error;
};

const distinct = (questions: readonly Question[]): Question[] =>
  questions.filter(({ query }, i) => questions.findIndex((one) => one.query === query) === i);

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
  async function located(error: QueryError, questions: readonly Question[]): Promise<QueryError> {
    const checked = await Promise.all(
      questions.map(({ query, range, streams }) =>
        validate(query, range, streams).catch(() => undefined),
      ),
    );
    const wrong = checked.find((one) => one?.status === 'ERROR')?.explanations[0];
    return wrong
      ? new QueryError(
          wrong.end_column
            ? `${wrong.error_message} (line ${wrong.end_line}, column ${wrong.end_column})`
            : wrong.error_message,
        )
      : error;
  }

  /** An error that stands inside a 200 is thrown. */
  const search = <Name extends string>(
    questions: Readonly<Record<Name, Question>>,
  ): Promise<Record<Name, Found>> =>
    http
      .query(path`/views/search/sync`, searchBody(questions), SearchJob)
      .then((job) => answers(job, Object.keys(questions) as Name[]))
      .catch(async (error: unknown) => {
        throw error instanceof QueryError
          ? await located(error, distinct(Object.values(questions)))
          : error;
      });

  /** The permissions of the user behind the credentials; undefined where Graylog does not say whose they are (tokens on 5.0). */
  async function permissions(): Promise<readonly string[] | undefined> {
    const username =
      http.settings.username ??
      (await http.get(path`/system/sessions`, Whoami).catch(() => undefined));
    return (
      (username && http.get(path`/users/${username}`, Account).catch(() => undefined)) || undefined
    );
  }

  return {
    settings: http.settings,
    now: http.now,
    search,
    validate,
    permissions,
    fields: () => http.get(path`/views/fields`, FieldNames),
    streams: () => http.get(path`/streams`, Streams),
    system: () => http.get(path`/system`, System),
    nodes: () => http.get(path`/cluster`, Nodes),
    journal: (node: string) => http.get(path`/cluster/${node}/journal`, Journal),
    rates: () => http.query(path`/cluster/metrics/multiple`, { metrics: rateNames }, Rates),
    inputs: () => http.get(path`/cluster/inputstates`, Inputs),
    /** Undefined: OpenSearch does not answer Graylog. */
    indexCluster: () =>
      http.get(path`/system/indexer/cluster/health`, IndexCluster).catch(unlessDown),
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

export const { read, health, doctor } = defineClient<Graylog, object, Settings>({
  reads,
  describeError: describeError,
  queries: /^\/(views\/search\/sync|search\/validate|cluster\/metrics\/multiple)$/,
});
