import type { Permissions } from './schema/access.ts';

/** Whether a token has a privilege on a path: told there itself, or handed down from the nearest path above that is told. */
export function hasPrivilege(permissions: Permissions, path: string, privilege: string): boolean {
  for (let at = path, own = true; ; at = at.slice(0, at.lastIndexOf('/')) || '/', own = false) {
    const granted = permissions[at];
    if (granted) return own ? privilege in granted : granted[privilege] === true;
    if (at === '/') return false;
  }
}

/** What Lares asks with, and what it is for. */
export const needs = [
  { privilege: 'Datastore.Audit', path: '/datastore', what: 'datastores, their backups and jobs' },
  { privilege: 'Sys.Audit', path: '/system/tasks', what: 'tasks of others than itself' },
  { privilege: 'Remote.Audit', path: '/remote', what: 'sync jobs with a remote' },
] as const;
export type Need = (typeof needs)[number];

export const missing = (permissions: Permissions): Need[] =>
  needs.filter(({ privilege, path }) => !hasPrivilege(permissions, path, privilege));

/** The commands that grant a privilege: a token has its own grants, and never more than its user, so both need it. */
export function grantCommand(privilege: string, tokenId = 'USER@REALM!TOKEN'): string {
  const [path, role] = privilege.startsWith('Remote.')
    ? ['/remote', 'RemoteAudit']
    : ['/', 'Audit'];
  return [tokenId.split('!')[0], `'${tokenId}'`]
    .map((id) => `proxmox-backup-manager acl update ${path} ${role} --auth-id ${id}`)
    .join(' && ');
}
