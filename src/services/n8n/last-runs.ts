import { mapLimited } from '../../core/base/pool.ts';
import { newestFirst, type N8n } from './client.ts';
import type { Execution, Workflow } from './schema/index.ts';

/** Runs of one workflow, newest first, as far as they were read. */
export interface LastRuns {
  of(workflowId: string): readonly Execution[];
  /** Ids of workflows that were not among the newest runs, and were too many to ask for one by one. */
  unread: ReadonlySet<string>;
}

/** Rows of the list of all runs, and of the list of one workflow. */
const limits = { newest: 250, ofWorkflow: 20 };
const atOnce = 6;

/**
 * The newest stored runs of several workflows: one list of all, then one question for each workflow that a busy one crowded out of it, `lookups`
 * at most. `isEnough` says whether the runs that were found answer for a workflow.
 */
export async function lastRuns(
  client: N8n,
  workflows: readonly Pick<Workflow, 'id'>[],
  lookups: number,
  isEnough: (runs: readonly Execution[]) => boolean,
): Promise<LastRuns> {
  const { rows, hasMore } = await client.executions({}, limits.newest);
  const runs = new Map<string, Execution[]>();
  for (const run of rows)
    if (run.workflowId !== undefined)
      runs.set(run.workflowId, [...(runs.get(run.workflowId) ?? []), run]);
  const open = hasMore ? workflows.filter(({ id }) => !isEnough(runs.get(id) ?? [])) : [];
  await mapLimited(open.slice(0, lookups), atOnce, async ({ id }) =>
    runs.set(id, (await client.executions({ workflowId: id }, limits.ofWorkflow)).rows),
  );
  return {
    of: (id) => (runs.get(id) ?? []).toSorted(newestFirst),
    unread: new Set(open.slice(lookups).map(({ id }) => id)),
  };
}

/** Runs that a trigger started: what somebody tries out in the editor says nothing about a workflow that works. */
export const isProduction = ({ mode }: Execution): boolean =>
  mode !== 'manual' && mode !== 'evaluation';

/** Failed, or died with its process. */
export const hasFailed = ({ status }: Execution): boolean =>
  status === 'error' || status === 'crashed';

/** The newest run that came to an end of its own: one that runs, waits or was cancelled proves nothing. */
export const lastOutcome = (runs: readonly Execution[]): Execution | undefined =>
  runs.find((run) => isProduction(run) && (run.status === 'success' || hasFailed(run)));
