import { newestFirst, type Reads } from './client.ts';
import { inTurn } from './in-turn.ts';
import type { Execution, Workflow } from './schema/index.ts';

/** Runs of one workflow, newest first, as far as they were read. */
export interface LastRuns {
  of(workflowId: string): readonly Execution[];
  /** Workflows that were not among the newest runs, and were too many to ask for one by one. */
  unread: ReadonlySet<string>;
}

const newest = 250;
const eachRuns = 20;

/**
 * The newest stored runs of several workflows: one list of all, then one question for each workflow that a busy one crowded out of it.
 * `enough` says whether the runs that were found answer for a workflow.
 */
export async function lastRuns(
  one: Reads,
  workflows: readonly Pick<Workflow, 'id'>[],
  most: number,
  enough: (runs: readonly Execution[]) => boolean,
): Promise<LastRuns> {
  const { rows, more } = await one.executions({}, newest);
  const found = new Map<string, Execution[]>();
  for (const run of rows)
    if (run.workflowId !== undefined)
      found.set(run.workflowId, [...(found.get(run.workflowId) ?? []), run]);
  const open = more ? workflows.filter(({ id }) => !enough(found.get(id) ?? [])) : [];
  await inTurn(open.slice(0, most), 6, async ({ id }) =>
    found.set(id, (await one.executions({ workflowId: id }, eachRuns)).rows),
  );
  return {
    of: (id) => (found.get(id) ?? []).toSorted(newestFirst),
    unread: new Set(open.slice(most).map(({ id }) => id)),
  };
}

/** Runs that a trigger started: what somebody tries out in the editor says nothing about a workflow that works. */
export const isProduction = ({ mode }: Execution): boolean =>
  mode !== 'manual' && mode !== 'evaluation';

export const hasFailed = ({ status }: Execution): boolean =>
  status === 'error' || status === 'crashed';

/** The newest run that came to an end of its own: one that runs, waits or was cancelled proves nothing. */
export const lastOutcome = (runs: readonly Execution[]): Execution | undefined =>
  runs.find((run) => isProduction(run) && (run.status === 'success' || hasFailed(run)));
