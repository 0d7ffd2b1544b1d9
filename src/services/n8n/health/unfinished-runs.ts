import type { Finding } from '../../../core/health.ts';
import type { Ref } from '../../../core/map.ts';
import { ago, day, duration, iso, minute } from '../../../core/base/units.ts';
import { serverRef, workflowRef } from '../refs.ts';
import type { Execution } from '../schema/index.ts';
import type { Checkup } from './checkup.ts';

/** How late a wait may be taken up again. */
const overdueAfter = 10 * minute;

const nameOf = ({ workflowId }: Execution, { workflows }: Checkup): string =>
  workflows?.find(({ id }) => id === workflowId)?.name ?? `workflow ${workflowId ?? 'unknown'}`;

/** The workflow of a run; where n8n does not tell which, n8n itself. */
const subjectOf = ({ workflowId }: Execution, { instance }: Checkup): Ref =>
  workflowId === undefined ? serverRef(instance) : workflowRef(instance, workflowId);

/** Runs that last longer than the configured time: a risk, since nothing that the workflow calls is known to be the reason. */
export function stuckRuns(checkup: Checkup): Finding[] {
  const { now, running, settings } = checkup;
  return (running?.list?.rows ?? []).flatMap((run) => {
    if (run.startedAt === undefined || now - run.startedAt < settings.stuckMinutes * minute)
      return [];
    const name = nameOf(run, checkup);
    return [
      {
        id: `n8n.run-stuck/${run.id}`,
        severity: 'warning',
        subject: name,
        about: [subjectOf(run, checkup)],
        effect: 'risk',
        message: `Run ${run.id} of ${name} has been running for ${duration((now - run.startedAt) / 1000)}, more than ${duration(settings.stuckMinutes * 60)}`,
        since: iso(run.startedAt),
        next: { tool: 'n8n_list_executions', arguments: { status: 'running' } },
      },
    ];
  });
}

/** A wait that ended long ago was not taken up again. One that waits for a call or a form has no end, or one far in the future. */
export function overdueWaits(checkup: Checkup): Finding[] {
  const { now, waiting } = checkup;
  return (waiting?.rows ?? []).flatMap((run) => {
    if (run.waitTill === undefined || now - run.waitTill < overdueAfter) return [];
    const name = nameOf(run, checkup);
    return [
      {
        id: `n8n.wait-overdue/${run.id}`,
        severity: 'warning',
        subject: name,
        about: [subjectOf(run, checkup)],
        effect: 'risk',
        message: `Run ${run.id} of ${name} should have gone on ${ago(run.waitTill, now)} and still waits`,
        since: iso(run.waitTill),
        next: { tool: 'n8n_list_executions', arguments: { status: 'waiting' } },
      },
    ];
  });
}

/** n8n writes the year 3000 for a wait that only a call or a form ends; what lies this far ahead is one. */
const farAhead = 365 * day;
/** How long such a wait is nobody's business. */
const openAfter = 3 * day;

/** Waits for a call, a form or an approval that has not come for days. Somebody may mean it so. */
export function openWaits(checkup: Checkup): Finding[] {
  const { now, waiting } = checkup;
  return (waiting?.rows ?? []).flatMap((run) => {
    const open = run.waitTill === undefined || run.waitTill - now > farAhead;
    if (!open || run.startedAt === undefined || now - run.startedAt < openAfter) return [];
    const name = nameOf(run, checkup);
    return [
      {
        id: `n8n.wait-open/${run.id}`,
        severity: 'info',
        subject: name,
        about: [subjectOf(run, checkup)],
        effect: 'note',
        message: `Run ${run.id} of ${name} has waited for ${duration((now - run.startedAt) / 1000)} for a call, a form or an approval, and has no other end`,
        since: iso(run.startedAt),
        next: { tool: 'n8n_list_executions', arguments: { status: 'waiting' } },
      },
    ];
  });
}

/** A limit of the version (n8n-io/n8n#14748), not a failure of this check-up. */
export function unseenWaits({ instance, release, running }: Checkup): Finding[] {
  if (release.major === 2) return [];
  return [
    {
      id: `n8n.waits-unseen/${instance}`,
      severity: 'info',
      subject: 'Waiting runs',
      about: [serverRef(instance)],
      effect: 'note',
      message: `n8n 1.x lists waiting runs only from before its last restart${running?.list ? '' : ', and this one no running ones'}: one that is stuck since cannot be seen here; 2.x lists them`,
    },
  ];
}
