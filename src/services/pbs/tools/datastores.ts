import * as z from 'zod';
import { lines } from '../../../core/base/table.ts';
import { bytes, percent, plural } from '../../../core/base/units.ts';
import { collectGaps, Gaps, gapsText } from '../../../core/gap.ts';
import { Instance, instanceColumn } from '../../../core/instances.ts';
import { page, pageInput, pageOutput } from '../../../core/page.ts';
import { read, type Pbs } from '../client.ts';
import { availabilities, jobsOf, storesOf, unknownStore, type Store } from '../datastores.ts';
import { reportHidden } from '../rights.ts';
import type { Job } from '../schema/job.ts';
import { readUsage } from '../usage.ts';
import {
  askEach,
  Bytes,
  filledTable,
  isoOrNone,
  lastRunText,
  Time,
  type ServerAnswer,
} from './rows.ts';

const JobRow = z.object({
  kind: z.enum(['gc', 'verify', 'prune', 'sync']),
  id: z.string(),
  datastore: z.string(),
  instance: Instance,
  namespace: z.string().optional(),
  schedule: z.string().optional().describe('Absent: only by hand'),
  disabled: z.boolean(),
  last: z.enum(['never', 'running', 'ok', 'warning', 'failed', 'unknown']),
  reason: z.string().optional(),
  endedAt: Time,
  nextAt: Time,
  with: z.string().optional().describe('The other side of a sync'),
});
const Row = z.object({
  datastore: z.string(),
  instance: Instance,
  comment: z.string().optional(),
  availability: z.enum(availabilities),
  reason: z.string().optional(),
  backend: z.string(),
  totalBytes: Bytes,
  usedBytes: Bytes,
  availableBytes: Bytes,
  usedShare: z.number().optional().describe('0..1 of what can be used; for s3 of the local cache'),
  trend: z.enum(['filling', 'not-filling', 'unknown', 'not-read']),
  fullAt: Time,
  deduplication: z.number().optional(),
  pendingBytes: Bytes,
  removedBytes: Bytes,
  unusedBadChunks: z
    .number()
    .optional()
    .describe('Corrupt, used by no backup; the next garbage collection removes them'),
});

async function readStores(
  server: Pbs,
  without: ReadonlySet<string>,
): Promise<ServerAnswer<Store[]>> {
  const { part, gaps } = collectGaps({ without });
  const listed = server.datastores();
  const [datastores, usage, permissions, jobs] = await Promise.all([
    listed,
    readUsage(server, part, listed),
    part('what the token may see', () => server.permissions()),
    jobsOf(server, part),
  ]);
  await reportHidden(
    part,
    permissions,
    server.settings.tokenId,
    ({ privilege }) => privilege !== 'Sys.Audit',
  );
  return { value: storesOf(datastores, usage, jobs, server.now()), gaps };
}

