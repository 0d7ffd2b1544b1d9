import { bytes, day, duration, iso, percent, plural, second } from '../../../core/base/units.ts';
import type { Finding } from '../../../core/health.ts';
import type { Store } from '../datastores.ts';
import type { Checkup } from './checkup.ts';
import { finding, show } from './finding.ts';

/** Room, outlook, corrupt chunks, and stores that are closed or broken. One that is removable and away is no trouble. */
export const storeFindings = (checkup: Checkup): Finding[] =>
  checkup.stores.flatMap((store) => [
    ...closedFindings(checkup, store),
    ...fullFindings(checkup, store),
    ...fillingFindings(checkup, store),
    ...corruptFindings(checkup, store),
  ]);

const showStore = (checkup: Checkup, { name }: Store): Finding['next'] =>
  show(checkup, 'pbs_list_datastores', { datastore: name });

function closedFindings(checkup: Checkup, store: Store): Finding[] {
  const { name, availability, reason = '' } = store;
  const next = showStore(checkup, store);
  const maintenance = (message: string): Finding[] => [
    finding(checkup, 'datastore-maintenance', 'info', name, message, { next }),
  ];
  if (availability === 'maintenance')
    return maintenance(`Datastore ${name} is in maintenance (${reason}): no backups go there`);
  if (availability === 'read-only')
    return maintenance(`Datastore ${name} is set to ${reason}: no new backups go there`);
  if (availability !== 'error') return [];
  const message = `Datastore ${name} cannot be opened: ${reason}`;
  return [finding(checkup, 'datastore-error', 'critical', name, message, { next })];
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
      { next: showStore(checkup, store) },
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
        evidence: `estimated full date ${iso(outlook.fullAt)}`,
        next: showStore(checkup, store),
      },
    ),
  ];
}

function corruptFindings(checkup: Checkup, { name, gc }: Store): Finding[] {
  const corrupt = gc?.stillBad;
  if (!corrupt) return [];
  return [
    finding(
      checkup,
      'chunks-corrupt',
      'critical',
      name,
      `${plural(corrupt, 'corrupt chunk')} in datastore ${name}: backups that use ${corrupt === 1 ? 'it' : 'them'} cannot be restored whole`,
      {
        evidence: 'still-bad after the last garbage collection',
        next: show(checkup, 'pbs_list_backups', { datastore: name, state: 'failed-verification' }),
      },
    ),
  ];
}
