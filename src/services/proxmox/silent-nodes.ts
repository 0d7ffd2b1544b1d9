import { hasPrivilege } from './rights.ts';
import type { Permissions } from './schema/cluster.ts';
import type { Resources } from './schema/resources.ts';

/** Nodes that are online but report nothing. Their numbers are absent without the privilege too, so only with it does their absence mean something. */
export function silentNodesOf(
  { nodes }: Pick<Resources, 'nodes'>,
  permissions: Permissions | undefined,
): ReadonlySet<string> {
  if (!permissions) return new Set();
  return new Set(
    nodes
      .filter(
        ({ node, status, cores }) =>
          status === 'online' &&
          cores === undefined &&
          hasPrivilege(permissions, `/nodes/${node}`, 'Sys.Audit'),
      )
      .map(({ node }) => node),
  );
}
