import { plural } from '../../../core/base/units.ts';
import type { Finding } from '../../../core/health.ts';
import { certificateFindings } from './certificates.ts';
import { showNode } from '../calls.ts';
import { isPermitted } from '../rights.ts';
import type { Checkup } from './checkup.ts';
import { diskFindings, poolFindings } from './disks.ts';
import { finding, ofNode } from './finding.ts';
import { replicationFindings } from './replication.ts';
import { stoppedGuestFindings } from './stopped-guests.ts';

/** What only the nodes themselves know; those that are offline are not asked. */
export async function nodeFindings(checkup: Checkup): Promise<Finding[]> {
  const perNode = await Promise.all(
    checkup.resources.nodes
      .filter(({ status }) => status !== 'offline')
      .map(({ node }) => findingsOf(checkup, node)),
  );
  return perNode.flat();
}

/** The certificate, which any token may see, is asked first: a node that hangs costs that one question and nothing of the others. */
async function findingsOf(checkup: Checkup, node: string): Promise<Finding[]> {
  const { cluster, check } = checkup;
  const answer = await check(
    `${node}: certificate, disks, ZFS pools, updates and stopped guests`,
    async () => ({ certificate: await cluster.certificate(node) }),
  );
  if (!answer) return [];
  const [disks = [], pools = [], updates = [], replications = [], guests = []] = await Promise.all([
    isPermitted(checkup, `/nodes/${node}`, 'Sys.Audit')
      ? check(`${node}: disks`, () => cluster.disks(node))
      : undefined,
    isPermitted(checkup, '/', 'Sys.Audit')
      ? check(`${node}: ZFS pools`, () => cluster.pools(node), { part: 'zfs' })
      : undefined,
    isPermitted(checkup, `/nodes/${node}`, 'Sys.Modify')
      ? check(`${node}: updates`, () => cluster.updates(node), { part: 'updates', extra: true })
      : undefined,
    check(`${node}: replication`, () => cluster.replications(node), { part: 'replication' }),
    check(`${node}: whether stopped guests should run`, () => stoppedGuestFindings(checkup, node)),
  ]);
  return [
    ...certificateFindings(checkup, node, answer.certificate?.expiresAt),
    ...disks.flatMap((disk) => diskFindings(checkup, node, disk)),
    ...pools.flatMap((pool) => poolFindings(checkup, node, pool)),
    ...updateFindings(checkup, node, updates.length),
    ...replications.flatMap((job) => replicationFindings(checkup, node, job)),
    ...guests,
  ];
}

function updateFindings(checkup: Checkup, node: string, count: number): Finding[] {
  if (count === 0) return [];
  return [
    finding(checkup, 'updates', 'info', node, `${plural(count, 'update')} pending on ${node}`, {
      about: ofNode(checkup, node),
      effect: 'note',
      next: showNode(checkup, node),
    }),
  ];
}
