import type { Link, Thing } from '../../core/map.ts';
import { show } from './calls.ts';
import type { Availability, Jobs, Store } from './datastores.ts';
import { groupThings } from './group-things.ts';
import { refOfJob, refOfServer, refOfStore } from './refs.ts';
import type { Job, SyncJob } from './schema/job.ts';
import type { ServerPicture } from './server-picture.ts';

/** Its part of the map: itself, datastores, whose backups lie in them, and the jobs of the server itself. */
export function thingsOf(picture: ServerPicture): Thing[] {
  return [
    serverThing(picture),
    ...picture.stores.map((store) => storeThing(picture, store)),
    ...groupThings(picture),
    ...jobsIn(picture.jobs).map((job) => jobThing(picture, job)),
  ];
}

/** That it answered is seen. */
const serverThing = (picture: ServerPicture): Thing => ({
  ref: refOfServer(picture.instance),
  title: picture.label ?? 'Proxmox Backup Server',
  state: 'up',
  about: 'Proxmox Backup Server',
  more: show(picture, 'pbs_list_datastores', {}),
  links: [],
});

const jobsIn = ({ gc = [], verify = [], prune = [], sync = [] }: Jobs): (Job | SyncJob)[] => [
  ...gc,
  ...verify,
  ...prune,
  ...sync,
];

function storeThing(picture: ServerPicture, store: Store): Thing {
  const { instance, seenEmpty } = picture;
  const { name, backend, availability, reason } = store;
  const state = seenEmpty.has(name) ? 'down' : stateOf(store);
  return {
    ref: refOfStore(instance, name),
    title: name,
    state,
    about: [
      backend === 'filesystem' ? 'datastore' : `${backend} datastore`,
      seenEmpty.has(name) ? 'empty' : state !== 'unknown' && availability,
      reason !== undefined && `(${reason})`,
    ]
      .filter(Boolean)
      .join(' '),
    more: show(picture, 'pbs_list_datastores', { datastore: name }),
    links: [{ to: refOfServer(instance), how: 'served by' }],
    ...(isClosedOnPurpose[availability] && { idle: true }),
  };
}

/** A removable disk in the drawer, and what somebody has closed. */
const isClosedOnPurpose: Partial<Record<Availability, true>> = {
  unmounted: true,
  maintenance: true,
};

/** Without its sizes nobody has seen that a datastore can be opened. */
function stateOf({ availability, usedBytes }: Store): Thing['state'] {
  if (availability === 'hidden') return 'unknown';
  if (availability === 'read-only') return 'degraded';
  if (availability !== 'available') return 'down';
  return usedBytes === undefined ? 'unknown' : 'up';
}

const titles = {
  gc: 'garbage collection',
  verify: 'verify job',
  prune: 'prune job',
  sync: 'sync job',
} as const;

function jobThing(picture: ServerPicture, job: Job | SyncJob): Thing {
  const { instance } = picture;
  const { kind, id, store, schedule, disabled } = job;
  const stores = new Set([store, ...('direction' in job ? otherSide(job) : [])]);
  const title = titles[kind];
  return {
    ref: refOfJob(instance, job),
    title: kind === 'gc' ? `${title} of ${store}` : id,
    state: jobState(job),
    about: [
      kind === 'gc' ? title : `${title} of ${store}`,
      schedule !== undefined && `at ${schedule}`,
      disabled && '(switched off)',
    ]
      .filter(Boolean)
      .join(' '),
    more: show(picture, 'pbs_list_tasks', { kind, since: '30d', datastore: store }),
    links: [
      ...[...stores].map((name): Link => ({ to: refOfStore(instance, name), how: 'acts on' })),
      { to: refOfServer(instance), how: 'served by' },
    ],
    ...(disabled && { idle: true }),
  };
}

/** Of a sync job within this server; that of a remote one is another server's. */
const otherSide = ({ remote, remoteStore }: SyncJob): string[] =>
  remote === undefined && remoteStore !== undefined ? [remoteStore] : [];

/** How its last run ended. */
function jobState({ last }: Job): Thing['state'] {
  if (last === 'ok' || last === 'running') return 'up';
  if (last === 'warning') return 'degraded';
  return last === 'failed' ? 'down' : 'unknown';
}
