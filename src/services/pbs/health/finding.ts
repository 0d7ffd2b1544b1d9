import type { Finding } from '../../../core/health.ts';
import type { Checkup } from './checkup.ts';

type Labelled = Pick<Checkup, 'label'>;
type Details = Partial<Pick<Finding, 'since' | 'evidence' | 'misses' | 'next'>>;

/** The finding `pbs.<kind>/<name>`, with the server before the name where there are several. */
export const finding = (
  { label }: Labelled,
  kind: string,
  severity: Finding['severity'],
  name: string,
  message: string,
  details: Details = {},
): Finding => ({
  id: `pbs.${kind}/${label === undefined ? '' : `${label}:`}${name}`,
  severity,
  subject: name,
  message,
  ...details,
});

/** The call that digs deeper, at the right server. */
export const show = (
  { label }: Labelled,
  tool: 'pbs_list_datastores' | 'pbs_list_backups' | 'pbs_list_tasks',
  args: Readonly<Record<string, string>>,
): Details['next'] => ({
  tool,
  arguments: { ...args, ...(label !== undefined && { instance: label }) },
});

/** More findings of one kind than this become one that names the first of them. */
const maxSingle = 4;
const maxNamed = 8;

/** One finding each, or one for all where they are many. */
export function bundle<T>(
  items: readonly T[],
  findingOf: (item: T) => Finding,
  findingOfAll: (items: readonly T[]) => Finding,
): Finding[] {
  return items.length > maxSingle ? [findingOfAll(items)] : items.map(findingOf);
}

/** The first names of a list, and how many more there are. */
export const nameSome = (names: readonly string[]): string =>
  `${names.slice(0, maxNamed).join(', ')}${names.length > maxNamed ? ` and ${names.length - maxNamed} more` : ''}`;
