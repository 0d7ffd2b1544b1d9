import type { Check, Finding } from '../../../core/health.ts';
import type { Pbs } from '../client.ts';
import type { Inventory } from '../group-listing.ts';
import type { Task } from '../schema/task.ts';
import type { Jobs, Store } from '../datastores.ts';

/** One server during a check-up: what was asked once, for every part that judges it. Undefined is "not known", never "fine". */
export interface Checkup {
  one: Pbs;
  check: Check;
  stores: readonly Store[];
  jobs: Jobs;
  /** Of the last days, without those that went well; undefined also where only a part of them may be seen. */
  troubles: readonly Task[] | undefined;
  inventory: Inventory;
  /** Several servers may have the same datastores: their findings carry the server. */
  label: string | undefined;
}

type More = Partial<Pick<Finding, 'since' | 'evidence' | 'next'>>;

export const finding = (
  { label }: Checkup,
  kind: string,
  severity: Finding['severity'],
  name: string,
  message: string,
  more: More = {},
): Finding => ({
  id: `pbs.${kind}/${label === undefined ? '' : `${label}:`}${name}`,
  severity,
  subject: name,
  message,
  ...more,
});

/** The call that digs deeper, at the right server. */
export const show = (
  { label }: Checkup,
  tool: 'pbs_list_datastores' | 'pbs_list_backups' | 'pbs_list_tasks',
  args: Readonly<Record<string, string>>,
): More['next'] => ({
  tool,
  arguments: { ...args, ...(label !== undefined && { instance: label }) },
});

/** More findings of one kind than this become one that names the first of them. */
const mostSingle = 4;

/** One finding each, or one for all where they are many. */
export function bundle<T>(
  items: readonly T[],
  each: (item: T) => Finding,
  all: (items: readonly T[]) => Finding,
): Finding[] {
  return items.length > mostSingle ? [all(items)] : items.map(each);
}

/** The first names of a list, and how many more there are. */
export const named = (names: readonly string[], most = 8): string =>
  `${names.slice(0, most).join(', ')}${names.length > most ? ` and ${names.length - most} more` : ''}`;
