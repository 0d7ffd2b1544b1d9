import type { Link, Thing } from '../../core/map.ts';
import { show } from './calls.ts';
import { groupTitle, type BackupGroup } from './group-state.ts';
import { namespacePath } from './namespaces.ts';
import { refOfGroup, refOfStore } from './refs.ts';
import type { ServerPicture } from './server-picture.ts';

/** The backups of each guest in each namespace: one thing, however many there are. */
export function groupThings(picture: ServerPicture): Thing[] {
  const originals = countOriginals(picture.groups);
  return picture.groups.map((group) => {
    const { store, id, timing } = group;
    const isOne = (originals.get(groupId(group)) ?? 0) <= 1;
    return {
      ref: refOfGroup(picture.instance, group),
      title: groupTitle(group),
      state: stateOf(group),
      about: `backups ${timing} in ${namespacePath(group)}`,
      more: show(picture, 'pbs_list_backups', { guest: id, datastore: store }),
      links: [
        { to: refOfStore(picture.instance, store), how: 'stored on' },
        ...guestLinks(group, isOne),
      ],
      ...(isPast(group) && { idle: true }),
    };
  });
}

const groupId = ({ type, id }: BackupGroup): string => `${type}/${id}`;

/** Places in which a guest of that number is backed up, copies left out. */
function countOriginals(groups: readonly BackupGroup[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const group of groups)
    if (group.copyOf === undefined)
      counts.set(groupId(group), (counts.get(groupId(group)) ?? 0) + 1);
  return counts;
}

/**
 * A server knows numbers and no clusters, and every cluster begins to count at the same number: Proxmox VE writes the guest's name
 * into the comment of a backup, so that it can be told apart. Without one the number must be alone on this server.
 */
function guestLinks(group: BackupGroup, isOne: boolean): Link[] {
  const isGuest = group.type === 'vm' || group.type === 'ct';
  if (!isGuest || group.verified === 'not-read') return [];
  const to = `guest/*/${groupId(group)}` as const;
  if (group.name !== undefined) return [{ to, how: 'backs up', named: group.name }];
  return isOne ? [{ to, how: 'backs up', weak: true }] : [];
}

const isPast = ({ timing }: BackupGroup): boolean =>
  timing === 'retired' || timing === 'archived' || timing === 'moved';

/** Whether there is a good one, and whether the newest is as new as it should be. */
function stateOf({ goodAt, timing, verified }: BackupGroup): Thing['state'] {
  if (goodAt === undefined) return timing === 'running' ? 'unknown' : 'down';
  if (timing === 'overdue' || verified === 'failed') return 'degraded';
  return timing === 'on-time' || timing === 'copy' || timing === 'running' ? 'up' : 'unknown';
}
