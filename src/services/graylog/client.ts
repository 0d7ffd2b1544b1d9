import { defineClient } from '../../core/service.ts';
import { UpstreamError } from '../../core/errors.ts';
import { path, type ReadHttp } from '../../core/http/index.ts';
import { explain } from './explain.ts';
import { Account, Notifications, Whoami } from './schema/account.ts';
import { DataNodes, FailureCount, Failures, IndexCluster, IndexSets, Traffic } from './schema/indexer.ts';
import { Inputs, Journal, Nodes, rateNames, Rates, System } from './schema/nodes.ts';
import { FieldNames, SearchJob, Validation, type Found } from './schema/search.ts';
import { Streams } from './schema/streams.ts';
import { answers, QueryError, searchBody, type Question } from './search.ts';
import type { Settings } from './index.ts';
import type { TimeRange } from './window.ts';

/** Graylog answers 500 where OpenSearch gives no answer to it, which is news and no failure to ask. */
const unlessDown = (error: unknown): undefined => {
  if (error instanceof UpstreamError && /couldn't read elasticsearch/i.test(error.message)) return undefined;
  throw error;
};

const reads = (http: ReadHttp<Settings>) => {
  const validate = (query: string, timerange: TimeRange, streams: readonly string[] | undefined) =>
    http.query(path`/search/validate`, { query: { type: 'elasticsearch', query_string: query }, timerange, ...(streams && { streams }) }, Validation);

  /** An error that stands inside a 200 is thrown; a query that cannot be parsed with the place where. */
  async function search<Name extends string>(questions: Readonly<Record<Name, Question>>): Promise<Record<Name, Found>> {
    const job = await http.query(path`/views/search/sync`, searchBody(questions), SearchJob);
    try {
      return answers(job, Object.keys(questions) as Name[]);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      for (const { query, range, streams } of Object.values<Question>(questions)) {
        const { status, explanations } = await validate(query, range, streams).catch(() => ({ status: 'OK', explanations: [] }));
        const [first] = explanations;
        if (status === 'ERROR' && first) throw new QueryError('', first.end_column ? `${first.error_message} (line ${first.end_line}, column ${first.end_column})` : first.error_message);
      }
      throw error;
    }
  }

  /** The permissions of the user behind the credentials; undefined where Graylog does not say whose they are (tokens on 5.0). */
  async function permissions(): Promise<readonly string[] | undefined> {
    const username = http.settings.username ?? (await http.get(path`/system/sessions`, Whoami).catch(() => undefined));
    return username && http.get(path`/users/${username}`, Account).catch(() => undefined) || undefined;
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
    indexCluster: () => http.get(path`/system/indexer/cluster/health`, IndexCluster).catch(unlessDown),
    dataNodes: () => http.get(path`/system/cluster/stats`, DataNodes),
    indexSets: () => http.get(path`/system/indices/index_sets`, IndexSets, { skip: 0, limit: 0, stats: true }),
    /** Messages that could not be indexed since then (ms). */
    failureCount: (since: number) => http.get(path`/system/indexer/failures/count`, FailureCount, { since: new Date(since).toISOString() }),
    failures: (limit: number) => http.get(path`/system/indexer/failures`, Failures, { limit, offset: 0 }),
    notifications: () => http.get(path`/system/notifications`, Notifications),
    traffic: () => http.get(path`/system/cluster/traffic`, Traffic, { days: 1, daily: false }),
  };
};

/** One Graylog cluster. */
export type Graylog = ReturnType<typeof reads>;

export const { read, health, doctor } = defineClient<Graylog, object, Settings>({ reads, explain, queries: /^\/(views\/search\/sync|search\/validate|cluster\/metrics\/multiple)$/ });
