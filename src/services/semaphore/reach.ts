import { createHash } from 'node:crypto';
import type { Json } from '../../core/base/json.ts';
import { ansibleArguments } from './ansible-arguments.ts';
import { hostsOf, hostsWithin, type Hosts } from './inventory-hosts.ts';
import type { Overrides } from './overrides.ts';
import type { Inventory, Template } from './schema/index.ts';
import { hasTopLevelFlags, type Version } from './version.ts';

/** Where a run of Ansible goes. */
export interface Reach {
  inventory: Inventory | undefined;
  /** Everything in the inventory; undefined where only Ansible can read it. */
  known: Hosts | undefined;
  /** The words that hold in the end; none: all hosts. */
  limit: readonly string[];
  /** What they leave; undefined where only Ansible can tell. */
  hosts: readonly string[] | undefined;
  /** False: a word of the limit is a pattern that only Ansible understands, so `hosts` is the most it can be. */
  exact: boolean;
}

/** The reach of a template as it is, or as it is asked for. */
export function reachOf(
  template: Template,
  inventory: Inventory | undefined,
  version: Version,
  overrides?: Pick<Overrides, 'limit' | 'arguments'>,
): Reach {
  const limit = limitOf(template, version, overrides);
  const known = inventory && hostsOf(inventory);
  return {
    inventory,
    known,
    limit,
    ...(known ? hostsWithin(limit, known) : { hosts: undefined, exact: false }),
  };
}

/**
 * Several limits on one command line: Ansible keeps the last. Up to 2.10 that of the task comes last, since then the arguments do
 * (LocalJob.getPlaybookArgs).
 */
function limitOf(
  template: Template,
  version: Version,
  { limit, arguments: words }: Pick<Overrides, 'limit' | 'arguments'> = {
    limit: [],
    arguments: [],
  },
): readonly string[] {
  const own = template.limit.length > 0 ? template.limit : undefined;
  const task = limit.length > 0 ? limit : own;
  const argued = ansibleArguments(words).limit ?? ansibleArguments(template.argumentWords).limit;
  return (hasTopLevelFlags(version) === true ? (task ?? argued) : (argued ?? task)) ?? [];
}

const secretValue = /(\w*(?:pass|secret|token|key)\w*\s*[=:]\s*)\S+/gi;

/** What identifies where a run would go: the whole inventory counts, addresses and groups too, only the values of passwords do not. */
export const targetOf = (inventory: Inventory | undefined): Json =>
  inventory
    ? {
        id: inventory.id,
        name: inventory.name,
        type: inventory.type,
        content: createHash('sha256')
          .update(inventory.content.replace(secretValue, '$1'))
          .digest('base64url')
          .slice(0, 22),
      }
    : null;
