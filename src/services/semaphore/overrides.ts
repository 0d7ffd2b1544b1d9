import { appOf, kindOf, noDryRun } from './template-kind.ts';
import { before, hasTopLevelFlags, type Version } from './version.ts';
import type { Answers } from './survey.ts';
import type { JsonObject } from '../../core/base/json.ts';
import type { Template } from './schema/index.ts';

/** What a caller wants different from what the template says. */
export interface Wanted {
  dryRun: boolean;
  diff: boolean;
  limit: readonly string[];
  tags: readonly string[];
  skipTags: readonly string[];
  inventoryId: number | undefined;
  arguments: readonly string[];
  branch: string | undefined;
}

/** In every spelling that argparse takes: `-i`, `-vi`, `--inv`. */
const otherInventory = /^(-[CDJKbhkv]*i|--inv)/;

/**
 * Why Semaphore would not do what is wanted. It drops what a template does not allow without a word, so that a limited run becomes
 * one on every host; here each of them is a reason to send nothing.
 */
export function refusals(
  template: Template,
  all: readonly Template[],
  wanted: Wanted,
  version: Version,
): string[] {
  const flags = hasTopLevelFlags(version);
  const { allows } = template;
  const closed = (what: string, allowed: boolean, switchName: string): string | false =>
    !allowed &&
    `${what}: the template does not allow it (${switchName}), so Semaphore would drop it silently`;
  const ansibleOnly = (what: string): string | false =>
    kindOf(template, version) !== 'ansible' &&
    `${what}: the template runs as ${appOf(template, version)}, which ignores it`;
  const unknownOnFlags = (what: string): string | false =>
    flags === true && `${what}: Semaphore ${version.label} does not know it`;
  const dry = wanted.dryRun ? noDryRun(template, all, version) : undefined;
  return [
    dry !== undefined && `dry_run: ${dry}`,
    wanted.diff && ansibleOnly('diff'),
    wanted.limit.length > 0 &&
      (ansibleOnly('limit') ||
        (flags !== true && closed('limit', allows.limit, 'allow_override_limit'))),
    wanted.tags.length > 0 &&
      (ansibleOnly('tags') ||
        unknownOnFlags('tags') ||
        closed('tags', allows.tags, 'allow_override_tags')),
    wanted.skipTags.length > 0 &&
      (ansibleOnly('skip_tags') ||
        unknownOnFlags('skip_tags') ||
        closed('skip_tags', allows.skipTags, 'allow_override_skip_tags')),
    wanted.inventoryId !== undefined &&
      (ansibleOnly('inventory') ||
        (flags !== true && closed('inventory', allows.inventory, 'allow_override_inventory'))),
    wanted.arguments.length > 0 &&
      closed('arguments', allows.arguments, 'allow_override_args_in_task'),
    wanted.arguments.some((word) => otherInventory.test(word)) &&
      'arguments: another inventory (-i) would reach hosts that the preview cannot show',
    wanted.branch !== undefined &&
      (flags === true
        ? before(version, 2, 10) === true && `branch: Semaphore ${version.label} does not know it`
        : closed('branch', allows.branch, 'allow_override_branch_in_task')),
  ].filter((reason) => reason !== false);
}

/**
 * The body of POST tasks. Ansible flags are spelled in both places, top level for 2.10 and older and `params` since: each ignores the other.
 * Lists that are empty stay out, because an empty one clears the template's own.
 */
export function bodyOf(
  template: Template,
  wanted: Wanted,
  answers: Answers,
  buildTaskId: number | undefined,
  version: Version,
): JsonObject {
  const kind = kindOf(template, version);
  const some = (list: readonly string[]): readonly string[] | undefined =>
    list.length > 0 ? list : undefined;
  const on = (flag: boolean): true | undefined => flag || undefined;
  const ansible = {
    dry_run: on(wanted.dryRun),
    diff: on(wanted.diff),
    limit: some(wanted.limit),
    tags: some(wanted.tags),
    skip_tags: some(wanted.skipTags),
  };
  const params = defined(
    kind === 'terraform' ? { plan: on(wanted.dryRun) } : kind === 'ansible' ? ansible : {},
  );
  return defined({
    template_id: template.id,
    message: 'Started through Lares',
    ...(kind === 'ansible' && {
      dry_run: ansible.dry_run,
      diff: ansible.diff,
      limit: ansible.limit?.join(','),
    }),
    inventory_id: wanted.inventoryId,
    arguments: some(wanted.arguments) && JSON.stringify(wanted.arguments),
    git_branch: wanted.branch,
    build_task_id: buildTaskId,
    environment: Object.keys(answers).length > 0 ? JSON.stringify(answers) : undefined,
    params: Object.keys(params).length > 0 ? params : undefined,
  });
}

const defined = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

/** The parameters of semaphore_run_task that this template would honour. */
export const allowedNames = (template: Template, version: Version): string[] => {
  const asked: Wanted = {
    dryRun: false,
    diff: false,
    limit: [],
    tags: [],
    skipTags: [],
    inventoryId: undefined,
    arguments: [],
    branch: undefined,
  };
  const tries: [string, Partial<Wanted>][] = [
    ['diff', { diff: true }],
    ['limit', { limit: ['x'] }],
    ['tags', { tags: ['x'] }],
    ['skip_tags', { skipTags: ['x'] }],
    ['inventory', { inventoryId: 1 }],
    ['arguments', { arguments: ['x'] }],
    ['branch', { branch: 'x' }],
  ];
  return tries
    .filter(([, one]) => refusals(template, [], { ...asked, ...one }, version).length === 0)
    .map(([name]) => name);
};
