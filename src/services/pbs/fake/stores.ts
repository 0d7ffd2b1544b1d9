import type { ServerDatastore } from '../../../demo/world/backup-server.ts';
import { failed, Problem } from './problem.ts';
import { isFrom, type Call } from './route.ts';

const visible = ['Datastore.Audit', 'Datastore.Backup'] as const;

/** The path at which the rights on a datastore or namespace stand. */
export const aclPath = (store: string, namespace = ''): string =>
  namespace ? `/datastore/${store}/${namespace}` : `/datastore/${store}`;

/** Before 3.3 there are no removable ones. */
export const configured = ({ world, knobs }: Call): ServerDatastore[] =>
  world.backupServer.datastores.filter(({ removable }) => !removable || isFrom(knobs, '3.3'));

/** The stores a token may see, and whether only their names. */
export function storesFor(call: Call): { store: ServerDatastore; nameOnly: boolean }[] {
  const { access } = call;
  return configured(call).flatMap((store) => {
    const allowed = access.has(aclPath(store.name), ...visible);
    return allowed || access.hasBelow(aclPath(store.name), ...visible)
      ? [{ store, nameOnly: !allowed }]
      : [];
  });
}

/** Why a store cannot be read, in the words of `DataStore::lookup_datastore`. */
export function closedBecause(store: ServerDatastore): string | undefined {
  const [, mode = '', message] =
    /^(?:type=)?([a-z0-9-]+)(?:,message="?(.*?)"?)?$/.exec(store.maintenance ?? '') ?? [];
  if (mode === 'delete') return `datastore '${store.name}' is being deleted`;
  if (mode === 'unmount') return `datastore '${store.name}' is being unmounted`;
  if (mode === 'offline' || mode === 's3-refresh')
    return `datastore '${store.name}' is unavailable: ${mode === 'offline' ? 'offline' : 'S3 refresh'} maintenance mode: ${message ?? ''}`;
  if (store.removable && !store.mounted) return `datastore '${store.name}' is not mounted`;
  return store.fault ?? undefined;
}

/** `stat` of a path that is gone, as the server passes it on. */
export const noSuchPath = (): Problem => failed('ENOENT: No such file or directory');

/** An open store for a token that may look into one of its namespaces; `all` is false where it sees only what it owns. */
export function openStore(call: Call): { store: ServerDatastore; namespace: string; all: boolean } {
  const {
    access,
    path: { store: name = '' },
    values,
  } = call;
  const namespace = values.text('ns') ?? '';
  const path = aclPath(name, namespace);
  if (!access.has(path, ...visible))
    throw new Problem(403, `permission check failed - missing ${visible.join('|')} on ${path}`);
  const store = configured(call).find((other) => other.name === name);
  if (!store) throw failed(`no such datastore '${name}'`);
  const reason = closedBecause(store);
  if (reason !== undefined) throw failed(reason);
  if (store.lost === 'path') throw noSuchPath();
  return { store, namespace, all: access.has(path, 'Datastore.Audit') };
}

/** What the root file system of the server holds, which is what an empty mount point lies on. */
const rootFileSystem = { total: 94e9, used: 21e9, avail: 73e9 };

/** Bytes as the file system tells them: some may be reserved, so that what is used and what is available do not add up. */
export function sizesOf(
  store: ServerDatastore,
  { world }: Call,
): { total: number; used: number; avail: number } {
  if (store.lost === 'mount') return rootFileSystem;
  const mirror = world.proxmox.storages.find(({ name }) => name === store.storage);
  const [total, used] = [
    mirror?.totalBytes ?? store.totalBytes,
    mirror?.usedBytes ?? store.usedBytes,
  ];
  return { total, used, avail: Math.max(0, total - used - store.reservedBytes) };
}
