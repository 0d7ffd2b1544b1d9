import { UpstreamError } from '../../core/base/errors.ts';
import type { Permissions } from './schema/cluster.ts';

/** Whether a token has a privilege on a path: told there itself, or handed down from the nearest path above that is told. */
export function hasPrivilege(permissions: Permissions, path: string, privilege: string): boolean {
  for (let at = path, own = true; ; at = at.slice(0, at.lastIndexOf('/')) || '/', own = false) {
    const granted = permissions[at];
    if (granted) return own ? privilege in granted : granted[privilege] === 1;
    if (at === '/') return false;
  }
}

interface Permitted {
  permissions: Permissions | undefined;
}

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

interface Role {
  name: string;
  path: string;
  /** Missing for the roles Proxmox VE brings along. */
  privileges?: string;
}

/** A power role must hold VM.Audit itself: grants on a deeper path replace those from above. */
const roles = {
  auditor: { name: 'PVEAuditor', path: '/' },
  power: {
    name: 'LaresPower',
    path: '/vms',
    privileges: 'VM.Audit VM.PowerMgmt VM.GuestAgent.Audit',
  },
  agent8: { name: 'LaresAgent', path: '/vms', privileges: 'VM.Audit VM.Monitor' },
  updates: { name: 'LaresUpdates', path: '/nodes', privileges: 'Sys.Audit Sys.Modify' },
} satisfies Record<string, Role>;

const roleFor: Readonly<Record<string, Role>> = {
  'VM.PowerMgmt': roles.power,
  'VM.Monitor': roles.agent8,
  'Sys.Modify': roles.updates,
};

/** The commands that grant a privilege to a token and its owner; both need it, since a token has no more than its owner. Without `major` they are those of 9.x and say what differs in 8.x. */
export function grantCommand(
  privilege: string,
  tokenId = 'USER@REALM!TOKEN',
  major?: number,
): string {
  const role: Role = roleFor[privilege] ?? roles.auditor;
  const privileges =
    major === 8 ? role.privileges?.replace('VM.GuestAgent.Audit', 'VM.Monitor') : role.privileges;
  const user = tokenId.split('!')[0];
  return [
    ...(privileges
      ? [
          `pveum role add ${role.name} -privs "${privileges}"${major === undefined && privileges.includes('VM.GuestAgent.Audit') ? ' (8.x: VM.Monitor instead of VM.GuestAgent.Audit)' : ''}`,
        ]
      : []),
    `pveum acl modify ${role.path} -user ${user} -role ${role.name}`,
    `pveum acl modify ${role.path} -token '${tokenId}' -role ${role.name}`,
  ].join('; ');
}
