import { InputError } from '../../core/base/errors.ts';
import { nearest } from '../../core/base/nearest.ts';
import type { Check } from '../../core/health.ts';
import type { Pbs } from './client.ts';
import type { Datastore, Usage } from './schema/datastore.ts';
import type { GcJob, Job, SyncJob, VerifyJob } from './schema/job.ts';

/** `unmounted`: a removable one whose disk is away. `maintenance`: somebody closed it. `error`: it should be there and is not. `hidden`: only its name may be seen. */
export const availabilities = [
  'available',
  'read-only',
  'maintenance',
  'unmounted',
  'error',
  'hidden',
] as const;
export type Availability = (typeof availabilities)[number];

/** A datastore and the last word of each of its jobs. Sizes bytes, times ms; what is undefined is not known. */
export interface Store {
  name: string;
  comment: string | undefined;
  availability: Availability;
  /** Why it is not simply available. */
  reason: string | undefined;
  /** For `s3` all sizes are those of the local cache. */
  backend: string;
  totalBytes: number | undefined;
  usedBytes: number | undefined;
  availableBytes: number | undefined;
  /** 0..1, of what can be used: some of `total` may be reserved. */
  usedShare: number | undefined;
  outlook: Outlook;
  deduplication: number | undefined;
  /** Archives of backups that the last garbage collection found. */
  indexFiles: number | undefined;
  gc: GcJob | undefined;
  jobs: Job[];
}

/** The server's straight line through a month of usage: `filling` with a date, `not-filling`, `unknown` while it has too few points, or `not-read`. */
export type Outlook =
  | { trend: 'filling'; fullAt: number }
  | { trend: 'not-filling' | 'unknown' | 'not-read' };

/** A date that is past (or zero) is how the server says that usage falls or stands still. */
export function outlookOf(fullAt: number | undefined, now: number): Outlook {
  if (fullAt === undefined) return { trend: 'unknown' };
  return fullAt <= now ? { trend: 'not-filling' } : { trend: 'filling', fullAt };
}

/** All jobs of a server; undefined where they could not be asked for. */
export interface Jobs {
  gc: GcJob[] | undefined;
  verify: VerifyJob[] | undefined;
  prune: Job[] | undefined;
  sync: SyncJob[] | undefined;
}

/** For answers that do not look at jobs. */
export const noJobs: Jobs = { gc: undefined, verify: undefined, prune: undefined, sync: undefined };

/** All jobs, asked at once; `part` names those that are denied. */
export async function jobsOf(server: Pbs, part: Check): Promise<Jobs> {
  const [gc, verify, prune, sync] = await Promise.all([
    part('garbage collection', () => server.gcJobs()),
    part('verify jobs', () => server.verifyJobs(), { part: 'verify' }),
    part('prune jobs', () => server.pruneJobs(), { part: 'prune' }),
    part('sync jobs', () => server.syncJobs(), { part: 'sync' }),
  ]);
  return { gc, verify, prune, sync };
}

/** Without `usage` nothing is known of sizes and faults. */
export function storesOf(
  datastores: readonly Datastore[],
  usage: readonly Usage[] | undefined,
  jobs: Jobs,
  now: number,
): Store[] {
  const rows = new Map(usage?.map((row) => [row.store, row]));
  return datastores
    .map((datastore) => ({
      ...storeOf(datastore, rows.get(datastore.store), jobs, now),
      ...availabilityOf(datastore, rows.get(datastore.store), usage !== undefined),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function storeOf(
  datastore: Datastore,
  usage: Usage | undefined,
  jobs: Jobs,
  now: number,
): Omit<Store, 'availability' | 'reason'> {
  const { store: name, comment, backend = usage?.backend ?? 'filesystem' } = datastore;
  const { totalBytes, usedBytes, availableBytes } = usage ?? {};
  const gc = jobs.gc?.find(({ store }) => store === name);
  const [data, chunks] = [gc?.dataBytes ?? usage?.dataBytes, gc?.chunkBytes ?? usage?.chunkBytes];
  return {
    name,
    comment,
    backend,
    totalBytes,
    usedBytes,
    availableBytes,
    usedShare:
      usedBytes === undefined || availableBytes === undefined || usedBytes + availableBytes === 0
        ? undefined
        : usedBytes / (usedBytes + availableBytes),
    outlook: usage?.hasOutlook ? outlookOf(usage.fullAt, now) : { trend: 'not-read' },
    // Where garbage collection missed chunks, what it counted is no ratio of anything.
    deduplication:
      data === undefined || !chunks || gc?.last === 'warning'
        ? undefined
        : Math.round((data / chunks) * 10) / 10,
    indexFiles: gc?.indexFiles ?? usage?.indexFiles,
    gc,
    jobs: [...(jobs.verify ?? []), ...(jobs.prune ?? []), ...(jobs.sync ?? [])].filter(
      ({ store }) => store === name,
    ),
  };
}

/** Whoever may see a store sees its sizes, unless there is a reason: none of both means that only a namespace in it may be seen. */
function availabilityOf(
  { maintenance, mount }: Datastore,
  usage: Usage | undefined,
  isUsageKnown: boolean,
): Pick<Store, 'availability' | 'reason'> {
  const why =
    maintenance && `${maintenance.mode}${maintenance.message ? `: ${maintenance.message}` : ''}`;
  if (maintenance)
    return {
      availability: maintenance.mode === 'read-only' ? 'read-only' : 'maintenance',
      reason: why,
    };
  if ((usage?.mount ?? mount) === 'notmounted')
    return { availability: 'unmounted', reason: 'its removable disk is not mounted' };
  if (usage?.error !== undefined) return { availability: 'error', reason: usage.error };
  return isUsageKnown && usage && usage.usedBytes === undefined
    ? { availability: 'hidden', reason: 'the token may see only part of it' }
    : { availability: 'available', reason: undefined };
}

/** Whether its backups can be listed. */
export const isReadable = ({ availability }: Pick<Store, 'availability'>): boolean =>
  ['available', 'read-only', 'hidden'].includes(availability);

/** What a caller is told who names a datastore that is not among `names`. */
export function unknownStore(name: string, names: readonly string[]): InputError {
  const near = nearest(name, names);
  return new InputError(`No datastore ${JSON.stringify(name)} that the token may see`, {
    hint: `${near ? `Did you mean ${near}? ` : ''}There are: ${names.join(', ') || 'none'}`,
  });
}
