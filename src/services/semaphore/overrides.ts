import { appOf, kindOf, whyNoDryRun } from './template-kind.ts';
import { isBefore, hasTopLevelFlags, type Version } from './version.ts';
import { ansibleArguments } from './ansible-arguments.ts';
import type { Chain } from './chain.ts';
import type { Answers } from './survey.ts';
import type { JsonObject } from '../../core/base/json.ts';
import type { Template } from './schema/index.ts';

/** What a run does differently from what its template says. */
export interface Overrides {
  dryRun: boolean;
  diff: boolean;
  limit: readonly string[];
  tags: readonly string[];
  skipTags: readonly string[];
  inventoryId: number | undefined;
  arguments: readonly string[];
  branch: string | undefined;
}

/**
 * Why Semaphore would not do what is asked. It drops what a template does not allow without a word, so that a limited run becomes
 * one on every host; here each of them is a reason to send nothing.
 */
export function refusals(
  template: Template,
  chain: Chain,
  overrides: Overrides,
  version: Version,
): string[] {
  const flags = hasTopLevelFlags(version);
  const { allows } = template;
  const notAllowed = (what: string, allowed: boolean, switchName: string): string | false =>
    !allowed &&
    `${what}: the template does not allow it (${switchName}), so Semaphore would drop it silently`;
  const ansibleOnly = (what: string): string | false =>
    kindOf(template, version) !== 'ansible' &&
    `${what}: the template runs as ${appOf(template, version)}, which ignores it`;
  const unknownOnFlags = (what: string): string | false =>
    flags === true && `${what}: Semaphore ${version.label} does not know it`;
  const dry = overrides.dryRun ? whyNoDryRun(template, chain, version) : undefined;
  return [
    dry !== undefined && `dry_run: ${dry}`,
    overrides.diff && ansibleOnly('diff'),
    overrides.limit.length > 0 &&
      (ansibleOnly('limit') ||
        (flags !== true && notAllowed('limit', allows.limit, 'allow_override_limit'))),
    overrides.tags.length > 0 &&
      (ansibleOnly('tags') ||
        unknownOnFlags('tags') ||
        notAllowed('tags', allows.tags, 'allow_override_tags')),
    overrides.skipTags.length > 0 &&
      (ansibleOnly('skip_tags') ||
        unknownOnFlags('skip_tags') ||
        notAllowed('skip_tags', allows.skipTags, 'allow_override_skip_tags')),
    overrides.inventoryId !== undefined &&
      (ansibleOnly('inventory') ||
        (flags !== true && notAllowed('inventory', allows.inventory, 'allow_override_inventory'))),
    overrides.arguments.length > 0 &&
      notAllowed('arguments', allows.arguments, 'allow_override_args_in_task'),
    ...refusedArguments(template, overrides, version),
    overrides.branch !== undefined &&
      (flags === true
        ? isBefore(version, 2, 10) === true && `branch: Semaphore ${version.label} does not know it`
        : notAllowed('branch', allows.branch, 'allow_override_branch_in_task')),
  ].filter((reason) => reason !== false);
}

/** Arguments that would take the run where the preview cannot follow. */
function refusedArguments(
  template: Template,
  overrides: Overrides,
  version: Version,
): (string | false)[] {
  if (kindOf(template, version) !== 'ansible') return [];
  const { inventory, positional } = ansibleArguments(overrides.arguments);
  return [
    inventory && 'arguments: another inventory (-i) would reach hosts that the preview cannot show',
    positional.length > 0 &&
      `arguments: ${positional.join(', ')} is no option, so Ansible would play it as another playbook`,
  ];
}

/**
 * The body of POST tasks. Ansible flags are spelled in both places, top level for 2.10 and older and `params` since: each ignores the other.
 * Lists that are empty stay out, because an empty one clears the template's own.
 */
export function bodyOf(
  template: Template,
  overrides: Overrides,
  answers: Answers,
  buildTaskId: number | undefined,
  version: Version,
): JsonObject {
  const kind = kindOf(template, version);
  const unlessEmpty = (list: readonly string[]): readonly string[] | undefined =>
    list.length > 0 ? list : undefined;
  const ifOn = (flag: boolean): true | undefined => flag || undefined;
  const ansible = {
    dry_run: ifOn(overrides.dryRun),
    diff: ifOn(overrides.diff),
    limit: unlessEmpty(overrides.limit),
    tags: unlessEmpty(overrides.tags),
    skip_tags: unlessEmpty(overrides.skipTags),
  };
  const params = defined(
    kind === 'terraform' ? { plan: ifOn(overrides.dryRun) } : kind === 'ansible' ? ansible : {},
  );
  return defined({
    template_id: template.id,
    message: 'Started through Lares',
    ...(kind === 'ansible' && {
      dry_run: ansible.dry_run,
      diff: ansible.diff,
      limit: ansible.limit?.join(','),
    }),
    inventory_id: overrides.inventoryId,
    arguments: unlessEmpty(overrides.arguments) && JSON.stringify(overrides.arguments),
    git_branch: overrides.branch,
    build_task_id: buildTaskId,
    environment: Object.keys(answers).length > 0 ? JSON.stringify(answers) : undefined,
    params: Object.keys(params).length > 0 ? params : undefined,
  });
}

const defined = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

const nothingFollows: Chain = { starts: [], unread: [] };

/** The parameters of semaphore_run_task that this template would honour. */
export const allowedNames = (template: Template, version: Version): string[] => {
  const none: Overrides = {
    dryRun: false,
    diff: false,
    limit: [],
    tags: [],
    skipTags: [],
    inventoryId: undefined,
    arguments: [],
    branch: undefined,
  };
  const attempts: [string, Partial<Overrides>][] = [
    ['diff', { diff: true }],
    ['limit', { limit: ['x'] }],
    ['tags', { tags: ['x'] }],
    ['skip_tags', { skipTags: ['x'] }],
    ['inventory', { inventoryId: 1 }],
    ['arguments', { arguments: ['-v'] }],
    ['branch', { branch: 'x' }],
  ];
  return attempts
    .filter(
      ([, override]) =>
        refusals(template, nothingFollows, { ...none, ...override }, version).length === 0,
    )
    .map(([name]) => name);
};
