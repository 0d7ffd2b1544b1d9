import type { Check, Finding } from '../../../core/health.ts';
import { ago, day, duration, iso } from '../../../core/base/units.ts';
import { isOutcome } from '../outcome.ts';
import { templateRef } from '../refs.ts';
import type { Task, Template } from '../schema/index.ts';
import { taskLimit, type Checkup } from './checkup.ts';

/** Templates whose last meant run failed. A later success clears it; a stopped or dry run neither makes nor clears one; what never ran has not failed. */
export async function failedTemplates(checkup: Checkup, check: Check): Promise<Finding[]> {
  const findings = await Promise.all(
    checkup.templates.map(async (template) => {
      const run = await check(`last run of ${template.name}`, () => lastOutcome(checkup, template));
      return run?.status === 'error' ? [finding(checkup, template, run)] : [];
    }),
  );
  return findings.flat();
}

/** The last run of a template that says whether it works. Looks deeper only where newer runs were stopped, dry or still going. */
async function lastOutcome(
  { client, project, tasks }: Checkup,
  template: Template,
): Promise<Task | undefined> {
  const { lastTask } = template;
  if (!lastTask || isOutcome(lastTask)) return lastTask;
  const listed = tasks.find((task) => task.templateId === template.id && isOutcome(task));
  if (listed || tasks.length < taskLimit) return listed;
  return (await client.templateTasks(project.id, template.id)).find(isOutcome);
}

function finding(checkup: Checkup, template: Template, run: Task): Finding {
  const { client, project, schedules = [], tasks, settings, now } = checkup;
  const at = endOf(run);
  const scheduled = schedules.some(
    (schedule) => schedule.active && schedule.templateId === template.id,
  );
  const runs = tasks.filter(({ templateId }) => templateId === template.id);
  const place = runs.findIndex(({ id }) => id === run.id);
  const newer = runs
    .slice(0, Math.max(0, place))
    .find(({ status }) => status === 'running' || status === 'starting');
  const failures = place < 0 ? [run] : failuresInARow(runs.slice(place));
  const streak = failures.length;
  const isTrouble = scheduled || now - at <= settings.failedDays * day;
  return {
    id: `semaphore.template-failed/${project.id}/${template.id}`,
    severity: isTrouble ? 'warning' : 'info',
    subject: `${template.name} (${project.name})`,
    about: [templateRef(client.instance, project.id, template.id)],
    effect: isTrouble ? 'stops' : 'note',
    message: [
      `${template.name}: ${streak > 1 ? `the last ${streak} runs failed, most recently` : 'its last run failed'} ${ago(at, now)}`,
      run.limit.length > 0 && `, limited to ${run.limit.join(',')}`,
      scheduled && '; it is scheduled',
      newer && `; task ${newer.id} runs now`,
    ]
      .filter(Boolean)
      .join(''),
    since: iso(endOf(failures.at(-1) ?? run)),
    evidence: [
      `task ${run.id}`,
      run.startedAt &&
        run.endedAt &&
        `failed after ${duration((run.endedAt - run.startedAt) / 1000)}`,
      run.user && `started by ${run.user}`,
    ]
      .filter(Boolean)
      .join(', '),
    next: {
      tool: 'semaphore_task_output',
      arguments: { project: String(project.id), task: run.id },
    },
  };
}

const endOf = ({ endedAt, createdAt }: Task): number => endedAt ?? createdAt;

/** Those of a template's runs, newest first, that failed since the last success. */
function failuresInARow(runs: readonly Task[]): Task[] {
  const meant = runs.filter(({ dryRun }) => !dryRun);
  const success = meant.findIndex(({ status }) => status === 'success');
  const later = success < 0 ? meant : meant.slice(0, success);
  return later.filter(({ status }) => status === 'error');
}