export const listDatastores = read({
  name: 'pbs_list_datastores',
  title: 'List backup datastores',
  description:
    'List datastores of Proxmox Backup Server: how full, when full, garbage collection, jobs, maintenance.',
  example: {},
  rows: 'datastores',
  narrow: 'name the datastore',
  input: z.strictObject({
    datastore: z.string().min(1).optional().describe('Only this one'),
    ...pageInput(),
  }),
  output: z.object({
    datastores: z.array(Row),
    ...pageOutput,
    jobs: z.array(JobRow),
    gaps: Gaps,
  }),
  async run({ datastore, ...request }, servers) {
    const { answers, gaps } = await askEach(servers, (server) =>
      readStores(server, servers.without),
    );
    const stores = answers.flatMap(({ instance, value }) =>
      value.map((store) => ({ ...store, instance })),
    );
    const names = stores.map(({ name }) => name);
    if (datastore !== undefined && !names.includes(datastore)) throw unknownStore(datastore, names);
    const { rows, ...pages } = page(
      stores.filter(({ name }) => datastore === undefined || name === datastore),
      request,
    );
    return {
      datastores: rows.map(({ name, usedShare, outlook, gc, jobs: _, indexFiles: __, ...row }) => ({
        ...row,
        datastore: name,
        usedShare: usedShare === undefined ? undefined : Math.round(usedShare * 1_000) / 1_000,
        trend: outlook.trend,
        fullAt: outlook.trend === 'filling' ? isoOrNone(outlook.fullAt) : undefined,
        pendingBytes: gc?.pendingBytes,
        removedBytes: gc?.removedBytes,
        unusedBadChunks: gc?.unusedBadChunks,
      })),
      ...pages,
      jobs: rows.flatMap(({ instance, gc, jobs }) =>
        [...(gc ? [gc] : []), ...jobs].map((job) => ({ ...jobRow(job), instance })),
      ),
      gaps,
    };
  },
  text: ({ datastores, total, jobs, gaps }) =>
    lines(
      verdict(datastores, total, jobs),
      filledTable(datastores, {
        ...instanceColumn(datastores, 'server'),
        datastore: (row) => row.datastore,
        state: (row) => (row.reason ? `${row.availability} (${row.reason})` : row.availability),
        used: (row) => usedText(row),
        size: (row) => row.totalBytes && bytes(row.totalBytes),
        full: fullText,
        deduplication: (row) => row.deduplication && `${row.deduplication} : 1`,
        'to be freed': (row) => (row.pendingBytes ? bytes(row.pendingBytes) : undefined),
        'unused bad chunks': (row) => row.unusedBadChunks || undefined,
        comment: (row) => row.comment,
      }),
      filledTable(jobs, {
        ...instanceColumn(jobs, 'server'),
        job: (row) => row.kind,
        id: (row) => row.id,
        datastore: (row) => row.datastore,
        namespace: (row) => row.namespace,
        with: (row) => row.with,
        schedule: (row) => (row.disabled ? 'disabled' : (row.schedule ?? 'by hand')),
        last: (row) => lastRunText(row.last, row.reason),
        ended: (row) => row.endedAt,
        next: (row) => row.nextAt,
      }),
      gapsText(gaps),
    ),
});

type SyncSide = {
  remote?: string | undefined;
  remoteStore?: string | undefined;
  direction?: string;
};

const jobRow = (job: Job & SyncSide): z.input<typeof JobRow> => ({
  kind: job.kind,
  id: job.id,
  datastore: job.store,
  namespace: job.namespace,
  schedule: job.schedule,
  disabled: job.disabled,
  last: job.last,
  reason: job.reason,
  endedAt: isoOrNone(job.endedAt),
  nextAt: isoOrNone(job.nextAt),
  with: otherSide(job),
});

/** `from remote store`, or `to` it; only sync jobs have another side. */
function otherSide({
  direction,
  remote = 'this server',
  remoteStore,
}: SyncSide): string | undefined {
  if (!direction) return undefined;
  const name = [remote, remoteStore].filter(Boolean).join(' ');
  return `${direction === 'push' ? 'to' : 'from'} ${name}`;
}

function verdict(
  rows: readonly z.output<typeof Row>[],
  total: number,
  jobs: readonly z.output<typeof JobRow>[],
): string {
  if (total === 0) return 'No datastore may be seen.';
  const readable = rows.filter(
    ({ availability }) => availability === 'available' || availability === 'read-only',
  ).length;
  const count = (ended: string): number => jobs.filter(({ last }) => last === ended).length;
  const [failed, warned] = [count('failed'), count('warning')];
  const ends = [
    failed > 0 && `${plural(failed, 'job')} failed`,
    warned > 0 && `${plural(warned, 'job')} ended with warnings`,
  ].filter(Boolean);
  return `${readable} of ${plural(rows.length, 'datastore')} can be read; ${ends.join(', ') || 'no job failed'} last time.`;
}

const usedText = ({ usedShare, backend }: z.output<typeof Row>): string | undefined =>
  usedShare === undefined
    ? undefined
    : `${percent(usedShare)}${backend === 's3' ? ' of the local cache' : ''}`;

function fullText({ trend, fullAt, availability }: z.output<typeof Row>): string | undefined {
  if (trend === 'filling') return fullAt?.slice(0, 10);
  if (trend === 'not-filling') return 'not filling';
  return trend === 'unknown' && availability === 'available' ? 'too few days to tell' : undefined;
}
