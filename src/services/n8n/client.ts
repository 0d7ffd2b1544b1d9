import type * as z from 'zod';
import { ago } from '../../core/base/units.ts';
import { ShapeError, UpstreamError } from '../../core/base/errors.ts';
import { path, type Path, type Query, type ReadHttp } from '../../core/http/index.ts';
import { defineClient } from '../../core/service.ts';
import { describeError, isOwnRefusal } from './describe-error.ts';
import { Discovered, Execution, Failure, pageOf, versionIn, Workflow } from './schema/index.ts';
import type { Settings } from './settings.ts';

/** The first rows of a list, in the order of the upstream. */
export interface Page<Row> {
  rows: Row[];
  /** Whether it has others; n8n does not tell how many. */
  hasMore: boolean;
}

/**
 * 1.x refuses parameters it does not know and 2.x ignores them, so what is sent depends on which it is.
 * Both leave running runs out unless they are asked for. 1.x lists waiting runs only from before its last start (n8n-io/n8n#14748) and takes `error`
 * for crashed ones too; in 2.x `error` is only `error`.
 */
export interface Release {
  major: 1 | 2;
  /** What a 2.x key may do; undefined where that is not told. */
  scopes: readonly string[] | undefined;
}

/** Rows: the most that n8n gives at once, how many workflows (whole graphs) are asked for at once, and the most of them that are read. */
const limits = { page: 250, workflowsPage: 100, workflows: 2_000 };

/** How each release asks for what failed. */
const failedStatuses = { 1: ['error'], 2: ['error', 'crashed'] };

function reads(connection: ReadHttp<Settings>) {
  const http: ReadHttp<Settings> = {
    ...connection,
    get: (...question) =>
      connection.get(...question).catch((error: unknown) => {
        throw endedKey(connection, error) ?? error;
      }),
  };
  const executions = (
    query: Query,
    limit: number,
    isEnough?: (oldest: Execution) => boolean,
    isShown?: (run: Execution) => boolean,
  ): Promise<Page<Execution>> =>
    paged(http, path`/executions`, Execution, { ...query, includeData: false }, limit, {
      isEnough,
      isShown,
    });
  const running = (major: 1 | 2, query: Query = {}): Promise<Page<Execution> | undefined> =>
    executions({ ...query, status: 'running' }, limits.page).catch((error: unknown) => {
      if (major === 1 && error instanceof UpstreamError && error.status === 400) return undefined;
      throw error;
    });
  const workflows = (
    query: {
      active?: boolean | undefined;
      name?: string | undefined;
      tags?: string | undefined;
    } = {},
  ): Promise<Page<Workflow>> =>
    paged(
      http,
      path`/workflows`,
      Workflow,
      { ...query, excludePinnedData: true },
      limits.workflows,
      { pageSize: limits.workflowsPage },
    );
  return {
    settings: http.settings,
    now: () => http.now(),
    /** `/discover` came with 2.x; elsewhere it is a missing route, in JSON, while a page means that n8n is not ready. */
    release: (): Promise<Release> =>
      http.get(path`/discover`, Discovered).then(
        (scopes): Release => ({ major: 2, scopes }),
        (error: unknown): Release => {
          if (!(error instanceof UpstreamError) || error.front) throw error;
          const isMissingRoute = error.status === 404 && !error.message.endsWith('a web page');
          if (isMissingRoute) return { major: 1, scopes: undefined };
          if (error.status === 403) return { major: 2, scopes: undefined };
          throw error;
        },
      ),
    /** Only told by the metrics, and those are off unless N8N_METRICS is set. */
    version: async (): Promise<string | undefined> =>
      http
        .also('root')
        ?.text(path`/metrics`)
        .then(versionIn, () => undefined),
    workflows,
    /** Undefined where the key may not list them and `deniable` says that this is no failure. */
    visibleWorkflows: (deniable: boolean): Promise<readonly Workflow[] | undefined> =>
      workflows().then(
        ({ rows }) => rows,
        (error: unknown) => {
          if (deniable && isForbidden(error)) return undefined;
          throw error;
        },
      ),
    executions,
    /** In the order of n8n's lists. `failed` is error and crashed, whatever the release calls them. `since` in milliseconds. */
    async runs(
      { status, workflowId, since, before }: RunFilter,
      { major }: Release,
      limit: number,
    ): Promise<Page<Execution>> {
      const isShown = (run: Execution): boolean =>
        before !== undefined && listOrder(run.id, before) <= 0;
      const period =
        since !== undefined && major === 2 ? { startedAfter: new Date(since).toISOString() } : {};
      const statuses = status === 'failed' ? failedStatuses[major] : [status];
      const pages = await Promise.all([
        ...statuses.map((name) =>
          executions(
            { status: name, workflowId, ...period },
            limit,
            since === undefined
              ? undefined
              : ({ startedAt }) => startedAt !== undefined && startedAt < since,
            isShown,
          ),
        ),
        ...(status === undefined ? [running(major, { workflowId, ...period })] : []),
      ]);
      const rows = unique(pages.flatMap((page) => page?.rows ?? []))
        .filter(
          (run) =>
            !isShown(run) &&
            (since === undefined || run.startedAt === undefined || run.startedAt >= since),
        )
        .sort((a, b) => listOrder(a.id, b.id));
      return {
        rows: rows.slice(0, limit),
        hasMore: rows.length > limit || pages.some((page) => page?.hasMore === true),
      };
    },
    /** Runs that go on; undefined on a 1.x from before autumn 2025, which cannot be asked for them. */
    running: ({ major }: Release): Promise<Page<Execution> | undefined> => running(major),
    waiting: (): Promise<Page<Execution>> => executions({ status: 'waiting' }, limits.page),
    /** What went wrong in one run. The answer holds every payload of it, so it is asked for one run at a time. */
    failure: (id: string): Promise<Failure> =>
      http.get(path`/executions/${id}`, Failure, { includeData: true }),
  };
}

