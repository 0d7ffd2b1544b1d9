import { LaresError } from '../../../core/base/errors.ts';
import type { Check, Finding } from '../../../core/health.ts';
import type { Thing } from '../../../core/map.ts';
import { ago, iso } from '../../../core/base/units.ts';
import { newestFirst, type N8n } from '../client.ts';
import { reasonOf, type Reason } from '../failure-reasons.ts';
import { failuresInARow, hasFailed, lastOutcome } from '../last-runs.ts';
import { workflowRef } from '../refs.ts';
import type { Execution, Workflow } from '../schema/index.ts';
import type { Checkup } from './checkup.ts';

/** How many failed runs are read for their message. */
const reasonLimit = 6;

interface Failure {
  workflow: Pick<Workflow, 'id' | 'name' | 'updatedAt'>;
  run: Execution;
  /** The first run that failed since the last that did not, as far as is known. */
  first: Execution;
  /** Whether a success would have been stored; where it would not, the newest stored run is always a failure. */
  keepsSuccesses: boolean;
}

/** Workflows whose newest stored outcome is a failure, with the step and message where n8n keeps them; crashed ones first, then the newest. */
export async function failingWorkflows(
  client: N8n,
  checkup: Checkup,
  label: string,
  check: Check,
): Promise<Finding[]> {
  const failures = failuresIn(checkup).toSorted(
    (a, b) =>
      Number(b.run.status === 'crashed') - Number(a.run.status === 'crashed') ||
      newestFirst(a.run, b.run),
  );
  const asked = failures.slice(0, reasonLimit);
  const { reasons, problem } = await reasonsOf(
    client,
    asked.map(({ run }) => run),
  );
  if (problem)
    await check(`${label}why runs failed`, () => Promise.reject(problem), { extra: true });
  const names = failures.map(({ workflow }) => workflow.name);
  return failures.map((failure) =>
    finding(failure, {
      reason: reasons.get(failure.run.id),
      asked: asked.includes(failure),
      shared: names.filter((name) => name === failure.workflow.name).length > 1,
      now: checkup.now,
      instance: checkup.instance,
    }),
  );
}

/** The reasons that could be read, and why one could not: a late or denied one hides no other. */
async function reasonsOf(
  client: N8n,
  runs: readonly Execution[],
): Promise<{ reasons: Map<string, Reason>; problem: LaresError | undefined }> {
  const reasons = new Map<string, Reason>();
  let problem: LaresError | undefined;
  await Promise.all(
    runs.map(async (run) => {
      await reasonOf(client, run).then(
        (reason) => reasons.set(run.id, reason),
        (error: unknown) => {
          if (!(error instanceof LaresError)) throw error;
          problem ??= error;
        },
      );
    }),
  );
  return { reasons, problem };
}

function failuresIn({ workflows, runs, failed }: Checkup): Failure[] {
  if (!runs) return [];
  const known = workflows ?? namelessIn(failed?.rows ?? []);
  const succeeded = (id: string): boolean => runs.of(id).some(({ status }) => status === 'success');
  const keptByDefault = known.some(
    ({ id, keepsSuccesses }) => keepsSuccesses === undefined && succeeded(id),
  );
  return known.flatMap((workflow) => {
    const past = runs.of(workflow.id);
    const run = lastOutcome(past);
    if (!run || !hasFailed(run) || run.retrySuccessId !== undefined) return [];
    const keepsSuccesses = succeeded(workflow.id) || (workflow.keepsSuccesses ?? keptByDefault);
    // Where successes are not stored, failures that follow each other in the list need not have done so.
    const first = (keepsSuccesses && failuresInARow(past).at(-1)) || run;
    return [{ workflow, run, first, keepsSuccesses }];
  });
}

/** Where the key may not list workflows: those that failed in the last day, under their ids. */
function namelessIn(
  failed: readonly Execution[],
): Pick<Workflow, 'id' | 'name' | 'updatedAt' | 'keepsSuccesses'>[] {
  const ids = new Set(failed.flatMap(({ workflowId }) => workflowId ?? []));
  return [...ids].map((id) => ({
    id,
    name: id,
    updatedAt: undefined,
    keepsSuccesses: undefined,
  }));
}

const endOf = ({ stoppedAt, startedAt }: Execution): number | undefined => stoppedAt ?? startedAt;

/** How the workflows of a check-up fare. Undefined where the runs were not read; unknown where they say nothing: none stored, or only failures stored. */
export function workflowState(checkup: Checkup): (workflow: Workflow) => Thing['state'] {
  const { runs } = checkup;
  const failing = new Map(
    failuresIn(checkup).map(({ workflow, keepsSuccesses }) => [workflow.id, keepsSuccesses]),
  );
  return ({ id }) => {
    if (!runs) return undefined;
    const keepsSuccesses = failing.get(id);
    if (keepsSuccesses !== undefined) return keepsSuccesses ? 'down' : 'unknown';
    return lastOutcome(runs.of(id)) ? 'up' : 'unknown';
  };
}

/** What a finding says besides the failure itself. */
interface Telling {
  reason: Reason | undefined;
  /** Whether the reason was asked for at all. */
  asked: boolean;
  /** Whether another failing workflow has the same name. */
  shared: boolean;
  now: number;
  instance: string;
}

function finding(
  { workflow, run, first, keepsSuccesses }: Failure,
  { reason, asked, shared, now, instance }: Telling,
): Finding {
  const name = shared ? `${workflow.name} (${workflow.id})` : workflow.name;
  const at = endOf(run);
  const since = endOf(first);
  const edited = at !== undefined && workflow.updatedAt !== undefined && workflow.updatedAt > at;
  return {
    id: `n8n.workflow-failing/${workflow.id}`,
    severity: keepsSuccesses ? 'warning' : 'info',
    subject: name,
    about: [workflowRef(instance, workflow.id)],
    effect: keepsSuccesses ? 'stops' : 'note',
    message: [
      keepsSuccesses
        ? `The newest run of workflow ${name} ${run.status === 'crashed' ? 'crashed' : 'failed'}`
        : `Workflow ${name} last failed`,
      at !== undefined && ` ${ago(at, now)}`,
      reason?.isOwn && `${reason.node ? ` at ${reason.node}` : ''}: ${reason.message}`,
      !asked && '; why was not asked',
      !keepsSuccesses && '. Its successes are not stored, so it may have worked since',
      edited && '. It was edited since',
    ]
      .filter(Boolean)
      .join(''),
    ...(since !== undefined && { since: iso(since) }),
    evidence: `execution ${run.id} (${run.mode}, ${run.status})`,
    next: { tool: 'n8n_list_executions', arguments: { workflow: workflow.id, limit: 5 } },
  };
}
