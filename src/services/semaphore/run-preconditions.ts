import { InputError, UpstreamError } from '../../core/base/errors.ts';
import { kindOf } from './template-kind.ts';
import { hasTopLevelFlags, isBefore, type Version } from './version.ts';
import type { Semaphore } from './client.ts';
import type { Survey } from './survey.ts';
import { mayRunTasks, type Environment, type Project, type Template } from './schema/index.ts';

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

/**
 * Throws an InputError where given variables would be lost. The secrets of a variable group come last on the command line and win (LocalJob.go); up to 2.10
 * its plain variables win as well. Without a group the run fails, up to 2.17 (TaskRunner.populateTaskEnvironment).
 */
export async function refuseLostVariables(
  client: Semaphore,
  project: Project,
  template: Template,
  { answers }: Survey,
  version: Version,
): Promise<void> {
  const names = Object.keys(answers);
  if (names.length === 0) return;
  if (template.environmentIds.length === 0) {
    if (isBefore(version, 2, 18) !== true) return;
    throw new InputError(
      `Semaphore ${version.label} fails when a template without a variable group is given variables`,
      {
        hint: `Nothing was sent. Give template ${template.id} an environment, an empty one will do.`,
      },
    );
  }
  const groups = await Promise.all(
    template.environmentIds.map((id) => client.environment(project.id, id).catch(undefinedIfGone)),
  );
  const lost = groups.flatMap((group) =>
    group
      ? winnersIn(group, template, version)
          .filter((name) => names.includes(name))
          .map((name) => `${name} (set in ${group.name})`)
      : [],
  );
  if (lost.length > 0)
    throw new InputError(
      `Semaphore ${version.label} would ignore the given ${lost.join(', ')}: there the variable group wins`,
      { hint: 'Nothing was sent. Take the variable out of the group, or change its value there.' },
    );
}

/** A group that is not there beats nothing. */
function undefinedIfGone(error: unknown): undefined {
  if (error instanceof UpstreamError && error.status === 404 && !error.front) return undefined;
  throw error;
}

/** The names in a group that beat an answer. A script gets both, and the answer last. */
function winnersIn(
  { secrets = [], variables = [] }: Environment,
  template: Template,
  version: Version,
): string[] {
  const kind = kindOf(template, version);
  return [
    ...(kind === 'script' ? [] : secrets.filter(({ type }) => type !== 'env')),
    ...(hasTopLevelFlags(version) === true ? variables.map((name) => ({ name })) : []),
  ].map(({ name }) => name);
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
