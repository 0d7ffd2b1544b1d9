import { isBefore, hasTopLevelFlags, type Version } from './version.ts';
import type { Template } from './schema/index.ts';

/** What a run of a template is: only Ansible and Terraform know flags. */
export type Kind = 'ansible' | 'terraform' | 'script';

const terraform = new Set(['terraform', 'tofu', 'terragrunt']);

/** What runs a template. No app meant Ansible until 2.10.15; since then Semaphore starts a shell for it (db_lib/AppFactory.go). */
export function kindOf({ app }: Pick<Template, 'app'>, version: Version): Kind {
  if (app === 'ansible' || (app === '' && isBefore(version, 2, 10, 16) === true)) return 'ansible';
  return terraform.has(app) ? 'terraform' : 'script';
}

/** The app as it is shown; `no app` where Semaphore starts a shell. */
export const appOf = ({ app }: Pick<Template, 'app'>, version: Version): string =>
  app || (kindOf({ app }, version) === 'ansible' ? 'ansible' : 'no app');

/** Why asking for a dry run of this template would change something for real; undefined when a dry run is one. */
export function whyNoDryRun(
  template: Template,
  templates: readonly Template[],
  version: Version,
): string | undefined {
  const kind = kindOf(template, version);
  if (kind === 'script')
    return `it runs as ${appOf(template, version)}, which ignores dry_run, so it would be a real run`;
  if (kind === 'terraform' && hasTopLevelFlags(version) !== false)
    return `Semaphore ${version.label} ${hasTopLevelFlags(version) ? 'knows' : 'may know'} no plan-only run of ${template.app}`;
  const autoruns = autorunsOf(template, templates);
  if (autoruns.length > 0)
    return `when it ends well, Semaphore starts ${autoruns.map(({ id, name }) => `template ${id} (${name})`).join(', ')} for real (autorun)`;
  return undefined;
}

/** Templates that Semaphore starts by itself after this one (TaskRunner.run), also after a dry run. */
export const autorunsOf = ({ id }: Template, templates: readonly Template[]): Template[] =>
  templates.filter(({ autorun, buildTemplateId }) => autorun && buildTemplateId === id);
