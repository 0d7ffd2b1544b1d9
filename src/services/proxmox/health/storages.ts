import { bytes, percent } from '../../../core/base/units.ts';
import type { Finding } from '../../../core/health.ts';
import { showNode, showOverview } from '../calls.ts';
import type { Ref } from '../../../core/map.ts';
import { refOfStorage } from '../refs.ts';
import { distinctStorages, fullness, storageName, type DistinctStorage } from '../storages.ts';
import type { Checkup } from './checkup.ts';
import { finding } from './finding.ts';

/** Storages that fill up, and those that some online node cannot use. */
export const storageFindings = (checkup: Checkup): Finding[] =>
  distinctStorages(
    checkup.resources.storages.filter(({ node }) => !checkup.silentNodes.has(node)),
    checkup.resources.nodes,
  ).flatMap((storage) => [
    ...fullFindings(checkup, storage),
    ...unavailableFindings(checkup, storage),
  ]);

const ofStorage = ({ cluster }: Checkup, storage: DistinctStorage): Ref[] => [
  refOfStorage(cluster.instance, storage),
];

function fullFindings(checkup: Checkup, storage: DistinctStorage): Finding[] {
  const { storageWarn, storageCritical } = checkup.cluster.settings;
  const share = fullness(storage);
  if (share === undefined || share < storageWarn) return [];
  const { usedBytes = 0, totalBytes = 0, node } = storage;
  const title = node
    ? `Storage ${storage.storage} on ${node}`
    : `Shared storage ${storage.storage}`;
  return [
    finding(
      checkup,
      'storage-full',
      share >= storageCritical ? 'critical' : 'warning',
      storageName(storage),
      `${title} is ${percent(share)} full, ${bytes(totalBytes - usedBytes)} of ${bytes(totalBytes)} left`,
      {
        about: ofStorage(checkup, storage),
        effect: 'risk',
        meaning: 'space',
        next: node ? showNode(checkup, node) : showOverview(checkup),
      },
    ),
  ];
}

function unavailableFindings(checkup: Checkup, storage: DistinctStorage): Finding[] {
  const { content, missingOn } = storage;
  const [first] = missingOn;
  if (first === undefined) return [];
  const holdsGuests = content.some((kind) => kind === 'images' || kind === 'rootdir');
  return [
    finding(
      checkup,
      'storage-unavailable',
      holdsGuests ? 'critical' : 'warning',
      storageName(storage),
      `Storage ${storage.storage} (${content.join(', ')}) cannot be used on ${missingOn.join(', ')}`,
      {
        about: ofStorage(checkup, storage),
        effect: storage.available ? 'degrades' : 'stops',
        next: showNode(checkup, first),
      },
    ),
  ];
}
