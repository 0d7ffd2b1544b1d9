import type { Finding } from '../../../core/health.ts';
import type { Effect, Ref } from '../../../core/map.ts';
import type { BackupGroup } from '../group-state.ts';
import { refOfGroup, refOfJob, refOfStore } from '../refs.ts';
import type { Job } from '../schema/job.ts';
import type { Checkup } from './checkup.ts';

/** What every finding says: the things that it is about, the one it says most of first, and what it does to them. */
interface Details extends Pick<Finding, 'meaning' | 'since' | 'evidence' | 'misses' | 'next'> {
  about: readonly Ref[];
  effect: Effect;
}

/** The finding `pbs.<kind>/<name>`, with the server before the name where there are several. */
export const finding = (
  { label }: Pick<Checkup, 'label'>,
  kind: string,
  severity: Finding['severity'],
  name: string,
  message: string,
  details: Details,
): Finding => ({
  id: `pbs.${kind}/${label === undefined ? '' : `${label}:`}${name}`,
  severity,
  subject: name,
  message,
  ...details,
});

/** More findings of one kind than this become one that names the first of them. */
const maxSingle = 4;
const maxNamed = 8;
/** Nothing stands on backups, so that none is lost to the map where the rest is left out. */
const maxAbout = 20;

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

type Asked = Pick<Checkup, 'server'>;

/** What a finding is about. */
export const ofStore = ({ server }: Asked, store: string): Ref[] => [
  refOfStore(server.instance, store),
];
export const ofJob = ({ server }: Asked, job: Job): Ref[] => [refOfJob(server.instance, job)];
export const ofGroups = ({ server }: Asked, groups: readonly BackupGroup[]): Ref[] =>
  groups.slice(0, maxAbout).map((group) => refOfGroup(server.instance, group));
