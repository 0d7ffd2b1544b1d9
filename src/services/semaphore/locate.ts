import { InputError, LaresError, UpstreamError } from '../../core/base/errors.ts';
import { gapAfter, type Gap } from '../../core/gap.ts';
import { byName, candidates, matching, projectsOf, type Name } from './by-name.ts';
import type { Semaphore } from './client.ts';
import type { Project, Task, Template } from './schema/index.ts';

/** The projects that something may be in. An InputError when the token sees none. */
async function searched(client: Semaphore, name: Name | undefined): Promise<Project[]> {
  const projects = await projectsOf(client, name);
  if (projects.length > 0) return projects;
  throw new InputError("The token's user is in no project", {
    hint: "Add it to a project's team in Semaphore; role Guest is enough to read.",
  });
}

const whichProject = (what: string, projects: readonly Project[]): InputError =>
  new InputError(`Which project? ${what}`, { hint: `Give project: ${candidates(projects)}.` });

interface Located {
  project: Project;
  /** With everything in it: before 2.13 lists leave out the survey, on SQL databases `autorun`. */
  template: Template;
  /** All of its project, as listed. */
  templates: Template[];
}

/** A template; without a project, the one that is called so in any of them. An InputError when several are. */
export async function templateOf(
  client: Semaphore,
  projectName: Name | undefined,
  name: Name,
): Promise<Located> {
  const projects = await searched(client, projectName);
  const lists = await Promise.all(
    projects.map(async (project) => ({ project, templates: await client.templates(project.id) })),
  );
  const all = lists.flatMap(({ templates }) => templates);
  const holders = new Set(matching(name, all).map(({ projectId }) => projectId));
  if (holders.size > 1)
    throw whichProject(
      `${holders.size} have a template ${JSON.stringify(name.trim())}`,
      projects.filter(({ id }) => holders.has(id)),
    );
  const { id, projectId } = byName('template', name, all);
  const [place] = lists.filter(({ project }) => project.id === projectId);
  if (!place) throw new InputError(`No template ${JSON.stringify(name)} in a project of the token`);
  return { ...place, template: await client.template(projectId, id) };
}

/** A run and its project; without a project, all of them are asked. */
export async function taskOf(
  client: Semaphore,
  projectName: Name | undefined,
  id: number,
): Promise<{ project: Project; task: Task }> {
  const projects = await searched(client, projectName);
  const [only, another] = projects;
  if (only && !another) return { project: only, task: await client.task(only.id, id) };
  const answers = await Promise.all(
    projects.map((project) =>
      client.task(project.id, id).then(
        (task) => [{ project, task }],
        (error: unknown) => {
          // It is not in this project: 400 with an empty body.
          if (error instanceof UpstreamError && !error.front && [400, 404].includes(error.status))
            return [];
          throw error;
        },
      ),
    ),
  );
  const places = answers.flat();
  const [place] = places;
  if (!place)
    throw new InputError(`No task ${id} in any of the ${projects.length} projects`, {
      hint: 'semaphore_list_tasks shows what there is.',
    });
  if (places.length > 1)
    throw whichProject(
      `${places.length} have a task ${id}`,
      places.map(({ project }) => project),
    );
  return place;
}

/** Asks several projects at once. One that cannot be read is a gap beside the others; where none can, its error is thrown. */
export async function overProjects<T>(
  projects: readonly Project[],
  ask: (project: Project) => Promise<T>,
): Promise<{ answers: T[]; gaps: Gap[] }> {
  const answers: T[] = [];
  const gaps: Gap[] = [];
  const errors: unknown[] = [];
  for (const [i, outcome] of (await Promise.allSettled(projects.map(ask))).entries()) {
    if (outcome.status === 'fulfilled') {
      answers.push(outcome.value);
      continue;
    }
    errors.push(outcome.reason);
    if (!(outcome.reason instanceof LaresError)) throw outcome.reason;
    gaps.push(gapAfter(`project ${projects[i]?.name}`, outcome.reason));
  }
  if (errors.length > 0 && answers.length === 0) throw errors[0];
  return { answers, gaps };
}
