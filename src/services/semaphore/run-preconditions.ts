import { InputError } from '../../core/base/errors.ts';
import { mayRun } from './doctor.ts';
import { hasTopLevelFlags, type Version } from './version.ts';
import type { Semaphore } from './client.ts';
import type { Survey } from './survey.ts';
import type { Project, Template } from './schema/index.ts';

/** The build a deploy template deploys; Semaphore itself would run it with none. */
export async function buildOf(
  one: Semaphore,
  project: Project,
  template: Template,
  all: readonly Template[],
  asked: number | undefined,
): Promise<number | undefined> {
  if (template.type !== 'deploy') {
    if (asked !== undefined)
      throw new InputError(
        `Template ${template.id} (${template.name}) is no deploy template: it takes no build_task`,
        { hint: 'Nothing was sent.' },
      );
    return undefined;
  }
  const source = all.find(({ id }) => id === template.buildTemplateId);
  const builds = source
    ? (await one.templateTasks(project.id, source.id)).filter(({ status }) => status === 'success')
    : [];
  if (asked !== undefined && builds.some(({ id }) => id === asked)) return asked;
  const choice = builds
    .slice(0, 5)
    .map(({ id, version }) => (version ? `${id} (version ${version})` : String(id)))
    .join(', ');
  throw new InputError(
    asked === undefined
      ? `Template ${template.id} (${template.name}) deploys a build: which one?`
      : `Task ${asked} is no successful build of ${source?.name ?? 'its build template'}`,
    {
      hint: choice
        ? `Nothing was sent. Give build_task: ${choice}.`
        : `Nothing was sent. There is no successful build yet${source ? `: run template ${source.id} (${source.name}) first` : ''}.`,
    },
  );
}

/** Up to 2.10 the variable group wins over what a task brings, and without a group the run fails (TaskRunner.populateDetails). */
export async function clashes(
  one: Semaphore,
  project: Project,
  template: Template,
  { answers }: Survey,
  version: Version,
): Promise<void> {
  const names = Object.keys(answers);
  if (names.length === 0 || hasTopLevelFlags(version) !== true) return;
  const groups = (await one.environments(project.id)).filter(({ id }) =>
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

/** A warning rather than a refusal: custom roles may allow more than is told. */
export async function mayNotRun(
  one: Semaphore,
  project: Project,
  template: Template,
): Promise<string | undefined> {
  const { role, permissions } = await one.role(project.id);
  const granted = (permissions ?? 1) | (template.permissions ?? 0);
  if (mayRun(granted) || (await one.user()).admin) return undefined;
  return `The token's user is ${role || 'nothing'} in ${project.name} and may not run tasks: Semaphore will refuse (403). It needs the role Task Runner (project, Team).`;
}
