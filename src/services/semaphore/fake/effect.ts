import { hostsOf, type JobTemplate, type SemaphoreWorld } from '../../../demo/world/semaphore.ts';
import type { JobTask } from '../../../demo/world/semaphore-runs.ts';
import { isOld } from './generation.ts';

/** What a run did in truth, whatever was asked: `changed` is false only in check mode or for a plan. */
export interface Effect {
  task: number;
  template: number;
  hosts: string[];
  changed: boolean;
  tags: string[];
  skipTags: string[];
  arguments: string[];
  inventory: number | null;
  variables: Record<string, unknown>;
}

/** Whether the app is one that can plan without applying. */
export const isTerraform = (app: string): boolean =>
  ['terraform', 'tofu', 'terragrunt'].includes(app);

/** A list of texts, as JSON brings it. */
export const isStrings = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** What LocalJob builds its command line of. */
export function effectOf(
  world: SemaphoreWorld,
  version: string,
  template: JobTemplate,
  task: JobTask,
  flags: Record<string, unknown>,
  variables: Record<string, unknown>,
): Effect {
  const old = isOld(version);
  const { allows, app } = template;
  const common = {
    task: task.id,
    template: template.id,
    variables,
    arguments:
      allows.includes('arguments') && task.arguments !== null
        ? (JSON.parse(task.arguments) as string[])
        : [],
  };
  if (isTerraform(app))
    return {
      ...common,
      hosts: [],
      changed: old || flags['plan'] !== true,
      tags: [],
      skipTags: [],
      inventory: null,
    };
  // Before 2.10.16 an absent app is Ansible; this fake spells it so itself.
  if (app !== 'ansible')
    return {
      ...common,
      hosts: ['semaphore'],
      changed: true,
      tags: [],
      skipTags: [],
      inventory: null,
    };
  const honoured = (
    override: 'tags' | 'skipTags' | 'limit',
    value: unknown,
  ): string[] | undefined =>
    isStrings(value) && allows.includes(override) && !old ? value : undefined;
  const limit = old
    ? (task.params['limit'] as string[] | undefined)
    : honoured('limit', flags['limit']);
  const inventoryId = old || allows.includes('inventory') ? task.inventoryId : null;
  const inventory =
    world.inventories.find(({ id }) => id === inventoryId) ??
    world.inventories.find(({ id }) => id === template.inventoryId);
  return {
    ...common,
    hosts: inventory ? hostsOf(inventory, limit ?? (old ? [] : template.limit)) : [],
    changed: flags['dry_run'] !== true,
    tags: honoured('tags', flags['tags']) ?? [],
    skipTags: honoured('skipTags', flags['skip_tags']) ?? [],
    inventory: inventory?.id ?? null,
  };
}
