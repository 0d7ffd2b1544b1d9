import { answeringNode, bit, type Call } from './route.ts';
import { Unordered } from './shuffle.ts';

/** An unreachable storage is listed with zeros. */
export function storages(call: Call): unknown {
  const {
    values,
    access,
    cluster: { world },
  } = call;
  const { name: node } = answeringNode(call);
  const visible = world.proxmox.storages.filter(
    ({ nodes, name, content }) =>
      nodes.includes(node) &&
      access.has(`/storage/${name}`, 'Datastore.Audit', 'Datastore.AllocateSpace') &&
      (!values.has('storage') || name === values.text('storage')) &&
      (!values.has('content') || content.includes(values.text('content'))),
  );
  return new Unordered(
    visible.map(({ name, type, content, shared, active, totalBytes: total, usedBytes: used }) => ({
      storage: name,
      type,
      content: content.join(','),
      shared: bit(shared),
      enabled: 1,
      active: bit(active),
      ...(active
        ? { total, used, avail: total - used, used_fraction: used / total }
        : { total: 0, used: 0, avail: 0 }),
    })),
  );
}

/** `wearout` is percent of life left, or `N/A`. */
export function disks(call: Call): unknown {
  const {
    values,
    cluster: { world },
  } = call;
  if (values.has('type')) return [];
  const own = world.proxmox.disks.filter(({ node }) => node === answeringNode(call).name);
  return new Unordered(
    own.map(({ path, kind, sizeBytes, model, serial, health, lifeLeft, used }) => ({
      devpath: path,
      type: kind,
      size: sizeBytes,
      model,
      serial,
      vendor: 'unknown',
      used,
      gpt: 1,
      mounted: 0,
      osdid: -1,
      'osdid-list': null,
      rpm: kind === 'hdd' ? 7200 : 0,
      ...(values.flag('skipsmart')
        ? { health: 'UNKNOWN', wearout: 'N/A' }
        : { health, wearout: lifeLeft ?? 'N/A' }),
    })),
  );
}

export function pools(call: Call): unknown {
  const own = call.cluster.world.proxmox.pools.filter(
    ({ node }) => node === answeringNode(call).name,
  );
  return new Unordered(
    own.map(({ name, sizeBytes: size, usedBytes: alloc, health, fragmentation }) => ({
      name,
      size,
      alloc,
      free: size - alloc,
      frag: fragmentation,
      dedup: 1,
      health,
    })),
  );
}
