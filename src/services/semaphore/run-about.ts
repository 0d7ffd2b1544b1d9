import type { Ref } from '../../core/map.ts';
import { ansibleArguments } from './ansible-arguments.ts';
import { placesOf } from './host-places.ts';
import { templateRef } from './refs.ts';
import { runsOf, type RunContext } from './run-preview.ts';

/**
 * The hosts that a run and what follows it may change, and the templates themselves, which are no news. Empty where only Ansible can tell which hosts those are.
 * A dry run changes none, but Semaphore starts in earnest what follows it.
 */
export function aboutOf(instance: string, context: RunContext): Ref[] {
  const { overrides, project, template } = context;
  const runs = runsOf(context).filter(([{ id }]) => id !== template.id || !overrides.dryRun);
  const hosts = runs.flatMap(([{ argumentWords, id }, reach]) => {
    const words = id === template.id ? overrides.arguments : [];
    const isElsewhere = [argumentWords, words].some((list) => ansibleArguments(list).inventory);
    if (!reach?.inventory || !reach.known || !reach.hosts || !reach.exact || isElsewhere) return [];
    return placesOf(reach.inventory, reach.known, reach.hosts);
  });
  if (hosts.length === 0) return [];
  return [...new Set([...hosts, ...runs.map(([{ id }]) => templateRef(instance, project.id, id))])];
}
