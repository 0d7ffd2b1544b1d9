import type { ServerSnapshot } from '../../../demo/world/backup-snapshots.ts';
import { namespace, oneOf, text } from './parameters.ts';
import { scattered, seconds, type Call, type Route } from './route.ts';
import { openStore } from './stores.ts';

export const backupRoutes: Route[] = [
  { path: '/admin/datastore/{store}/groups', parameters: { ns: namespace }, run: groups },
  {
    path: '/admin/datastore/{store}/snapshots',
    parameters: { ns: namespace, 'backup-type': oneOf('vm', 'ct', 'host'), 'backup-id': text },
    run: snapshots,
  },
];

/** Those of one namespace, not of what is below it; only its own for a token that may back up but not look. */
function inNamespace(call: Call): ServerSnapshot[] {
  const { store, namespace: ns, all } = openStore(call);
  return call.world.backupServer.snapshots.filter(
    (snapshot) =>
      store.lost === null &&
      snapshot.store === store.name &&
      snapshot.namespace === ns &&
      (all || snapshot.owner === call.access.token.id),
  );
}

/** The last finished one, except that a single one need not be finished (api2/admin/datastore.rs `backup_group_to_group_list_item`). */
function groups(call: Call): unknown {
  const byGroup = new Map<string, ServerSnapshot[]>();
  for (const snapshot of inNamespace(call).sort((a, b) => b.at - a.at)) {
    const key = `${snapshot.type}/${snapshot.id}`;
    byGroup.set(key, [...(byGroup.get(key) ?? []), snapshot]);
  }
  return scattered(
    [...byGroup.values()].flatMap((group) => {
      const [first] = group;
      if (!first) return [];
      const last = group.length === 1 ? first : group.find(({ bytes }) => bytes !== null);
      return [
        {
          'backup-type': first.type,
          'backup-id': first.id,
          'last-backup': last ? seconds(last.at) : 0,
          'backup-count': group.length,
          files: last ? [...last.files, 'index.json.blob'] : [],
          owner: first.owner,
        },
      ];
    }),
  );
}

function snapshots(call: Call): unknown {
  const [type, id] = [call.values.text('backup-type'), call.values.text('backup-id')];
  return scattered(
    inNamespace(call)
      .filter(
        (snapshot) =>
          (type === undefined || snapshot.type === type) &&
          (id === undefined || snapshot.id === id),
      )
      .map(row),
  );
}

const fingerprint =
  '8d:80:00:ab:90:fc:ea:9a:d6:1a:52:5b:eb:71:d0:e9:d5:dd:d1:85:0e:41:85:51:27:a7:3f:a0:61:b1:a9:50';

/** Without a manifest there is hardly anything to tell (tools/mod.rs `backup_info_to_snapshot_list_item`). */
function row({
  type,
  id,
  at,
  bytes,
  files,
  crypt,
  owner,
  comment,
  protected: kept,
  verification,
}: ServerSnapshot): object {
  const known = {
    'backup-type': type,
    'backup-id': id,
    'backup-time': seconds(at),
    owner,
    protected: kept,
  };
  if (bytes === null) return { ...known, files: files.map((filename) => ({ filename })) };
  return {
    ...known,
    size: bytes,
    ...(comment !== null && { comment }),
    ...(crypt !== 'none' && { fingerprint }),
    files: [
      ...files.map((filename, i) => ({
        filename,
        'crypt-mode': crypt,
        size: i === 0 ? bytes - 4_096 : 4_096,
      })),
      { filename: 'client.log.blob', 'crypt-mode': crypt },
      {
        filename: 'index.json.blob',
        'crypt-mode': crypt === 'none' ? 'none' : 'sign-only',
        size: 611,
      },
    ],
    ...(verification && {
      verification: { state: verification.ok ? 'ok' : 'failed', upid: verification.upid },
    }),
  };
}
