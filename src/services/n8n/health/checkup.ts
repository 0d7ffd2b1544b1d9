import { collectGaps, type Gap } from '../../../core/gap.ts';
import type { Check } from '../../../core/health.ts';
import { day, plural } from '../../../core/base/units.ts';
import { raceAbort } from '../../../core/base/abortable.ts';
import { newestFirst, type N8n, type Page, type Release } from '../client.ts';
import {
  hasFailed,
  isProduction,
  lastOutcome,
  lastRuns,
  newestRuns,
  type LastRuns,
} from '../last-runs.ts';
import type { Execution, Workflow } from '../schema/index.ts';
import type { Settings } from '../settings.ts';

/** How many workflows are asked for one by one, and how many failed runs are read. */
const limits = { lookups: 40, failedRuns: 250 };

/** What the findings on one n8n are computed from; undefined parts were not answered, and the report names them. */
export interface Checkup {
  instance: string;
  settings: Settings;
  /** Milliseconds since the epoch. */
  now: number;
  release: Release;
  version: string;
  /** Active ones that are not archived. */
  workflows: readonly Workflow[] | undefined;
  runs: LastRuns | undefined;
  /** Of the last day. */
  failed: Page<Execution> | undefined;
  running: { list: Page<Execution> | undefined } | undefined;
  waiting: Page<Execution> | undefined;
  /** What is missing besides the checks. */
  gaps: Gap[];
  /** There is not one workflow or run. */
  seesNothing: boolean;
}

/** Looks at one n8n. It must say which release it is; what the key may not see besides, or what is late, is named, with `label` in front. */
export async function checkUp(
  client: N8n,
  instance: string,
  label: string,
  check: Check,
): Promise<Checkup> {
  // Their names are worth having, but how they fare is told by the runs.
  const { part, gaps } = collectGaps();
  const told = versionInTime(client);
  const release = await client.release();
  const now = client.now();
  const [version, listed, newest, failures, running, waiting] = await Promise.all([
    told,
    part(`${label}workflows`, () => client.workflows({ active: true })),
    check(`${label}newest runs`, () => newestRuns(client)),
    check(`${label}failed runs`, () =>
      client.runs({ status: 'failed' }, release, limits.failedRuns),
    ),
    check(`${label}stuck runs`, async () => ({ list: await client.running(release) })),
    check(`${label}overdue waits`, () => client.waiting()),
  ]);
  const workflows = listed?.rows.filter(({ archived }) => !archived);
  const runs = await outcomes(client, workflows ?? [], newest, failures, label, check);
  return {
    instance,
    settings: client.settings,
    now,
    release,
    version: version ?? `${release.major}.x`,
    workflows,
    runs,
    failed: failures && within(failures, now - day),
    running,
    waiting,
    gaps,
    seesNothing:
      listed?.rows.length === 0 && newest?.rows.length === 0 && (await hasNoWorkflow(client)),
  };
}

/** Not an inactive one either; what cannot be asked is no proof. */
const hasNoWorkflow = (client: N8n): Promise<boolean> =>
  client.workflows().then(
    ({ rows }) => rows.length === 0,
    () => false,
  );

/** How long a check-up waits for the version, which only the metrics tell. */
const versionMs = 1_500;

const versionInTime = (client: N8n): Promise<string | undefined> =>
  raceAbort(AbortSignal.timeout(versionMs), client.version()).catch(() => undefined);

/** The runs that show how workflows fare. Only one with a stored failure can be failing, so only those are asked for one by one that failed before the newest runs begin. */
async function outcomes(
  client: N8n,
  workflows: readonly Workflow[],
  newest: Page<Execution> | undefined,
  failures: Page<Execution> | undefined,
  label: string,
  check: Check,
): Promise<LastRuns | undefined> {
  if (!newest) return undefined;
  const recentIds = new Set(newest.rows.map(({ id }) => id));
  const runs = await lastRuns(client, workflows, [...newest.rows, ...(failures?.rows ?? [])], {
    limit: limits.lookups,
    isNeeded(_workflow, known) {
      if (!newest.hasMore) return false;
      const recent = known.filter(({ id }) => recentIds.has(id)).toSorted(newestFirst);
      if (lastOutcome(recent) !== undefined) return false;
      return (
        !failures || failures.hasMore || known.some((run) => hasFailed(run) && isProduction(run))
      );
    },
  });
  const unread = workflows.filter(({ id }) => runs.unread.has(id));
  if (unread.length > 0)
    await check(`${label}${plural(unread.length, 'workflow')}`, () =>
      Promise.reject(
        new Error(
          `${named(unread)}: not among the newest runs, and ${[...new Set(runs.unread.values())].join('; ')}`,
        ),
      ),
    );
  return runs;
}

const named = (workflows: readonly Workflow[]): string =>
  `${workflows
    .slice(0, 5)
    .map(({ name }) => name)
    .join(', ')}${workflows.length > 5 ? ' …' : ''}`;

/** The part of a page that is not older than `since` (ms); `hasMore` says whether others of that time were left out. */
function within({ rows, hasMore }: Page<Execution>, since: number): Page<Execution> {
  const sorted = rows.toSorted(newestFirst);
  const recent = sorted.filter(({ startedAt }) => startedAt === undefined || startedAt >= since);
  return { rows: recent, hasMore: hasMore && recent.length === sorted.length };
}
