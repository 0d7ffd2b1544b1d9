import type { Finding } from '../../../core/health.ts';
import { ago, duration, iso, plural } from '../../../core/base/units.ts';
import type { Disk, Pool, Replication } from '../schema/node.ts';
import { doubtful, judged } from './stopped.ts';
import { finding, isPermitted, showGuest, showNode, type View } from './view.ts';

const mostConfigs = 40;
const atOnce = 4;
const day = 86_400_000;

/** What only the node itself knows. Its certificate, which any token may see, is asked first: a node that hangs costs that one question and nothing of the others. */
export async function nodeFindings(view: View, node: string): Promise<Finding[]> {
  const { one, check } = view;
  const answer = await check(
    `${node}: certificate, disks, ZFS pools, updates and stopped guests`,
    async () => ({ certificate: await one.certificate(node) }),
  );
  if (!answer) return [];
  const [disks, pools, updates, replications, guests] = await Promise.all([
    isPermitted(view, `/nodes/${node}`, 'Sys.Audit')
      ? check(`${node}: disks`, () => one.disks(node))
      : undefined,
    isPermitted(view, '/', 'Sys.Audit')
      ? check(`${node}: ZFS pools`, () => one.pools(node))
      : undefined,
    isPermitted(view, `/nodes/${node}`, 'Sys.Modify')
      ? check(`${node}: updates`, () => one.updates(node))
      : undefined,
    check(`${node}: replication`, () => one.replications(node)),
    check(`${node}: whether stopped guests should run`, () => guestsOf(view, node)),
  ]);
  return [
    ...certificate(view, node, answer.certificate?.expiresAt),
    ...(disks ?? []).flatMap((disk) => failing(view, node, disk)),
    ...(pools ?? []).flatMap((pool) => degraded(view, node, pool)),
    ...(updates && updates.length > 0
      ? [
          finding(
            view,
            'updates',
            'info',
            node,
            `${plural(updates.length, 'update')} pending on ${node}`,
            { next: showNode(view, node) },
          ),
        ]
      : []),
    ...(replications ?? []).flatMap((job) => behind(view, node, job)),
    ...(guests ?? []),
  ];
}

/** Start at boot stands only in each guest's configuration: it is read for the few that are stopped or locked. */
async function guestsOf(view: View, node: string): Promise<Finding[]> {
  const doubted = doubtful(view, node);
  if (doubted.length > mostConfigs)
    await view.check(
      `${node}: whether ${doubted.length - mostConfigs} more stopped guests should run`,
      () => Promise.reject(new Error(`only the first ${mostConfigs} are looked at`)),
    );
  const queue = doubted.slice(0, mostConfigs);
  const findings: Finding[] = [];
  const worker = async (): Promise<void> => {
    for (let guest = queue.shift(); guest; guest = queue.shift())
      findings.push(...judged(view, guest, await view.one.guestConfig(guest)));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return findings;
}

function certificate(view: View, node: string, expiresAt: number | undefined): Finding[] {
  const now = view.one.now();
  if (expiresAt === undefined || expiresAt - now > view.one.settings.certificateDays * day)
    return [];
  const over = expiresAt <= now;
  return [
    finding(
      view,
      'certificate-expiring',
      over ? 'critical' : 'warning',
      node,
      over
        ? `The certificate of ${node} expired ${ago(expiresAt, now)}`
        : `The certificate of ${node} expires in ${duration((expiresAt - now) / 1000)}`,
      { evidence: `until ${iso(expiresAt)}`, next: showNode(view, node) },
    ),
  ];
}

function failing(
  view: View,
  node: string,
  { path, model, health, lifeLeftPercent }: Disk,
): Finding[] {
  const disk = `Disk ${path}${model ? ` (${model})` : ''} on ${node}`;
  const next = showNode(view, node);
  if (!['PASSED', 'OK', 'UNKNOWN'].includes(health))
    return [
      finding(
        view,
        'disk-failing',
        'critical',
        `${node}:${path}`,
        `${disk} reports SMART health ${health}`,
        { next },
      ),
    ];
  if (lifeLeftPercent === undefined || lifeLeftPercent >= view.one.settings.diskLifePercent)
    return [];
  return [
    finding(
      view,
      'disk-failing',
      'warning',
      `${node}:${path}`,
      `${disk} has ${lifeLeftPercent} % of its life left`,
      { next },
    ),
  ];
}

const degraded = (view: View, node: string, { name, health }: Pool): Finding[] =>
  health === 'ONLINE'
    ? []
    : [
        finding(
          view,
          'zfs-degraded',
          'critical',
          `${node}:${name}`,
          `ZFS pool ${name} on ${node} is ${health}`,
          { next: showNode(view, node) },
        ),
      ];

function behind(
  view: View,
  node: string,
  { guest, target, failures, error, lastSync }: Replication,
): Finding[] {
  if (failures === 0) return [];
  const since = lastSync
    ? `, last success ${ago(lastSync, view.one.now())}`
    : ', never succeeded yet';
  return [
    finding(
      view,
      'replication-failed',
      'warning',
      guest,
      `Replication of guest ${guest} from ${node} to ${target} failed ${failures} times in a row${since}${error ? `: ${error}` : ''}`,
      { ...(lastSync && { since: iso(lastSync) }), next: showGuest(view, guest) },
    ),
  ];
}
