import type { Check } from '../../../core/health.ts';
import type { Semaphore } from '../client.ts';
import {
  isFinished,
  type Project,
  type Schedule,
  type Task,
  type Template,
} from '../schema/index.ts';

/** What a check-up looks at in one project. `schedules` is undefined when they could not be read. */
export interface ProjectState {
  one: Semaphore;
  project: Project;
  templates: Template[];
  /** Newest first, at most 200. */
  tasks: Task[];
  schedules: Schedule[] | undefined;
}

/** Undefined when the project could not be looked at, which is then said. */
export async function stateOf(
  one: Semaphore,
  project: Project,
  check: Check,
): Promise<ProjectState | undefined> {
  const [main, schedules] = await Promise.all([
    check(`project ${project.name}`, async () =>
      Promise.all([one.templates(project.id), one.lastTasks(project.id, 200)]),
    ),
    check(`schedules of ${project.name}`, () => one.schedules(project.id)),
  ]);
  return main && { one, project, templates: main[0], tasks: main[1], schedules };
}

/** A run that says something about its template: it ended by itself, and it was meant. */
const tells = (task: Task): boolean =>
  !task.dryRun && (task.status === 'success' || task.status === 'error');

/** The last run of a template that says whether it works. Looks deeper only where newer runs were stopped, dry or still going. */
export async function lastWord(
  { one, project, tasks }: ProjectState,
  template: Template,
): Promise<Task | undefined> {
  const { lastTask } = template;
  if (!lastTask || tells(lastTask)) return lastTask;
  const seen = tasks.filter(({ templateId }) => templateId === template.id);
  return (
    seen.find(tells) ??
    (tasks.length < 200
      ? undefined
      : (await one.templateTasks(project.id, template.id)).find(tells))
  );
}

export const isUnfinished = (task: Task): boolean => !isFinished(task);
