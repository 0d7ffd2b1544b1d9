import { dispensable } from '../../core/base/errors.ts';
import type { Diagnosis } from '../../core/service.ts';
import { doctor as defineDoctor } from './client.ts';
import { grantCommand, hasPrivilege, requiredRights } from './rights.ts';
import type { Permissions } from './schema/access.ts';

type Right = Diagnosis['rights'][number];

/** What the token may do, told by the server itself. A token without rights gets empty lists, not refusals, so this is the only way to know. */
export const doctor = defineDoctor(async (server) => {
  const [version, permissions] = await Promise.all([
    dispensable(server.version()),
    server.permissions(),
  ]);
  const { tokenId } = server.settings;
  const rights = requiredRights.map(({ what, path, privilege }): Right => {
    const granted = hasPrivilege(permissions, path, privilege);
    return {
      what: `see ${what} (${privilege} on ${path})`,
      granted,
      ...(!granted && { fix: grantCommand(privilege, tokenId) }),
    };
  });
  return {
    version: version ?? 'unknown',
    rights: [...rights, ...narrowedGrants(permissions, tokenId), ...needlessPowers(permissions)],
  };
});

/** A grant on a datastore replaces those from above: a backup role there takes the right to look away. */
function narrowedGrants(permissions: Permissions, tokenId: string): Right[] {
  if (!hasPrivilege(permissions, '/datastore', 'Datastore.Audit')) return [];
  return Object.entries(permissions)
    .filter(([path, granted]) => path.startsWith('/datastore/') && !('Datastore.Audit' in granted))
    .map(([path]) => ({
      what: `see what is in ${path} (Datastore.Audit is lost there, since a grant on a deeper path replaces those above it)`,
      granted: false,
      fix: [tokenId.split('!')[0], `'${tokenId}'`]
        .map((id) => `proxmox-backup-manager acl update ${path} DatastoreAudit --auth-id ${id}`)
        .join(' && '),
    }));
}

/** Lares only reads here, so what else a token may do is a risk without a use. */
function needlessPowers(permissions: Permissions): Right[] {
  const privileges = Object.values(permissions).flatMap((granted) => Object.keys(granted));
  const powers = [...new Set(privileges)]
    .filter((privilege) => !privilege.endsWith('.Audit'))
    .sort();
  if (powers.length === 0) return [];
  const what = `do more than look, which Lares never needs here: ${powers.join(', ')}`;
  return [{ what, granted: true }];
}
