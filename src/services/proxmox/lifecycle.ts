import { ago } from '../../core/base/units.ts';
import type { HaStatus } from './schema/cluster.ts';
import type { Guest } from './schema/resources.ts';
import { hasFailed, type Task } from './schema/task.ts';

/** What a task is for, whatever kind of guest it is for: `qmshutdown`, `vzstop` and `hastop` all stop one. */
export function taskPurpose(type: string): string {
  const verb = type.replace(
    /^(qm|vz|ha)(?=start|stop|shutdown|reboot|reset|suspend|resume|snapshot|rollback|delsnapshot|clone|create|destroy|restore|migrate)/,
    '',
  );
  return { shutdown: 'stop', qmigrate: 'migrate' }[verb] ?? verb;
}

/** A task has no exit until it ends. */
export const isTaskRunning = ({ exit }: Task): boolean => exit === undefined;

const lifecycle = new Set([
  'start',
  'stop',
  'reboot',
  'reset',
  'suspend',
  'resume',
  'restore',
  'create',
  'migrate',
]);

/** The newest task that started or stopped a guest, and is over. */
export const lastLifecycleTask = (
  tasks: readonly Task[],
): (Task & { endedAt: number }) | undefined =>
  tasks
    .flatMap((task) =>
      task.endedAt !== undefined && lifecycle.has(taskPurpose(task.type))
        ? [{ ...task, endedAt: task.endedAt }]
        : [],
    )
    .sort((a, b) => b.endedAt - a.endedAt)[0];

/** Why a guest does not run, as far as its lock and its tasks on this node tell. */
export function whyStopped(tasks: readonly Task[], lock: string | undefined, now: number): string {
  const last = lastLifecycleTask(tasks);
  if (lock === 'suspended') {
    const by =
      last && taskPurpose(last.type) === 'suspend'
        ? ` by ${last.user}, ${ago(last.endedAt, now)}`
        : '';
    return `It was hibernated${by}: its memory is saved, and it goes on where it was when it is started.`;
  }
  if (!last)
    return 'No task in sight stopped it: it went down by itself, with its node, or longer ago than the task list reaches.';
  const purpose = taskPurpose(last.type);
  const when = ago(last.endedAt, now);
  if (hasFailed(last.exit ?? ''))
    return `Its last ${purpose} (${last.type} by ${last.user}, ${when}) failed: ${last.exit}.`;
  if (purpose === 'stop' || purpose === 'suspend')
    return `Stopped on purpose: ${last.type} by ${last.user}, ${when}.`;
  return `Its last task was ${last.type} by ${last.user}, ${when}, and no task stopped it since: it shut down from the inside, crashed, or its node went down.`;
}

/** Undefined when HA does not manage the guest, and start at boot decides. */
export function haWantsRunning(
  { ha: status }: { ha: HaStatus | undefined },
  { vmid, ha }: Pick<Guest, 'vmid' | 'ha'>,
): boolean | undefined {
  if (ha === undefined) return undefined;
  const requested = status?.services.find(({ sid }) => sid.endsWith(`:${vmid}`))?.requested ?? ha;
  return !['stopped', 'disabled', 'ignored', 'stopping', 'request_stop', 'deleting'].includes(
    requested,
  );
}
