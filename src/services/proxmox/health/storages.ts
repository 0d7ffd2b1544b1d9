import type { Finding } from '../../../core/health.ts';
import { bytes, percent } from '../../../core/base/units.ts';
import { distinct, fullness, nameOf, type Store } from '../storages.ts';
import { finding, showNode, type View } from './view.ts';

export const storageFindings = (view: View): Finding[] =>
  distinct(
    view.resources.storages.filter(({ node }) => !view.mute.has(node)),
    view.resources.nodes,
  ).flatMap((store) => [...full(view, store), ...unavailable(view, store)]);

function full(view: View, store: Store): Finding[] {
  const { storageWarn, storageCritical } = view.one.settings;
  const share = fullness(store);
  if (share === undefined || share < storageWarn) return [];
  const { usedBytes = 0, totalBytes = 0, node } = store;
  const place = node ? `Storage ${store.storage} on ${node}` : `Shared storage ${store.storage}`;
  return [
    finding(
      view,
      'storage-full',
      share >= storageCritical ? 'critical' : 'warning',
      nameOf(store),
      `${place} is ${percent(share)} full, ${bytes(totalBytes - usedBytes)} of ${bytes(totalBytes)} left`,
      {
        next: node
          ? showNode(view, node)
          : { tool: 'infra_overview', arguments: { ...view.where } },
      },
    ),
  ];
}

function unavailable(view: View, store: Store): Finding[] {
  if (store.missingOn.length === 0) return [];
  const [first = ''] = store.missingOn;
  const holdsGuests = store.content.some((kind) => kind === 'images' || kind === 'rootdir');
  return [
    finding(
      view,
      'storage-unavailable',
      holdsGuests ? 'critical' : 'warning',
      nameOf(store),
      `Storage ${store.storage} (${store.content.join(', ')}) cannot be used on ${store.missingOn.join(', ')}`,
      { next: showNode(view, first) },
    ),
  ];
}
