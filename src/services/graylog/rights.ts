/** Whether Shiro wildcard permissions (`*`, `streams:read`, `streams:read:id`) grant one. */
export function grants(granted: readonly string[], permission: string): boolean {
  const parts = permission.split(':');
  return granted.some((wildcard) =>
    wildcard
      .split(':')
      .every(
        (part, i) => part === '*' || (parts[i] !== undefined && part.split(',').includes(parts[i])),
      ),
  );
}

/** What Lares asks with, beyond searching the streams that were shared with the user. `extra`: the Reader role lacks it. */
export const needed = [
  { permission: 'system:read', what: 'version and nodes' },
  { permission: 'metrics:read', what: 'ingest rate' },
  { permission: 'journal:read', what: 'journal' },
  { permission: 'inputs:read', what: 'inputs' },
  { permission: 'indexercluster:read', what: 'index cluster health' },
  { permission: 'indices:failures', what: 'indexing failures', extra: true },
  { permission: 'notifications:read', what: 'notifications', extra: true },
  { permission: 'indexsets:read', what: 'index sets', extra: true },
] as const;

export type Permission = (typeof needed)[number]['permission'];

const extraPermissions = JSON.stringify(
  needed.flatMap((entry) => ('extra' in entry ? [entry.permission] : [])),
);

const curl = (method: string, path: string, body: string): string =>
  `curl -u ADMIN -H 'X-Requested-By: cli' -H 'Content-Type: application/json' -X ${method} GRAYLOG_URL/api${path} -d '${body}'`;

/** The commands that give a user what the Reader role lacks. The web interface has no page for it, so this is the only way. */
export const roleCommands = `${curl('POST', '/roles', `{"name":"Lares","description":"Reads failures, notifications and index sets","permissions":${extraPermissions}}`)} && ${curl('PUT', '/roles/Lares/members/USER', '{}')}`;

/** How the Reader role is given. */
export const readerFix = 'System › Users and Teams › USER › Edit › Assign roles: Reader.';
/** How a stream is shared. */
export const streamFix =
  'Streams › (stream) › Share › USER as Viewer, for each stream that may be read.';

const isExtra = (permission: Permission): boolean =>
  needed.some((entry) => 'extra' in entry && entry.permission === permission);

/** The way to one permission, whole. */
export const fixFor = (permission: Permission): string =>
  isExtra(permission) ? roleCommands : readerFix;

/** The same, short enough to stand beside every answer. */
export const hintFor = (permission: Permission): string =>
  `The user lacks ${permission}. ${isExtra(permission) ? 'The Reader role does not hold it; `lares doctor graylog` prints the commands that grant it.' : readerFix}`;

/** The permission a request needs, where it needs one (from the annotations in the server's source). */
const permissionByPath: readonly [RegExp, Permission][] = [
  [/^\/system\/indexer\/failures/, 'indices:failures'],
  [/^\/system\/indexer\/cluster/, 'indexercluster:read'],
  [/^\/system\/notifications/, 'notifications:read'],
  [/^\/system\/indices\/index_sets/, 'indexsets:read'],
  [/^\/cluster\/metrics/, 'metrics:read'],
  [/^\/cluster\/[^/]+\/journal/, 'journal:read'],
  [/^\/cluster\/inputstates/, 'inputs:read'],
  [/^\/(system|cluster)$/, 'system:read'],
];

/** The permission that the endpoint of a refused request asks for. */
export const permissionFor = (target: string): Permission | undefined =>
  permissionByPath.find(([path]) => path.test(target.replace(/\?.*/s, '')))?.[1];
