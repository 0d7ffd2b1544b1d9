import { before, hasTopLevelFlags, type Version } from './version.ts';
import type { Template } from './schema/index.ts';

export type Kind = 'ansible' | 'terraform' | 'script';

const terraform = new Set(['terraform', 'tofu', 'terragrunt']);

/** What runs a template. No app meant Ansible until 2.10.15; since then Semaphore starts a shell for it (db_lib/AppFactory.go). */
export function kindOf({ app }: Pick<Template, 'app'>, version: Version): Kind {
  if (app === 'ansible' || (app === '' && before(version, 2, 10, 16) === true)) return 'ansible';
  return terraform.has(app) ? 'terraform' : 'script';
}

export const appOf = ({ app }: Pick<Template, 'app'>, version: Version): string =>
  app || (kindOf({ app }, version) === 'ansible' ? 'ansible' : 'no app');

/** Why asking for a dry run of this template would change something for real; undefined when a dry run is one. */
export function noDryRun(
  template: Template,
  all: readonly Template[],
  version: Version,
): string | undefined {
  const kind = kindOf(template, version);
  if (kind === 'script')
    return `it runs as ${appOf(template, version)}, which ignores dry_run, so it would be a real run`;
  if (kind === 'terraform' && hasTopLevelFlags(version) !== false)
    return `Semaphore ${version.label} ${hasTopLevelFlags(version) ? 'knows' : 'may know'} no plan-only run of ${template.app}`;
  const chained = autorunsOf(template, all);
  if (chained.length > 0)
    return `when it ends well, Semaphore starts ${chained.map(({ id, name }) => `template ${id} (${name})`).join(', ')} for real (autorun)`;
  return undefined;
}

/** Templates that Semaphore starts by itself after this one (TaskRunner.run), also after a dry run. */
export const autorunsOf = ({ id }: Template, all: readonly Template[]): Template[] =>
  all.filter(({ autorun, buildTemplateId }) => autorun && buildTemplateId === id);
