import type { Check, Finding } from '../../../core/health.ts';
import { ago, duration, iso, plural } from '../../../core/base/units.ts';
import { health as healthOf, type Part, type Reads, type Release } from '../client.ts';
import { reasonsFor, type Reason } from '../failure-reasons.ts';
import { hasFailed, isProduction, lastOutcome, lastRuns, type LastRuns } from '../last-runs.ts';
import type { Execution, Workflow } from '../schema/index.ts';

const day = 86_400_000;
const minute = 60_000;
const mostLookups = 40;
const mostReasons = 6;

export const health = healthOf(async (n8n, check) => {
  const answers = await n8n.all((one, instance) =>
    examined(one, instance, n8n.names.length > 1 ? `${instance}: ` : '', check),
  );
  const all = answers.map(({ value }) => value);
  const findings = all.flatMap((one) => one.findings);
  const failing = findings.filter(({ id }) => id.startsWith('n8n.workflow-failing/')).length;
  const active = sum(all.map((one) => one.active));
  const judged = all.every((one) => one.judged);
  const failedRuns = all.flatMap((one) => one.failedRuns ?? []);
  return {
    version: [...new Set(all.map(({ version }) => version))].join(', '),
    headline: `workflows ${active} active${judged ? `, ${failing} failing` : ''}`,
    facts: {
      'workflows active': active,
      ...(judged && { failing }),
      ...(failedRuns.length === all.length && {
        'failed runs in 24 h': all.some((one) => one.moreFailedRuns)
          ? `at least ${sum(failedRuns)}`
          : sum(failedRuns),
      }),
    },
    findings,
  };
});

/** One n8n. It must answer and list its workflows; what the key may not see besides is named. */
async function examined(one: Reads, instance: string, label: string, check: Check) {
  const [release, version, { rows: listed }] = await Promise.all([
    one.release(),
    one.version(),
    one.workflows({ active: true }),
  ]);
  const workflows = listed.filter(({ archived }) => !archived);
  const [runs, failed, running, waiting] = await Promise.all([
    check(`${label}newest runs`, () =>
      lastRuns(one, workflows, mostLookups, (known) => lastOutcome(known) !== undefined),
    ),
    check(`${label}failed runs`, () =>
      one.runs({ status: 'failed', since: one.now() - day }, release, 250),
    ),
    check(`${label}stuck runs`, async () => ({ listed: await one.running(release) })),
    release.major === 1 ? undefined : check(`${label}overdue waits`, () => one.waiting()),
  ]);
  if (runs && runs.unread.size > 0)
    await check(`${label}${plural(runs.unread.size, 'workflow')}`, () =>
      Promise.reject(
        new Error(`not among the newest runs, and more than ${mostLookups} to ask one by one`),
      ),
    );
  const broken = runs ? failing(workflows, runs) : [];
  const reasons = await check(`${label}why runs failed`, () =>
    reasonsFor(
      one,
      broken.map(({ run }) => run),
      mostReasons,
    ),
  );
  const names = new Map(workflows.map(({ id, name }) => [id, name]));
  return {
    version: version ?? `${release.major}.x`,
    active: workflows.length,
    judged: runs !== undefined,
    failedRuns: failed?.rows.filter(isProduction).length,
    moreFailedRuns: failed?.more ?? false,
    findings: [
      ...broken.map((each) => failingFinding(each, reasons?.get(each.run.id), one.now())),
      ...(running?.listed ? stuckRuns(one, running.listed, names) : []),
      ...(waiting ? overdueWaits(one, waiting, names) : []),
      ...unseen(release, instance, running?.listed !== undefined),
      ...keyEnding(one, instance),
    ],
  };
}

interface Failing {
  workflow: Workflow;
  run: Execution;
  /** Whether a success would have been stored; where it would not, the newest stored run is always a failure. */
  kept: boolean;
}

function failing(workflows: readonly Workflow[], runs: LastRuns): Failing[] {
  const succeeded = ({ id }: Workflow): boolean =>
    runs.of(id).some(({ status }) => status === 'success');
  const keptByDefault = workflows.some(
    (workflow) => workflow.keepsSuccesses === undefined && succeeded(workflow),
  );
  return workflows.flatMap((workflow) => {
    const run = lastOutcome(runs.of(workflow.id));
    if (!run || !hasFailed(run) || run.retrySuccessId !== undefined) return [];
    return [
      { workflow, run, kept: succeeded(workflow) || (workflow.keepsSuccesses ?? keptByDefault) },
    ];
  });
}

