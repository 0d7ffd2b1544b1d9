import type { Thing } from '../../core/map.ts';
import { showNode, showOverview } from './calls.ts';
import type { ClusterPicture } from './cluster-picture.ts';
import { refOfNode, refOfStorage } from './refs.ts';
import type { Storage } from './schema/resources.ts';

/** One thing each, however many nodes see it. A local storage is on its node; on what a shared one is, nobody here knows. */
export function storageThings(picture: ClusterPicture): Thing[] {
  const { instance, resources, silentNodes } = picture;
  const unheard = new Set(silentNodes);
  for (const { node, status } of resources.nodes) if (status === 'offline') unheard.add(node);
  const rows = new Map<string, Storage[]>();
  for (const storage of resources.storages) {
    const ref = refOfStorage(instance, storage);
    const seen = rows.get(ref);
    if (seen) seen.push(storage);
    else rows.set(ref, [storage]);
  }
  return [...rows.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const heard = [first, ...others].filter(({ node }) => !unheard.has(node));
    return [storageThing(picture, first, stateOf(heard))];
  });
}

function storageThing(picture: ClusterPicture, storage: Storage, state: Thing['state']): Thing {
  const { instance } = picture;
  const { storage: title, shared, node, type, content } = storage;
  const kind = type === undefined ? 'storage' : `${type} storage`;
  const place = shared ? `shared ${kind}` : `${kind} on ${node}`;
  return {
    ref: refOfStorage(instance, storage),
    title,
    state,
    about: content.length > 0 ? `${place} for ${content.join(', ')}` : place,
    more: shared ? showOverview(picture) : showNode(picture, node),
    links: shared ? [] : [{ to: refOfNode(instance, node), how: 'runs on' }],
  };
}

/** As those nodes see it that can be heard. */
function stateOf(heard: readonly Storage[]): Thing['state'] {
  if (heard.length === 0) return 'unknown';
  if (heard.every(({ available }) => available)) return 'up';
  return heard.some(({ available }) => available) ? 'degraded' : 'down';
}
