import { ago } from '../../core/base/units.ts';
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

/** Why a guest does not run, as far as its tasks on this node tell. */
export function whyStopped(tasks: readonly Task[], now: number): string {
  const last = tasks
    .filter((task) => task.endedAt !== undefined && lifecycle.has(taskPurpose(task.type)))
    .sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0))[0];
  if (!last)
    return 'No task in sight stopped it: it went down by itself, with its node, or longer ago than the task list reaches.';
  const purpose = taskPurpose(last.type);
  const when = ago(last.endedAt ?? 0, now);
  if (hasFailed(last.exit ?? ''))
    return `Its last ${purpose} (${last.type} by ${last.user}, ${when}) failed: ${last.exit}.`;
  if (purpose === 'stop' || purpose === 'suspend')
    return `Stopped on purpose: ${last.type} by ${last.user}, ${when}.`;
  return `Its last task was ${last.type} by ${last.user}, ${when}, and no task stopped it since: it shut down from the inside, crashed, or its node went down.`;
}
