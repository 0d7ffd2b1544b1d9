import type { Finding } from '../../../core/health.ts';
import { bytes, percent } from '../../../core/base/units.ts';
import { distinctStorages, fullness, storageName, type DistinctStorage } from '../storages.ts';
import { finding, showNode, type Checkup } from './checkup.ts';

export const storageFindings = (checkup: Checkup): Finding[] =>
  distinctStorages(
    checkup.resources.storages.filter(({ node }) => !checkup.silentNodes.has(node)),
    checkup.resources.nodes,
  ).flatMap((store) => [...full(checkup, store), ...unavailable(checkup, store)]);

function full(checkup: Checkup, store: DistinctStorage): Finding[] {
  const { storageWarn, storageCritical } = checkup.one.settings;
  const share = fullness(store);
  if (share === undefined || share < storageWarn) return [];
  const { usedBytes = 0, totalBytes = 0, node } = store;
  const place = node ? `Storage ${store.storage} on ${node}` : `Shared storage ${store.storage}`;
  return [
    finding(
      checkup,
      'storage-full',
      share >= storageCritical ? 'critical' : 'warning',
      storageName(store),
      `${place} is ${percent(share)} full, ${bytes(totalBytes - usedBytes)} of ${bytes(totalBytes)} left`,
      {
        next: node
          ? showNode(checkup, node)
          : { tool: 'infra_overview', arguments: { ...checkup.where } },
      },
    ),
  ];
}

function unavailable(checkup: Checkup, store: DistinctStorage): Finding[] {
  if (store.missingOn.length === 0) return [];
  const [first = ''] = store.missingOn;
  const holdsGuests = store.content.some((kind) => kind === 'images' || kind === 'rootdir');
  return [
    finding(
      checkup,
      'storage-unavailable',
      holdsGuests ? 'critical' : 'warning',
      storageName(store),
      `Storage ${store.storage} (${store.content.join(', ')}) cannot be used on ${store.missingOn.join(', ')}`,
      { next: showNode(checkup, first) },
    ),
  ];
}
