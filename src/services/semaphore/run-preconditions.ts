import { InputError } from '../../core/base/errors.ts';
import { hasTopLevelFlags, type Version } from './version.ts';
import type { Semaphore } from './client.ts';
import type { Survey } from './survey.ts';
import { mayRunTasks, type Project, type Template } from './schema/index.ts';

/** The id of the build that a deploy template deploys; undefined for other templates. Semaphore itself would run it with none: an InputError with the choice. */
export async function findBuild(
  client: Semaphore,
  project: Project,
  template: Template,
  templates: readonly Template[],
  buildTask: number | undefined,
): Promise<number | undefined> {
  if (template.type !== 'deploy') {
    if (buildTask !== undefined)
      throw new InputError(
        `Template ${template.id} (${template.name}) is no deploy template: it takes no build_task`,
        { hint: 'Nothing was sent.' },
      );
    return undefined;
  }
  const source = templates.find(({ id }) => id === template.buildTemplateId);
  const builds = source
    ? (await client.templateTasks(project.id, source.id)).filter(
        ({ status }) => status === 'success',
      )
    : [];
  if (buildTask !== undefined && builds.some(({ id }) => id === buildTask)) return buildTask;
  const choice = builds
    .slice(0, 5)
    .map(({ id, version }) => (version ? `${id} (version ${version})` : String(id)))
    .join(', ');
  throw new InputError(
    buildTask === undefined
      ? `Template ${template.id} (${template.name}) deploys a build: which one?`
      : `Task ${buildTask} is no successful build of ${source?.name ?? 'its build template'}`,
    {
      hint: choice
        ? `Nothing was sent. Give build_task: ${choice}.`
        : `Nothing was sent. There is no successful build yet${source ? `: run template ${source.id} (${source.name}) first` : ''}.`,
    },
  );
}

/** Throws an InputError where given variables would be lost. Up to 2.10 the variable group wins over what a task brings, and without a group the run fails (TaskRunner.populateDetails). */
export async function refuseLostVariables(
  client: Semaphore,
  project: Project,
  template: Template,
  { answers }: Survey,
  version: Version,
): Promise<void> {
  const names = Object.keys(answers);
  if (names.length === 0 || hasTopLevelFlags(version) !== true) return;
  const groups = (await client.environments(project.id)).filter(({ id }) =>
    template.environmentIds.includes(id),
  );
  if (groups.length === 0)
    throw new InputError(
      `Semaphore ${version.label} fails when a template without a variable group is given variables`,
      {
        hint: `Nothing was sent. Give template ${template.id} an environment, an empty one will do.`,
      },
    );
  const lost = groups.flatMap((group) =>
    names
      .filter((name) => group.variables?.includes(name))
      .map((name) => `${name} (set in ${group.name})`),
  );
  if (lost.length > 0)
    throw new InputError(
      `Semaphore ${version.label} would ignore the given ${lost.join(', ')}: there the variable group wins`,
      { hint: 'Nothing was sent. Take the variable out of the group, or change its value there.' },
    );
}

/** Says that the token may not run tasks there. A warning rather than a refusal: custom roles may allow more than is told. */
export async function permissionWarning(
  client: Semaphore,
  project: Project,
  template: Template,
): Promise<string | undefined> {
  const { role, permissions } = await client.role(project.id);
  const granted = (permissions ?? 1) | (template.permissions ?? 0);
  if (mayRunTasks(granted) || (await client.user()).admin) return undefined;
  return `The token's user is ${role || 'nothing'} in ${project.name} and may not run tasks: Semaphore will refuse (403). It needs the role Task Runner (project, Team).`;
}
