import { dispensable } from '../../core/base/errors.ts';
import type { Diagnosis } from '../../core/service.ts';
import { doctor as defineDoctor } from './client.ts';
import { grantCommand, hasPrivilege } from './rights.ts';
import type { Permissions } from './schema/cluster.ts';

type Right = Diagnosis['rights'][number];
type RequiredRight = [what: string, path: string, privilege: string];

/** Where the version is not told, rights go by their names of today. */
const newest = 9;

/** What Lares uses, on a Proxmox VE of that major version. */
const requiredRights = (major: number): RequiredRight[] => [
  ['see nodes, tasks, quorum and HA', '/', 'Sys.Audit'],
  ['see load, disks and pools of nodes', '/nodes', 'Sys.Audit'],
  ['see guests', '/vms', 'VM.Audit'],
  ['see storages', '/storage', 'Datastore.Audit'],
  ['see pools', '/pool', 'Pool.Audit'],
  // VM.Monitor was split up and removed in 9.0.
  ['see addresses of VMs', '/vms', major >= 9 ? 'VM.GuestAgent.Audit' : 'VM.Monitor'],
  ['start, stop and restart guests', '/vms', 'VM.PowerMgmt'],
];

/** What the token may do, told by Proxmox VE itself. A token without rights gets empty lists, not errors, so this is the only way to know. */
export const doctor = defineDoctor(async (cluster) => {
  const [told, permissions] = await Promise.all([
    dispensable(cluster.version()),
    cluster.permissions(),
  ]);
  const { version, major } = told ?? { version: 'unknown', major: newest };
  const rights = requiredRights(major).map(([what, path, privilege]): Right => {
    const granted = hasPrivilege(permissions, path, privilege);
    return {
      what: `${what} (${privilege} on ${path})`,
      granted,
      ...(!granted && { fix: grantCommand(privilege, cluster.settings.tokenId, major) }),
      ...(privilege === 'VM.PowerMgmt' && { writes: true }),
    };
  });
  return {
    version,
    rights: [
      ...rights,
      ...updates(permissions),
      ...narrowedGrants(permissions),
      ...needlessPowers(permissions),
    ],
  };
});

/** Only shown where it is granted: it also allows changing nodes, so nobody should be asked to grant it. */
function updates(permissions: Permissions): Right[] {
  if (!hasPrivilege(permissions, '/nodes', 'Sys.Modify')) return [];
  const what = 'see pending updates (Sys.Modify on /nodes; it also allows changing nodes)';
  return [{ what, granted: true }];
}

/** Grants on a deeper path replace those from above: a power role without VM.Audit there hides the guest it is for. */
function narrowedGrants(permissions: Permissions): Right[] {
  if (!hasPrivilege(permissions, '/vms', 'VM.Audit')) return [];
  return Object.entries(permissions)
    .filter(([path, granted]) => path.startsWith('/vms/') && !('VM.Audit' in granted))
    .map(([path]) => ({
      what: `see the guest of ${path} (VM.Audit is lost there, since a grant on a deeper path replaces those above it)`,
      granted: false,
      fix: `Add VM.Audit to the role that is granted on ${path}: pveum role modify ROLE -append 1 -privs VM.Audit`,
    }));
}

/** What Lares has a use for besides looking. */
const usedPrivileges = new Set(['VM.PowerMgmt', 'VM.Monitor', 'Sys.Modify']);

/** What else a token may do is a risk without a use. */
function needlessPowers(permissions: Permissions): Right[] {
  const privileges = Object.values(permissions).flatMap((granted) => Object.keys(granted));
  const powers = [...new Set(privileges)]
    .filter((privilege) => !privilege.endsWith('Audit') && !usedPrivileges.has(privilege))
    .sort();
  if (powers.length === 0) return [];
  const what = `do more than Lares ever needs here: ${powers.join(', ')}`;
  return [{ what, granted: true }];
}
