import type { Diagnosis } from '../../core/service.ts';
import { doctor as examine } from './client.ts';
import { grantCommand, hasPrivilege, needs } from './rights.ts';
import type { Permissions } from './schema/access.ts';

type Right = Diagnosis['rights'][number];

/** What the token may do, told by the server itself. A token without rights gets empty lists, not refusals, so this is the only way to know. */
export const doctor = examine(async (one) => {
  const [version, permissions] = await Promise.all([one.version(), one.permissions()]);
  const rights = needs.map(({ what, path, privilege }): Right => {
    const granted = hasPrivilege(permissions, path, privilege);
    return {
      what: `see ${what} (${privilege} on ${path})`,
      granted,
      ...(!granted && { fix: grantCommand(privilege, one.settings.tokenId) }),
    };
  });
  return {
    version,
    rights: [
      ...rights,
      ...narrowedGrants(permissions, one.settings.tokenId),
      ...powers(permissions),
    ],
  };
});

/** A grant on a datastore replaces those from above: a backup role there takes the right to look away. */
const narrowedGrants = (permissions: Permissions, tokenId: string): Right[] =>
  Object.entries(permissions)
    .filter(
      ([path, granted]) =>
        path.startsWith('/datastore/') &&
        hasPrivilege(permissions, '/datastore', 'Datastore.Audit') &&
        !('Datastore.Audit' in granted),
    )
    .map(([path]) => ({
      what: `see what is in ${path} (Datastore.Audit is lost there, since a grant on a deeper path replaces those above it)`,
      granted: false,
      fix: [tokenId.split('!')[0], `'${tokenId}'`]
        .map((id) => `proxmox-backup-manager acl update ${path} DatastoreAudit --auth-id ${id}`)
        .join(' && '),
    }));

/** Lares only reads here, so what else a token may do is a risk without a use. */
function powers(permissions: Permissions): Right[] {
  const more = [...new Set(Object.values(permissions).flatMap((granted) => Object.keys(granted)))]
    .filter((privilege) => !privilege.endsWith('.Audit'))
    .sort();
  return more.length === 0
    ? []
    : [
        {
          what: `do more than look, which Lares never needs here: ${more.join(', ')}`,
          granted: true,
        },
      ];
}