function failingFinding(
  { workflow, run, kept }: Failing,
  reason: Reason | undefined,
  now: number,
): Finding {
  const at = run.stoppedAt ?? run.startedAt;
  const edited = at !== undefined && workflow.updatedAt !== undefined && workflow.updatedAt > at;
  return {
    id: `n8n.workflow-failing/${workflow.id}`,
    severity: kept ? 'warning' : 'info',
    subject: workflow.name,
    message: [
      kept
        ? `The newest run of workflow ${workflow.name} ${run.status === 'crashed' ? 'crashed' : 'failed'}`
        : `Workflow ${workflow.name} last failed`,
      at !== undefined && ` ${ago(at, now)}`,
      reason?.told && `${reason.node ? ` at ${reason.node}` : ''}: ${reason.message}`,
      !kept && '. Its successes are not stored, so it may have worked since',
      edited && '. It was edited since',
    ]
      .filter(Boolean)
      .join(''),
    ...(at !== undefined && { since: iso(at) }),
    evidence: `execution ${run.id} (${run.mode}, ${run.status})`,
    next: { tool: 'n8n_list_executions', arguments: { workflow: workflow.id, limit: 5 } },
  };
}

const nameOf = (run: Execution, names: ReadonlyMap<string, string>): string =>
  names.get(run.workflowId ?? '') ?? `workflow ${run.workflowId ?? 'unknown'}`;

const stuckRuns = (
  one: Reads,
  { rows }: Part<Execution>,
  names: ReadonlyMap<string, string>,
): Finding[] =>
  rows.flatMap((run) =>
    run.startedAt === undefined || one.now() - run.startedAt < one.settings.stuckMinutes * minute
      ? []
      : [
          {
            id: `n8n.run-stuck/${run.id}`,
            severity: 'warning',
            subject: nameOf(run, names),
            message: `Run ${run.id} of ${nameOf(run, names)} has been running for ${duration((one.now() - run.startedAt) / 1000)}, more than ${duration(one.settings.stuckMinutes * 60)}`,
            since: iso(run.startedAt),
            next: { tool: 'n8n_list_executions', arguments: { status: 'running' } },
          },
        ],
  );

/** A wait that ended long ago was not taken up again. One that waits for a call or a form has no end, or one far in the future. */
const overdueWaits = (
  one: Reads,
  { rows }: Part<Execution>,
  names: ReadonlyMap<string, string>,
): Finding[] =>
  rows.flatMap((run) =>
    run.waitTill === undefined || one.now() - run.waitTill < 10 * minute
      ? []
      : [
          {
            id: `n8n.wait-overdue/${run.id}`,
            severity: 'warning',
            subject: nameOf(run, names),
            message: `Run ${run.id} of ${nameOf(run, names)} should have gone on ${ago(run.waitTill, one.now())} and still waits`,
            since: iso(run.waitTill),
            next: { tool: 'n8n_list_executions', arguments: { status: 'waiting' } },
          },
        ],
  );

/** A limit of the version (n8n-io/n8n#14748), not a failure of this check-up. */
const unseen = ({ major }: Release, instance: string, runningToo: boolean): Finding[] =>
  major === 2
    ? []
    : [
        {
          id: `n8n.waits-unseen/${instance}`,
          severity: 'info',
          subject: 'Waiting runs',
          message: `n8n 1.x does not list waiting runs${runningToo ? '' : ', and this one no running ones'}: one that is stuck cannot be seen here; 2.x lists them`,
        },
      ];

function keyEnding(
  { settings: { keyEndsAt, keyWarnDays }, ...one }: Reads,
  instance: string,
): Finding[] {
  const now = one.now();
  if (keyEndsAt === undefined || keyEndsAt - now > keyWarnDays * day) return [];
  return [
    {
      id: `n8n.key-expiring/${instance}`,
      severity: 'warning',
      subject: 'API key',
      message: `The API key Lares uses ${keyEndsAt <= now ? 'ended' : 'ends'} ${ago(keyEndsAt, now)}: make a new one under Settings > n8n API`,
      since: iso(keyEndsAt),
    },
  ];
}

const sum = (amounts: readonly number[]): number =>
  amounts.reduce((total, amount) => total + amount, 0);
