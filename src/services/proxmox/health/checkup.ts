import { UpstreamError } from '../../../core/base/errors.ts';
import type { Check, Finding } from '../../../core/health.ts';
import type { Proxmox } from '../client.ts';
import { hasPrivilege } from '../rights.ts';
import type { HaService, Permissions } from '../schema/cluster.ts';
import type { Resources } from '../schema/resources.ts';
import type { Task } from '../schema/task.ts';

/** One cluster during a check-up: what was asked once, for every part that judges it. Undefined is "not known", never "fine". */
export interface Checkup {
  one: Proxmox;
  check: Check;
  resources: Resources;
  permissions: Permissions | undefined;
  tasks: Task[] | undefined;
  haServices: HaService[] | undefined;
  /** Nodes that are online but report nothing: what the list says of their guests and storages is old. */
  silentNodes: ReadonlySet<string>;
  /** Several clusters may have the same VMIDs and node names: their findings carry the cluster. */
  subject(name: string | number): string;
  /** Added to the arguments of `next` where several clusters need it. */
  where: { instance?: string };
}

export const finding = (
  checkup: Checkup,
  kind: string,
  severity: Finding['severity'],
  name: string | number,
  message: string,
  more: Partial<Pick<Finding, 'since' | 'evidence' | 'next'>> = {},
): Finding => ({
  id: `proxmox.${kind}/${checkup.subject(name)}`,
  severity,
  subject: String(name),
  message,
  ...more,
});

export const showGuest = (checkup: Checkup, vmid: number) => ({
  tool: 'get_guest',
  arguments: { vmid, ...checkup.where },
});
export const showNode = (checkup: Checkup, node: string) => ({
  tool: 'node_status',
  arguments: { node, ...checkup.where },
});

type Seen = Pick<Checkup, 'one' | 'permissions'>;

/** Granted, or not known to be refused. */
export const isPermitted = (
  { permissions }: Pick<Seen, 'permissions'>,
  path: string,
  privilege: string,
): boolean => !permissions || hasPrivilege(permissions, path, privilege);

/** Proxmox VE answers many questions of a token without rights with an empty list: said here as the refusal it is. */
export async function requirePrivilege(
  { permissions }: Seen,
  path: string,
  privilege: string,
): Promise<void> {
  if (!isPermitted({ permissions }, path, privilege))
    throw new UpstreamError(
      `GET /access/permissions: 403 in effect, the token lacks ${privilege} on ${path}`,
      403,
      { hint: '`lares doctor` shows the command that grants it.' },
    );
}
