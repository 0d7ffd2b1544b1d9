import type { Finding } from '../../../core/health.ts';
import { ago, duration, iso, plural } from '../../../core/base/units.ts';
import type { Disk, Pool, Replication } from '../schema/node.ts';
import { doubtful, judged } from './stopped.ts';
import { finding, isPermitted, showGuest, showNode, type Checkup } from './checkup.ts';

const mostConfigs = 40;
const atOnce = 4;
const day = 86_400_000;

/** What only the node itself knows. Its certificate, which any token may see, is asked first: a node that hangs costs that one question and nothing of the others. */
export async function nodeFindings(checkup: Checkup, node: string): Promise<Finding[]> {
  const { one, check } = checkup;
  const answer = await check(
    `${node}: certificate, disks, ZFS pools, updates and stopped guests`,
    async () => ({ certificate: await one.certificate(node) }),
  );
  if (!answer) return [];
  const [disks, pools, updates, replications, guests] = await Promise.all([
    isPermitted(checkup, `/nodes/${node}`, 'Sys.Audit')
      ? check(`${node}: disks`, () => one.disks(node))
      : undefined,
    isPermitted(checkup, '/', 'Sys.Audit')
      ? check(`${node}: ZFS pools`, () => one.pools(node))
      : undefined,
    isPermitted(checkup, `/nodes/${node}`, 'Sys.Modify')
      ? check(`${node}: updates`, () => one.updates(node))
      : undefined,
    check(`${node}: replication`, () => one.replications(node)),
    check(`${node}: whether stopped guests should run`, () => stoppedGuestsOn(checkup, node)),
  ]);
  return [
    ...certificate(checkup, node, answer.certificate?.expiresAt),
    ...(disks ?? []).flatMap((disk) => failing(checkup, node, disk)),
    ...(pools ?? []).flatMap((pool) => degraded(checkup, node, pool)),
    ...(updates && updates.length > 0
      ? [
          finding(
            checkup,
            'updates',
            'info',
            node,
            `${plural(updates.length, 'update')} pending on ${node}`,
            { next: showNode(checkup, node) },
          ),
        ]
      : []),
    ...(replications ?? []).flatMap((job) => behind(checkup, node, job)),
    ...(guests ?? []),
  ];
}

/** Start at boot stands only in each guest's configuration: it is read for the few that are stopped or locked. */
async function stoppedGuestsOn(checkup: Checkup, node: string): Promise<Finding[]> {
  const doubted = doubtful(checkup, node);
  if (doubted.length > mostConfigs)
    await checkup.check(
      `${node}: whether ${doubted.length - mostConfigs} more stopped guests should run`,
      () => Promise.reject(new Error(`only the first ${mostConfigs} are looked at`)),
    );
  const queue = doubted.slice(0, mostConfigs);
  const findings: Finding[] = [];
  const worker = async (): Promise<void> => {
    for (let guest = queue.shift(); guest; guest = queue.shift())
      findings.push(...judged(checkup, guest, await checkup.one.guestConfig(guest)));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return findings;
}

function certificate(checkup: Checkup, node: string, expiresAt: number | undefined): Finding[] {
  const now = checkup.one.now();
  if (expiresAt === undefined || expiresAt - now > checkup.one.settings.certificateDays * day)
    return [];
  const over = expiresAt <= now;
  return [
    finding(
      checkup,
      'certificate-expiring',
      over ? 'critical' : 'warning',
      node,
      over
        ? `The certificate of ${node} expired ${ago(expiresAt, now)}`
        : `The certificate of ${node} expires in ${duration((expiresAt - now) / 1000)}`,
      { evidence: `until ${iso(expiresAt)}`, next: showNode(checkup, node) },
    ),
  ];
}

function failing(
  checkup: Checkup,
  node: string,
  { path, model, health, lifeLeftPercent }: Disk,
): Finding[] {
  const disk = `Disk ${path}${model ? ` (${model})` : ''} on ${node}`;
  const next = showNode(checkup, node);
  if (!['PASSED', 'OK', 'UNKNOWN'].includes(health))
    return [
      finding(
        checkup,
        'disk-failing',
        'critical',
        `${node}:${path}`,
        `${disk} reports SMART health ${health}`,
        { next },
      ),
    ];
  if (lifeLeftPercent === undefined || lifeLeftPercent >= checkup.one.settings.diskLifePercent)
    return [];
  return [
    finding(
      checkup,
      'disk-failing',
      'warning',
      `${node}:${path}`,
      `${disk} has ${lifeLeftPercent} % of its life left`,
      { next },
    ),
  ];
}

const degraded = (checkup: Checkup, node: string, { name, health }: Pool): Finding[] =>
  health === 'ONLINE'
    ? []
    : [
        finding(
          checkup,
          'zfs-degraded',
          'critical',
          `${node}:${name}`,
          `ZFS pool ${name} on ${node} is ${health}`,
          { next: showNode(checkup, node) },
        ),
      ];

function behind(
  checkup: Checkup,
  node: string,
  { guest, target, failures, error, lastSync }: Replication,
): Finding[] {
  if (failures === 0) return [];
  const since = lastSync
    ? `, last success ${ago(lastSync, checkup.one.now())}`
    : ', never succeeded yet';
  return [
    finding(
      checkup,
      'replication-failed',
      'warning',
      guest,
      `Replication of guest ${guest} from ${node} to ${target} failed ${failures} times in a row${since}${error ? `: ${error}` : ''}`,
      { ...(lastSync && { since: iso(lastSync) }), next: showGuest(checkup, guest) },
    ),
  ];
}