/** Which runs: `failed` is error and crashed; `since` in milliseconds since the epoch. */
export interface RunFilter {
  status?: 'failed' | 'success' | 'running' | 'waiting' | 'canceled' | undefined;
  workflowId?: string | undefined;
  since?: number | undefined;
  /** The id of a run: only what n8n lists behind it. */
  before?: string | undefined;
}

/** One n8n, as the tools see it. */
export type N8n = ReturnType<typeof reads>;

export const { read, health, doctor, inventory, lately } = defineClient({
  describeError,
  isOwnRefusal,
  reads,
});

/** n8n itself says that the key lacks a scope; a page in front of it knows nothing of scopes. */
const isForbidden = (error: unknown): boolean =>
  error instanceof UpstreamError && error.denied && error.status === 403;

/** The order of n8n's own lists, which its pages follow: by the ids, numbers in a text. */
const listOrder = (a: string, b: string): number => Number(b) - Number(a);

/** By when they started: what says how a workflow fares. */
export const newestFirst = (a: Execution, b: Execution): number =>
  (b.startedAt ?? 0) - (a.startedAt ?? 0) || listOrder(a.id, b.id);

/** Each run once: the lists of several states may hold the same one. */
export const unique = (runs: readonly Execution[]): Execution[] => [
  ...new Map(runs.map((run) => [run.id, run])).values(),
];

/** A key that tells its own end is not merely wrong once that has passed; n8n's 401 does not say which it is. */
function endedKey(
  { settings, now }: ReadHttp<Settings>,
  error: unknown,
): UpstreamError | undefined {
  if (!(error instanceof UpstreamError) || error.status !== 401) return undefined;
  if (settings.keyEndsAt === undefined || settings.keyEndsAt > now()) return undefined;
  return new UpstreamError(error.message, error.status, {
    cause: error,
    hint: `The API key ended ${ago(settings.keyEndsAt, now())}. Make a new one under Settings > n8n API.`,
  });
}

/** `isEnough` ends it early; rows that were shown on a page before are passed over. */
interface Paging<Row> {
  isEnough?: ((last: Row) => boolean) | undefined;
  isShown?: ((row: Row) => boolean) | undefined;
  pageSize?: number;
}

/** Follows the cursor, which wins over `limit` and carries no filters: both are sent again with it. */
async function paged<Row>(
  http: ReadHttp<Settings>,
  list: Path,
  row: z.ZodType<Row>,
  query: Query,
  limit: number,
  { isEnough, isShown = () => false, pageSize = limits.page }: Paging<Row> = {},
): Promise<Page<Row>> {
  const rows: Row[] = [];
  const cursors = new Set<string>();
  for (let cursor: string | undefined; ;) {
    const page = await http.get(list, pageOf(row), {
      ...query,
      limit: Math.min(limit, pageSize),
      cursor,
    });
    rows.push(...page.data.filter((row) => !isShown(row)));
    const last = page.data.at(-1);
    if (!page.nextCursor || last === undefined || isEnough?.(last))
      return { rows: rows.slice(0, limit), hasMore: rows.length > limit };
    if (rows.length >= limit) return { rows: rows.slice(0, limit), hasMore: true };
    if (cursors.has(page.nextCursor))
      throw new ShapeError(`GET ${list}: the same cursor came twice`, {
        hint: 'n8n repeats a page; nothing of it is shown.',
      });
    cursors.add(page.nextCursor);
    cursor = page.nextCursor;
  }
}
