import { UpstreamError } from '../../core/base/errors.ts';
import type { Check } from '../../core/health.ts';
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
export const requiredRights = [
  { privilege: 'Datastore.Audit', path: '/datastore', what: 'datastores, their backups and jobs' },
  { privilege: 'Sys.Audit', path: '/system/tasks', what: 'tasks of others than itself' },
  { privilege: 'Remote.Audit', path: '/remote', what: 'sync jobs with a remote', part: 'sync' },
] as const;
export type RequiredRight = (typeof requiredRights)[number];

/** Whether the tasks of others may be seen, or it is not known that they may not. */
export const seesAllTasks = (permissions: Permissions | undefined): boolean =>
  !permissions || hasPrivilege(permissions, '/system/tasks', 'Sys.Audit');

/** The commands that grant a privilege: a token has its own grants, and never more than its user, so both need it. */
export function grantCommand(privilege: string, tokenId = 'USER@REALM!TOKEN'): string {
  const [path, role] = privilege.startsWith('Remote.')
    ? ['/remote', 'RemoteAudit']
    : ['/', 'Audit'];
  return [tokenId.split('!')[0], `'${tokenId}'`]
    .map((id) => `proxmox-backup-manager acl update ${path} ${role} --auth-id ${id}`)
    .join(' && ');
}

/** The server shows a token without rights an empty list: reported to `check` as the refusal it is. `concerns` narrows it to what an answer is made of. */
export async function reportHidden(
  check: Check,
  permissions: Permissions | undefined,
  tokenId: string,
  concerns: (right: RequiredRight) => boolean = () => true,
): Promise<void> {
  if (!permissions) return;
  const hidden = requiredRights.filter(
    (right) => concerns(right) && !hasPrivilege(permissions, right.path, right.privilege),
  );
  await Promise.all(
    hidden.map((right) => {
      const { what, privilege, path } = right;
      return check(
        what,
        async () => {
          throw new UpstreamError(
            `GET /access/permissions: 403 in effect, the token lacks ${privilege} on ${path}`,
            403,
            { hint: grantCommand(privilege, tokenId) },
          );
        },
        'part' in right ? { part: right.part } : {},
      );
    }),
  );
}
