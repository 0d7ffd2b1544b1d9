import { followers, type Chain } from './chain.ts';
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
  chain: Chain,
  version: Version,
): string | undefined {
  const kind = kindOf(template, version);
  if (kind === 'script')
    return `it runs as ${appOf(template, version)}, which ignores dry_run, so it would be a real run`;
  if (kind === 'terraform' && hasTopLevelFlags(version) !== false)
    return `Semaphore ${version.label} ${hasTopLevelFlags(version) ? 'knows' : 'may know'} no plan-only run of ${template.app}`;
  if (chain.starts.length > 0)
    return `when it ends well, Semaphore starts ${namesOf(chain.starts)} for real (autorun)`;
  if (followers(chain).length > 0)
    return `whether Semaphore starts ${namesOf(chain.unread)} for real after it could not be read`;
  return undefined;
}

/** `template 8 (Deploy wiki), template 9 (Tell)`. */
export const namesOf = (templates: readonly Template[]): string =>
  templates.map(({ id, name }) => `template ${id} (${name})`).join(', ');
