import { LaresError } from '../../core/base/errors.ts';
import { mapLimited } from '../../core/base/pool.ts';
import { newestFirst, unique, type N8n, type Page } from './client.ts';
import type { Execution, Workflow } from './schema/index.ts';

/** Runs of one workflow, newest first, as far as they were read. */
export interface LastRuns {
  of(workflowId: string): readonly Execution[];
  /** Ids of workflows that were not among the newest runs, and that nobody asked for one by one, and why not. */
  unread: ReadonlyMap<string, string>;
}

/** Rows of the list of all runs, and of the list of one workflow. */
const limits = { newest: 250, ofWorkflow: 20 };
const atOnce = 6;

/** The newest stored runs of all workflows. */
export const newestRuns = (client: N8n): Promise<Page<Execution>> =>
  client.executions({}, limits.newest);

/** Which workflows a busy one crowded out of the newest runs, and how many of them are asked for one by one. */
export interface Lookups {
  limit: number;
  isNeeded(workflow: Pick<Workflow, 'id'>, runs: readonly Execution[]): boolean;
}

/** The newest runs of several workflows: those in `known`, and for each that needs it one question of its own. One that is not answered leaves that workflow unread, and no other. */
export async function lastRuns(
  client: N8n,
  workflows: readonly Pick<Workflow, 'id'>[],
  known: readonly Execution[],
  { limit, isNeeded }: Lookups,
): Promise<LastRuns> {
  const runs = byWorkflow(known);
  const open = workflows.filter((workflow) => isNeeded(workflow, runs.get(workflow.id) ?? []));
  const unread = new Map(
    open.slice(limit).map(({ id }) => [id, `more than ${limit} to ask one by one`]),
  );
  await mapLimited(open.slice(0, limit), atOnce, async ({ id }) => {
    await client.executions({ workflowId: id }, limits.ofWorkflow).then(
      ({ rows }) => runs.set(id, unique([...(runs.get(id) ?? []), ...rows])),
      (error: unknown) => {
        if (!(error instanceof LaresError)) throw error;
        unread.set(id, error.message);
      },
    );
  });
  return { of: (id) => (runs.get(id) ?? []).toSorted(newestFirst), unread };
}

function byWorkflow(known: readonly Execution[]): Map<string, Execution[]> {
  const runs = new Map<string, Execution[]>();
  for (const run of unique(known))
    if (run.workflowId !== undefined)
      runs.set(run.workflowId, [...(runs.get(run.workflowId) ?? []), run]);
  return runs;
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

/** Those of runs, newest first, that failed since the last success. */
export function failuresInARow(runs: readonly Execution[]): Execution[] {
  const meant = runs.filter(isProduction);
  const success = meant.findIndex(({ status }) => status === 'success');
  return (success < 0 ? meant : meant.slice(0, success)).filter(hasFailed);
}
