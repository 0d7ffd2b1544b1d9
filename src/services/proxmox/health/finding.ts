import type { Finding } from '../../../core/health.ts';
import type { Checkup } from './checkup.ts';

type Labelled = Pick<Checkup, 'label'>;

/** The finding `proxmox.<kind>/<name>`, with the cluster before the name where there are several. */
export const finding = (
  { label }: Labelled,
  kind: string,
  severity: Finding['severity'],
  name: string | number,
  message: string,
  details: Partial<Pick<Finding, 'since' | 'evidence' | 'next'>> = {},
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

/** Added to the arguments of `next` where several clusters need it. */
export const instanceArgument = ({ label }: Labelled): { instance?: string } =>
  label === undefined ? {} : { instance: label };

/** The calls that dig deeper, at the right cluster. */
export const showGuest = (checkup: Labelled, vmid: number) => ({
  tool: 'get_guest',
  arguments: { vmid, ...instanceArgument(checkup) },
});

export const showNode = (checkup: Labelled, node: string) => ({
  tool: 'node_status',
  arguments: { node, ...instanceArgument(checkup) },
});

export const showOverview = (checkup: Labelled) => ({
  tool: 'infra_overview',
  arguments: { ...instanceArgument(checkup) },
});
