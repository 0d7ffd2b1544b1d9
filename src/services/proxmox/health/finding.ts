import type { Finding } from '../../../core/health.ts';
import type { Effect, Ref } from '../../../core/map.ts';
import { refOfCluster, refOfGuest, refOfNode } from '../refs.ts';
import type { Checkup } from './checkup.ts';

/** What every finding says: the things that it is about, the one it says most of first, and what it does to them. */
interface Details extends Pick<Finding, 'meaning' | 'isPassing' | 'since' | 'evidence' | 'next'> {
  about: readonly Ref[];
  effect: Effect;
}

/** The finding `proxmox.<kind>/<name>`, with the cluster before the name where there are several. */
export const finding = (
  { label }: Pick<Checkup, 'label'>,
  kind: string,
  severity: Finding['severity'],
  name: string | number,
  message: string,
  details: Details,
): Finding => ({
  id: `proxmox.${kind}/${label === undefined ? '' : `${label}:`}${name}`,
  severity,
  subject: String(name),
  message,
  ...details,
});

const maxNamed = 10;

/** `101 web, 102 and 3 more`. */
export function nameGuests(guests: readonly { vmid: number; name?: string | undefined }[]): string {
  const names = guests
    .slice(0, maxNamed)
    .map(({ vmid, name }) => `${vmid}${name ? ` ${name}` : ''}`)
    .join(', ');
  return guests.length > maxNamed ? `${names} and ${guests.length - maxNamed} more` : names;
}

type Asked = Pick<Checkup, 'cluster'>;

/** What a finding is about, where that is one thing. */
export const ofCluster = ({ cluster }: Asked): Ref[] => [refOfCluster(cluster.instance)];
export const ofNode = ({ cluster }: Asked, node: string): Ref[] => [
  refOfNode(cluster.instance, node),
];
export const ofGuests = ({ cluster }: Asked, ...vmids: readonly number[]): Ref[] =>
  vmids.map((vmid) => refOfGuest(cluster.instance, vmid));
