import type * as z from 'zod';
import { ShapeError, UpstreamError } from '../../core/base/errors.ts';
import { path, type Path, type Query, type ReadHttp } from '../../core/http/index.ts';
import { defineClient } from '../../core/service.ts';
import { describeError } from './describe-error.ts';
import { Discovered, Execution, Failure, pageOf, versionIn, Workflow } from './schema/index.ts';

/** What `connect` knows besides the address. */
export interface Settings {
  stuckMinutes: number;
  keyWarnDays: number;
  /** Milliseconds; undefined: the key tells no end, or has none. */
  keyEndsAt: number | undefined;
}

/** Rows in the order of the upstream; `more`: it has others, and how many it does not tell. */
export interface Part<Row> {
  rows: Row[];
  more: boolean;
}

/**
 * 1.x refuses parameters it does not know and 2.x ignores them, so what is sent depends on which it is.
 * 1.x lists no waiting runs (n8n-io/n8n#14748) and takes `error` for crashed ones too; 2.x lists all, and `error` is only `error`.
 */
export interface Release {
  major: 1 | 2;
  /** What a 2.x key may do; undefined where that is not told. */
  scopes: readonly string[] | undefined;
}

/** The most rows that are read for one question. */
const most = { page: 250, workflowsAPage: 100, workflows: 2_000 };

function reads(http: ReadHttp<Settings>) {
  const executions = (
    query: Query,
    limit: number,
    enough?: (oldest: Execution) => boolean,
  ): Promise<Part<Execution>> =>
    paged(http, path`/executions`, Execution, { ...query, includeData: false }, limit, enough);
  const workflows = (
    query: {
      active?: boolean | undefined;
      name?: string | undefined;
      tags?: string | undefined;
    } = {},
  ): Promise<Part<Workflow>> =>
    paged(
      http,
      path`/workflows`,
      Workflow,
      { ...query, excludePinnedData: true },
      most.workflows,
      undefined,
      most.workflowsAPage,
    );
  return {
    settings: http.settings,
    now: () => http.now(),
    /** `/discover` came with 2.x; elsewhere it is a missing route, in JSON, while a page means that n8n is not ready. */
    release: (): Promise<Release> =>
      http.get(path`/discover`, Discovered).then(
        (scopes): Release => ({ major: 2, scopes }),
        (error: unknown): Release => {
          if (
            error instanceof UpstreamError &&
            error.status === 404 &&
            !error.message.endsWith('a web page')
          )
            return { major: 1, scopes: undefined };
          if (error instanceof UpstreamError && error.status === 403)
            return { major: 2, scopes: undefined };
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
    /** Undefined where the key may not list them and that may be. */
    visibleWorkflows: (mayBeDenied: boolean): Promise<readonly Workflow[] | undefined> =>
      workflows().then(
        ({ rows }) => rows,
        (error: unknown) => {
          if (mayBeDenied && error instanceof UpstreamError && error.status === 403)
            return undefined;
          throw error;
        },
      ),
    executions,
    /** Newest first. `failed` is error and crashed, whatever the release calls them. `since` in milliseconds. */
    async runs(
      { status, workflowId, since }: RunFilter,
      { major }: Release,
      limit: number,
    ): Promise<Part<Execution>> {
      const from =
        since !== undefined && major === 2 ? { startedAfter: new Date(since).toISOString() } : {};
      const statuses =
        status === 'failed' ? (major === 2 ? ['error', 'crashed'] : ['error']) : [status];
      const parts = await Promise.all(
        statuses.map((one) =>
          executions(
            { status: one, workflowId, ...from },
            limit,
            since === undefined
              ? undefined
              : ({ startedAt }) => startedAt !== undefined && startedAt < since,
          ),
        ),
      );
      const rows = parts
        .flatMap((part) => part.rows)
        .filter(
          ({ startedAt }) => since === undefined || startedAt === undefined || startedAt >= since,
        )
        .sort(newestFirst);
      return {
        rows: rows.slice(0, limit),
        more: rows.length > limit || parts.some(({ more }) => more),
      };
    },
    /** Runs that go on; undefined on a 1.x from before autumn 2025, which cannot be asked for them. */
    running: (release: Release): Promise<Part<Execution> | undefined> =>
      executions({ status: 'running' }, most.page).catch((error: unknown) => {
        if (release.major === 1 && error instanceof UpstreamError && error.status === 400)
          return undefined;
        throw error;
      }),
    waiting: (): Promise<Part<Execution>> => executions({ status: 'waiting' }, most.page),
    /** What went wrong in one run. The answer holds every payload of it, so it is asked for one run at a time. */
    failure: (id: string): Promise<Failure> =>
      http.get(path`/executions/${id}`, Failure, { includeData: true }),
  };
}

export interface RunFilter {
  status?: 'failed' | 'success' | 'running' | 'waiting' | 'canceled' | undefined;
  workflowId?: string | undefined;
  since?: number | undefined;
}

/** One n8n, as the tools see it. */
export type Reads = ReturnType<typeof reads>;

export const { read, health, doctor } = defineClient({ describeError: describeError, reads });

/** Ids are numbers in a text, and rise. */
export const newestFirst = (a: Execution, b: Execution): number => Number(b.id) - Number(a.id);

/** Follows the cursor, which wins over `limit` and carries no filters: both are sent again with it. `enough` ends it early. */
async function paged<Row>(
  http: ReadHttp<Settings>,
  at: Path,
  row: z.ZodType<Row>,
  query: Query,
  limit: number,
  enough?: (last: Row) => boolean,
  pageSize = most.page,
): Promise<Part<Row>> {
  const rows: Row[] = [];
  const seen = new Set<string>();
  for (let cursor: string | undefined; ;) {
    const page = await http.get(at, pageOf(row), {
      ...query,
      limit: Math.min(limit, pageSize),
      cursor,
    });
    rows.push(...page.data);
    const last = page.data.at(-1);
    if (!page.nextCursor || last === undefined || enough?.(last))
      return { rows: rows.slice(0, limit), more: rows.length > limit };
    if (rows.length >= limit) return { rows: rows.slice(0, limit), more: true };
    if (seen.has(page.nextCursor))
      throw new ShapeError(`GET ${at}: the same cursor came twice`, {
        hint: 'n8n repeats a page; nothing of it is shown.',
      });
    seen.add(page.nextCursor);
    cursor = page.nextCursor;
  }
}
