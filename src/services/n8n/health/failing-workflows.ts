import type { Check, Finding } from '../../../core/health.ts';
import { ago, iso } from '../../../core/base/units.ts';
import type { N8n } from '../client.ts';
import { reasonsFor, type Reason } from '../failure-reasons.ts';
import { hasFailed, lastOutcome, type LastRuns } from '../last-runs.ts';
import type { Execution, Workflow } from '../schema/index.ts';
import type { Checkup } from './checkup.ts';

/** How many failed runs are read for their message. */
const reasonLimit = 6;

interface Failure {
  workflow: Workflow;
  run: Execution;
  /** Whether a success would have been stored; where it would not, the newest stored run is always a failure. */
  keepsSuccesses: boolean;
}

/** Workflows whose newest stored outcome is a failure, with the step and message where n8n keeps them. */
export async function failingWorkflows(
  client: N8n,
  { workflows, runs, now }: Checkup,
  label: string,
  check: Check,
): Promise<Finding[]> {
  const failures = runs ? failuresIn(workflows, runs) : [];
  const reasons = await check(`${label}why runs failed`, () =>
    reasonsFor(
      client,
      failures.map(({ run }) => run),
      reasonLimit,
    ),
  );
  return failures.map((failure) => finding(failure, reasons?.get(failure.run.id), now));
}

function failuresIn(workflows: readonly Workflow[], runs: LastRuns): Failure[] {
  const succeeded = ({ id }: Workflow): boolean =>
    runs.of(id).some(({ status }) => status === 'success');
  const keptByDefault = workflows.some(
    (workflow) => workflow.keepsSuccesses === undefined && succeeded(workflow),
  );
  return workflows.flatMap((workflow) => {
    const run = lastOutcome(runs.of(workflow.id));
    if (!run || !hasFailed(run) || run.retrySuccessId !== undefined) return [];
    const keepsSuccesses = succeeded(workflow) || (workflow.keepsSuccesses ?? keptByDefault);
    return [{ workflow, run, keepsSuccesses }];
  });
}

function finding(
  { workflow, run, keepsSuccesses }: Failure,
  reason: Reason | undefined,
  now: number,
): Finding {
  const at = run.stoppedAt ?? run.startedAt;
  const edited = at !== undefined && workflow.updatedAt !== undefined && workflow.updatedAt > at;
  return {
    id: `n8n.workflow-failing/${workflow.id}`,
    severity: keepsSuccesses ? 'warning' : 'info',
    subject: workflow.name,
    message: [
      keepsSuccesses
        ? `The newest run of workflow ${workflow.name} ${run.status === 'crashed' ? 'crashed' : 'failed'}`
        : `Workflow ${workflow.name} last failed`,
      at !== undefined && ` ${ago(at, now)}`,
      reason?.isOwn && `${reason.node ? ` at ${reason.node}` : ''}: ${reason.message}`,
      !keepsSuccesses && '. Its successes are not stored, so it may have worked since',
      edited && '. It was edited since',
    ]
      .filter(Boolean)
      .join(''),
    ...(at !== undefined && { since: iso(at) }),
    evidence: `execution ${run.id} (${run.mode}, ${run.status})`,
    next: { tool: 'n8n_list_executions', arguments: { workflow: workflow.id, limit: 5 } },
  };
}
