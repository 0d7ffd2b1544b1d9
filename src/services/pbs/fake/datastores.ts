import type { ServerDatastore } from '../../../demo/world/backup-server.ts';
import { day, minute, second } from '../../../demo/world/clock.ts';
import { gcStatus } from './jobs.ts';
import { namespace } from './parameters.ts';
import { Problem } from './problem.ts';
import { isFrom, scattered, seconds, type Call, type Route } from './route.ts';
import {
  aclPath,
  closedBecause,
  configured,
  noSuchPath,
  openStore,
  sizesOf,
  storesFor,
} from './stores.ts';

export const datastoreRoutes: Route[] = [
  { path: '/admin/datastore', run: list },
  { path: '/status/datastore-usage', run: usage },
  { path: '/admin/datastore/{store}/status', run: (call) => sizesOf(openStore(call).store, call) },
  {
    path: '/admin/datastore/{store}/namespace',
    parameters: { parent: namespace, 'max-depth': { kind: 'integer' } },
    run: namespaces,
  },
];

/** Since 3.3, and 4.0: removable datastores, and those in S3. */
const kindOf = (store: ServerDatastore, { knobs }: Call): object => ({
  ...(isFrom(knobs, '3.3') && {
    'mount-status': store.removable ? (store.mounted ? 'mounted' : 'notmounted') : 'nonremovable',
  }),
  ...(isFrom(knobs, '4.0') && { 'backend-type': store.s3 ? 's3' : 'filesystem' }),
});

function list(call: Call): unknown {
  return scattered(
    storesFor(call).map(({ store, nameOnly }) => ({
      store: store.name,
      comment: nameOnly ? null : store.comment,
      ...(store.maintenance && { maintenance: store.maintenance }),
      ...kindOf(store, call),
    })),
  );
}

/** An unmounted store is listed for everybody, before anything is checked; a path that cannot be looked at spoils the whole list (api2/status/mod.rs). */
function usage(call: Call): unknown {
  const visible = new Map(storesFor(call).map((entry) => [entry.store.name, entry]));
  return scattered(
    configured(call).flatMap((store) => {
      const empty = { store: store.name, ...kindOf(store, call) };
      if (store.removable && !store.mounted) return [empty];
      const entry = visible.get(store.name);
      if (!entry) return [];
      const error = closedBecause(store);
      if (entry.nameOnly || error !== undefined)
        return [{ ...empty, ...(!entry.nameOnly && { error }) }];
      if (store.lost === 'path') throw noSuchPath();
      return [
        {
          ...empty,
          ...sizesOf(store, call),
          ...history(store, call),
          'gc-status': gcStatus(store.name, call),
        },
      ];
    }),
  );
}

/** Seconds between two points of usage. */
const step = (30 * minute) / second;

/** A month of averages with a gap now and then, and where their straight line meets the full disk: in the past when it falls. */
function history(store: ServerDatastore, call: Call): object {
  const { used, avail } = sizesOf(store, call);
  const points = call.knobs.historyPoints;
  const now = Math.floor(seconds(call.world.now()) / step) * step;
  const usedAt = (at: number): number =>
    (used - (store.growthBytesPerDay / (day / second)) * (now - at)) / (used + avail);
  const values = Array.from({ length: points }, (_, i) =>
    i % 97 === 5 && points > 20 ? null : usedAt(now - (points - 1 - i) * step),
  );
  const full =
    store.growthBytesPerDay === 0
      ? 0
      : seconds(call.world.now() + (avail / store.growthBytesPerDay) * day);
  return {
    history: values,
    'history-start': now - (points - 1) * step,
    'history-delta': step,
    ...(points >= 7 && { 'estimated-full-date': full }),
  };
}

function namespaces(call: Call): unknown {
  const {
    access,
    path: { store: name = '' },
    values,
  } = call;
  const parent = values.text('parent') ?? '';
  const privileges = ['Datastore.Audit', 'Datastore.Modify', 'Datastore.Backup'];
  const store = configured(call).find((other) => other.name === name);
  const may = (ns: string): boolean => access.has(aclPath(name, ns), ...privileges);
  if (!store)
    throw may(parent)
      ? new Problem(400, `no such datastore '${name}'`)
      : new Problem(403, 'permission check failed', call.knobs.forbidDelayMs);
  const reason = closedBecause(store);
  if (reason !== undefined) throw new Problem(400, reason);
  const visible = (store.lost ? [''] : store.namespaces).filter(
    (ns) => (parent === '' || ns === parent || ns.startsWith(`${parent}/`)) && may(ns),
  );
  if (visible.length === 0 && !may(parent))
    throw new Problem(403, 'permission check failed', call.knobs.forbidDelayMs);
  return scattered(visible.map((ns) => ({ ns })));
}
