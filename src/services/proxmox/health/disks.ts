import type { Finding } from '../../../core/health.ts';
import { showNode } from '../calls.ts';
import type { Disk, Pool } from '../schema/node.ts';
import type { Checkup } from './checkup.ts';
import { finding, ofNode } from './finding.ts';

/** `UNKNOWN` is a disk without SMART, or behind a controller. */
const healthy = ['PASSED', 'OK', 'UNKNOWN'];

/** What SMART says of a disk, and how much of an SSD's life is left. */
export function diskFindings(checkup: Checkup, node: string, disk: Disk): Finding[] {
  const { path, model, health, lifeLeftPercent } = disk;
  const title = `Disk ${path}${model ? ` (${model})` : ''} on ${node}`;
  const report = (severity: Finding['severity'], message: string): Finding[] => [
    finding(checkup, 'disk-failing', severity, `${node}:${path}`, message, {
      about: ofNode(checkup, node),
      effect: 'risk',
      next: showNode(checkup, node),
    }),
  ];
  if (!healthy.includes(health))
    return report('critical', `${title} reports SMART health ${health}`);
  if (lifeLeftPercent === undefined) return [];
  if (lifeLeftPercent >= checkup.cluster.settings.diskLifePercent) return [];
  return report('warning', `${title} has ${lifeLeftPercent} % of its life left`);
}

/** A ZFS pool that is anything but ONLINE. */
export function poolFindings(checkup: Checkup, node: string, { name, health }: Pool): Finding[] {
  if (health === 'ONLINE') return [];
  return [
    finding(
      checkup,
      'zfs-degraded',
      'critical',
      `${node}:${name}`,
      `ZFS pool ${name} on ${node} is ${health}`,
      // It has lost redundancy; anything else is a pool that does not work, or only in part.
      {
        about: ofNode(checkup, node),
        effect: health === 'DEGRADED' ? 'risk' : 'degrades',
        next: showNode(checkup, node),
      },
    ),
  ];
}
