import type { Finding } from '../../../core/health.ts';
import { bytes, duration, iso, percent, plural } from '../../../core/base/units.ts';
import type { Store } from '../datastores.ts';
import { finding, show, type Checkup } from './checkup.ts';

/** Room, outlook, corrupt chunks, and stores that are closed or broken. One that is removable and away is no trouble. */
export const storeFindings = (checkup: Checkup): Finding[] =>
  checkup.stores.flatMap((store) => [
    ...closed(checkup, store),
    ...fullness(checkup, store),
    ...corrupt(checkup, store),
  ]);

const showStore = (checkup: Checkup, { name }: Store) => ({
  next: show(checkup, 'pbs_list_datastores', { datastore: name }),
});

function closed(checkup: Checkup, store: Store): Finding[] {
  const { name, availability, reason = '' } = store;
  if (availability === 'error')
    return [
      finding(
        checkup,
        'datastore-error',
        'critical',
        name,
        `Datastore ${name} cannot be opened: ${reason}`,
        showStore(checkup, store),
      ),
    ];
  if (availability === 'maintenance')
    return [
      finding(
        checkup,
        'datastore-maintenance',
        'info',
        name,
        `Datastore ${name} is in maintenance (${reason}): no backups go there`,
        showStore(checkup, store),
      ),
    ];
  if (availability === 'read-only')
    return [
      finding(
        checkup,
        'datastore-maintenance',
        'info',
        name,
        `Datastore ${name} is set to ${reason}: no new backups go there`,
        showStore(checkup, store),
      ),
    ];
  return [];
}

/** The size of an S3 store is that of its local cache, which is meant to be full. */
function fullness(checkup: Checkup, store: Store): Finding[] {
  const { name, usedShare, availableBytes, backend, outlook } = store;
  if (backend === 's3' || usedShare === undefined || availableBytes === undefined) return [];
  const { storeWarn, storeCritical, fullDays } = checkup.one.settings;
  const full =
    usedShare >= storeWarn
      ? [
          finding(
            checkup,
            'datastore-full',
            usedShare >= storeCritical ? 'critical' : 'warning',
            name,
            `Datastore ${name} is ${percent(usedShare)} full, ${bytes(availableBytes)} left`,
            showStore(checkup, store),
          ),
        ]
      : [];
  const leftMs = outlook.trend === 'filling' ? outlook.fullAt - checkup.one.now() : Infinity;
  if (outlook.trend !== 'filling' || leftMs > fullDays * 86_400_000) return full;
  return [
    ...full,
    finding(
      checkup,
      'datastore-filling',
      'warning',
      name,
      `Datastore ${name} will be full in ${duration(leftMs / 1_000)} if it goes on as in the last month (${percent(usedShare)} now, ${bytes(availableBytes)} left)`,
      { evidence: `estimated full date ${iso(outlook.fullAt)}`, ...showStore(checkup, store) },
    ),
  ];
}

const corrupt = (checkup: Checkup, store: Store): Finding[] =>
  !store.gc?.stillBad
    ? []
    : [
        finding(
          checkup,
          'chunks-corrupt',
          'critical',
          store.name,
          `${plural(store.gc.stillBad, 'corrupt chunk')} in datastore ${store.name}: backups that use ${store.gc.stillBad === 1 ? 'it' : 'them'} cannot be restored whole`,
          {
            evidence: 'still-bad after the last garbage collection',
            next: show(checkup, 'pbs_list_backups', {
              datastore: store.name,
              state: 'failed-verification',
            }),
          },
        ),
      ];
