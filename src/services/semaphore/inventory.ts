import { LaresError } from '../../core/base/errors.ts';
import { inventory as defineInventory, type Semaphore } from './client.ts';
import { overProjects } from './locate.ts';
import { noProject } from './no-project.ts';
import type { Project, Template } from './schema/index.ts';
import { thingsOf, type KnownProject } from './things.ts';
import { versionOf, type Version } from './version.ts';

/** What is run, when, and where it goes: three lists a project. It has no names that other services ask for. */
export const inventory = defineInventory(async (semaphore) => {
  const { several } = semaphore;
  const looks = await semaphore.all(async (client, instance) => {
    const where = several ? ` on ${instance}` : '';
    const projects = await client.projects();
    const { answers, gaps } = await overProjects(projects, (project) => look(client, project));
    return {
      things: thingsOf({ instance, several, projects: answers }),
      gaps: [
        ...(projects.length === 0 ? [noProject(where)] : []),
        ...gaps.map(({ what, ...gap }) => ({ what: `${what}${where}`, ...gap })),
      ],
    };
  });
  return {
    known: [],
    things: looks.flatMap(({ value }) => value.things),
    ...(looks.every(({ value }) => value.gaps.length === 0) && { whole: ['job'] }),
    gaps: looks.flatMap(({ value }) => value.gaps),
  };
});

async function look(client: Semaphore, project: Project): Promise<KnownProject> {
  const [templates, schedules, inventories] = await Promise.all([
    client.templates(project.id),
    client.schedules(project.id),
    client.inventories(project.id),
  ]);
  const version = await versionFor(templates, client);
  return { project, templates, schedules, tasks: [], targets: { inventories, version } };
}

/** Only templates that name no app need it, and every answer makes Semaphore run Ansible. */
async function versionFor(templates: readonly Template[], client: Semaphore): Promise<Version> {
  if (templates.every(({ app }) => app !== '')) return versionOf('');
  return client.info().then(
    ({ version }) => versionOf(version),
    (error: unknown) => {
      if (error instanceof LaresError) return versionOf('');
      throw error;
    },
  );
}
