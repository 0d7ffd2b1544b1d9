import {
  ago,
  bytes,
  day,
  duration,
  iso,
  percent,
  plural,
  second,
} from '../../../core/base/units.ts';
import type { Finding } from '../../../core/health.ts';
import { show } from '../calls.ts';
import type { Store } from '../datastores.ts';
import { hasPrivilege } from '../rights.ts';
import type { Checkup } from './checkup.ts';
import { finding, ofStore } from './finding.ts';

/** Room, outlook, and stores that are closed, broken or suddenly empty. One that is removable and away is no trouble. */
export const storeFindings = (checkup: Checkup): Finding[] =>
  checkup.stores.flatMap((store) => {
    // What an empty mount point says of its size is said of the disk below it.
    const empty = emptyFindings(checkup, store);
    if (empty.length > 0) return empty;
    return [
      ...closedFindings(checkup, store),
      ...fullFindings(checkup, store),
      ...fillingFindings(checkup, store),
    ];
  });

const showStore = (checkup: Checkup, { name }: Store): Finding['next'] =>
  show(checkup, 'pbs_list_datastores', { datastore: name });

function closedFindings(checkup: Checkup, store: Store): Finding[] {
  const { name, availability, reason = '' } = store;
  const next = showStore(checkup, store);
  const about = ofStore(checkup, name);
  const maintenance = (message: string): Finding[] => [
    finding(checkup, 'datastore-maintenance', 'info', name, message, {
      about,
      effect: 'note',
      next,
    }),
  ];
  if (availability === 'maintenance')
    return maintenance(`Datastore ${name} is in maintenance (${reason}): no backups go there`);
  if (availability === 'read-only')
    return maintenance(`Datastore ${name} is set to ${reason}: no new backups go there`);
  if (availability !== 'error') return [];
  const message = `Datastore ${name} cannot be opened: ${reason}`;
  return [
    finding(checkup, 'datastore-error', 'critical', name, message, {
      about,
      effect: 'stops',
      next,
    }),
  ];
}

/** The size of an S3 store is that of its local cache, which is meant to be full. */
function sizesOf({
  backend,
  usedShare,
  availableBytes,
}: Store): { usedShare: number; availableBytes: number } | undefined {
  if (backend === 's3' || usedShare === undefined || availableBytes === undefined) return undefined;
  return { usedShare, availableBytes };
}

function fullFindings(checkup: Checkup, store: Store): Finding[] {
  const sizes = sizesOf(store);
  const { storeWarn, storeCritical } = checkup.server.settings;
  if (!sizes || sizes.usedShare < storeWarn) return [];
  const { usedShare, availableBytes } = sizes;
  return [
    finding(
      checkup,
      'datastore-full',
      usedShare >= storeCritical ? 'critical' : 'warning',
      store.name,
      `Datastore ${store.name} is ${percent(usedShare)} full, ${bytes(availableBytes)} left`,
      {
        about: ofStore(checkup, store.name),
        effect: 'risk',
        next: showStore(checkup, store),
      },
    ),
  ];
}

function fillingFindings(checkup: Checkup, store: Store): Finding[] {
  const sizes = sizesOf(store);
  const { name, outlook } = store;
  if (!sizes || outlook.trend !== 'filling') return [];
  const leftMs = outlook.fullAt - checkup.server.now();
  if (leftMs > checkup.server.settings.fullDays * day) return [];
  const { usedShare, availableBytes } = sizes;
  return [
    finding(
      checkup,
      'datastore-filling',
      'warning',
      name,
      `Datastore ${name} will be full in ${duration(leftMs / second)} if it goes on as in the last month (${percent(usedShare)} now, ${bytes(availableBytes)} left)`,
      {
        about: ofStore(checkup, name),
        effect: 'risk',
        evidence: `estimated full date ${iso(outlook.fullAt)}`,
        next: showStore(checkup, store),
      },
    ),
  ];
}

/** The disk behind a path disappears without an error: what is left is an empty folder on the disk below. Garbage collection remembers that there was more. */
function emptyFindings(checkup: Checkup, store: Store): Finding[] {
  const { name, gc, indexFiles = 0 } = store;
  if (!isSeenEmptied(checkup, store)) return [];
  const { server } = checkup;
  const when = gc?.endedAt === undefined ? '' : `, ${ago(gc.endedAt, server.now())},`;
  return [
    finding(
      checkup,
      'datastore-empty',
      'critical',
      name,
      `Datastore ${name} holds no backup at all, though its last garbage collection${when} found ${plural(indexFiles, 'archive')} of backups: is its disk mounted?`,
      { about: ofStore(checkup, name), effect: 'stops', next: showStore(checkup, store) },
    ),
  ];
}

/** Garbage collection found backups, and there are none. Only where every namespace was read, by a token that is shown the backups of all owners. */
export function isSeenEmptied(
  { listing, permissions }: Checkup,
  { name, indexFiles = 0 }: Pick<Store, 'name' | 'indexFiles'>,
): boolean {
  return (
    indexFiles > 0 &&
    permissions !== undefined &&
    hasPrivilege(permissions, `/datastore/${name}`, 'Datastore.Audit') &&
    listing.namespaces.some(({ store }) => store === name) &&
    !listing.incomplete.has(name) &&
    !listing.groups.some(({ store }) => store === name)
  );
}
