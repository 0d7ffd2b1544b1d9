import { iso } from '../../core/base/units.ts';
import { askAbout, type Happening } from '../../core/lately.ts';
import { idOf, kindOf, type Thing } from '../../core/map.ts';
import { lately as defineLately } from './client.ts';
import { newestFirst, type Task } from './schema/index.ts';

/** Projects that are asked, runs that are read of each, and runs that are told. */
const limits = { projects: 2, read: 200, told: 3 };

/** The last runs of templates: one request a project. */
export const lately = defineLately((fleet, things) =>
  askAbout(
    templatesByProject(things)
      .filter(({ instance }) => fleet.names.includes(instance))
      .slice(0, limits.projects),
    ({ project }) => `runs in project ${project}`,
    async ({ instance, project, titles }) => {
      const tasks = await fleet.on(instance).lastTasks(project, limits.read);
      return tasks
        .filter(({ templateId }) => titles.has(templateId))
        .sort(newestFirst)
        .slice(0, limits.told)
        .map((task) => runLine(task, titles.get(task.templateId)));
    },
  ),
);

interface Templates {
  instance: string;
  project: number;
  /** Titles by id. */
  titles: Map<number, string>;
}

/** A schedule names the template that it starts in the call that shows its runs. */
function templatesByProject(things: readonly Thing[]): Templates[] {
  const projects = new Map<string, Templates>();
  for (const { ref, title, more } of things) {
    if (kindOf(ref) !== 'job') continue;
    const [, instance = '', , project = ''] = idOf(ref).split('/');
    const template = Number(more?.arguments['template']);
    if (!Number.isInteger(template)) continue;
    const key = `${instance}/${project}`;
    const known = projects.get(key) ?? { instance, project: Number(project), titles: new Map() };
    projects.set(key, known);
    if (!known.titles.has(template)) known.titles.set(template, title);
  }
  return [...projects.values()];
}

const runLine = (
  { id, status, createdAt, dryRun, template }: Task,
  title: string | undefined,
): Happening => ({
  at: iso(createdAt),
  text: `run ${id} of ${template ?? title}${dryRun ? ' (dry run)' : ''}: ${status.replaceAll('_', ' ')}`,
});
