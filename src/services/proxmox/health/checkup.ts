import { UpstreamError } from '../../../core/base/errors.ts';
import type { Check } from '../../../core/health.ts';
import type { Proxmox } from '../client.ts';
import { hasPrivilege } from '../rights.ts';
import type { HaService, Permissions } from '../schema/cluster.ts';
import type { Resources } from '../schema/resources.ts';
import type { Task } from '../schema/task.ts';

/** What was asked of one cluster, once, for every part that judges it. Undefined is "not known", never "fine". */
export interface Checkup {
  cluster: Proxmox;
  check: Check;
  resources: Resources;
  permissions: Permissions | undefined;
  tasks: Task[] | undefined;
  haServices: HaService[] | undefined;
  /** Nodes that are online but report nothing: what the list says of their guests and storages is old. */
  silentNodes: ReadonlySet<string>;
  /** The instance, where there are several: they may have the same VMIDs and node names. */
  label: string | undefined;
}

type Permitted = Pick<Checkup, 'permissions'>;

/** Whether a privilege is granted, or not known to be refused. */
export const isPermitted = ({ permissions }: Permitted, path: string, privilege: string): boolean =>
  !permissions || hasPrivilege(permissions, path, privilege);

/** Proxmox VE answers many questions of a token without rights with an empty list: thrown here as the refusal it is (UpstreamError 403). */
export async function requirePrivilege(
  permitted: Permitted,
  path: string,
  privilege: string,
): Promise<void> {
  if (!isPermitted(permitted, path, privilege))
    throw new UpstreamError(
      `GET /access/permissions: 403 in effect, the token lacks ${privilege} on ${path}`,
      403,
      { hint: '`lares doctor` shows the command that grants it.' },
    );
}
