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
  /** What was played, in this order. */
  playbooks: string[];
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
  const { allows, app, playbook } = template;
  const common = {
    task: task.id,
    template: template.id,
    variables,
    playbooks: [playbook],
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
  const words = [...template.arguments, ...common.arguments];
  const argued = limitIn(words);
  const own = limit ?? (old ? undefined : template.limit);
  return {
    ...common,
    playbooks: [...positional(words), playbook],
    hosts: inventory ? hostsOf(inventory, (old ? (own ?? argued) : (argued ?? own)) ?? []) : [],
    changed:
      flags['dry_run'] !== true && !words.some((word) => word === '--check' || word === '-C'),
    tags: honoured('tags', flags['tags']) ?? [],
    skipTags: honoured('skipTags', flags['skip_tags']) ?? [],
    inventory: inventory?.id ?? null,
  };
}

/** The last `--limit` or `-l` on a command line: argparse forgets the others. */
function limitIn(words: readonly string[]): string[] | undefined {
  const values = words.flatMap((word, i) => {
    if (word === '-l' || word === '--limit') return [words[i + 1] ?? ''];
    return /^(?:--limit=|-l)(.+)$/.exec(word)?.[1] ?? [];
  });
  return values.at(-1)?.split(',');
}

/** Words that are no option and no value of the one before: Ansible plays them as playbooks. */
const positional = (words: readonly string[]): string[] =>
  words.filter(
    (word, i) => !word.startsWith('-') && !/^(?:-[leitu]|--\w[\w-]*)$/.test(words[i - 1] ?? ''),
  );
