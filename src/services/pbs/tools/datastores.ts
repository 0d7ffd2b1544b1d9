import * as z from 'zod';
import { InputError } from '../../../core/base/errors.ts';
import { nearest } from '../../../core/base/nearest.ts';
import { Gaps, gapsText, collectGaps, type Gap } from '../../../core/gap.ts';
import { cut, Limit, lines, omitted } from '../../../core/base/table.ts';
import { bytes, percent, plural } from '../../../core/base/units.ts';
import { read, type Pbs } from '../client.ts';
import { reportHidden } from '../gaps.ts';
import type { Job } from '../schema/job.ts';
import { jobsOf, storesOf, type Store } from '../datastores.ts';
import { Bytes, filled, fromEach, lastWords, Server, Time, when } from './rows.ts';

const JobRow = z.object({
  kind: z.enum(['gc', 'verify', 'prune', 'sync']),
  id: z.string(),
  datastore: z.string(),
  instance: Server,
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
  instance: Server,
  comment: z.string().optional(),
  availability: z.enum(['available', 'read-only', 'maintenance', 'unmounted', 'error', 'hidden']),
  reason: z.string().optional(),
  backend: z.string(),
  totalBytes: Bytes,
  usedBytes: Bytes,
  availableBytes: Bytes,
  usedShare: z.number().optional().describe('0..1 of what can be used; for s3 of the local cache'),
  trend: z.enum(['filling', 'not-filling', 'unknown']),
  fullAt: Time,
  deduplication: z.number().optional(),
  pendingBytes: Bytes,
  removedBytes: Bytes,
  corruptChunks: z.number().optional(),
});

async function one(pbs: Pbs): Promise<{ value: Store[]; gaps: Gap[] }> {
  const { part, gaps } = collectGaps();
  const [datastores, usage, permissions, jobs] = await Promise.all([
    pbs.datastores(),
    pbs.usage(),
    part('what the token may see', () => pbs.permissions()),
    jobsOf(pbs, part),
  ]);
  await reportHidden(
    part,
    permissions,
    pbs.settings.tokenId,
    ({ privilege }) => privilege !== 'Sys.Audit',
  );
  return { value: storesOf(datastores, usage, jobs, pbs.now()), gaps };
}

export const listDatastores = read({
  name: 'pbs_list_datastores',
  title: 'List backup datastores',
  description:
    'List datastores of Proxmox Backup Server: how full, when full, garbage collection, jobs, maintenance.',
  example: {},
  input: z.strictObject({
    datastore: z.string().min(1).optional().describe('Only this one'),
    limit: Limit,
  }),
  output: z.object({
    datastores: z.array(Row),
    total: z.int(),
    jobs: z.array(JobRow),
    notChecked: Gaps,
  }),
  async run({ datastore, limit }, servers) {
    const { told, gaps } = await fromEach(servers, one);
    const all = told.flatMap(({ instance, value }) =>
      value.map((store) => ({ ...store, instance })),
    );
    if (datastore !== undefined && !all.some(({ name }) => name === datastore))
      throw unknownStore(
        datastore,
        all.map(({ name }) => name),
      );
    const { rows, total } = cut(
      all.filter(({ name }) => datastore === undefined || name === datastore),
      limit,
    );
    return {
      datastores: rows.map(({ name, usedShare, outlook, gc, jobs: _, ...row }) => ({
        ...row,
        datastore: name,
        usedShare: usedShare === undefined ? undefined : Math.round(usedShare * 1_000) / 1_000,
        trend: outlook.trend,
        fullAt: outlook.trend === 'filling' ? when(outlook.fullAt) : undefined,
        pendingBytes: gc?.pendingBytes,
        removedBytes: gc?.removedBytes,
        corruptChunks: gc?.stillBad,
      })),
      total,
      jobs: rows.flatMap(({ instance, gc, jobs }) =>
        [...(gc ? [gc] : []), ...jobs].map((job) => ({ ...jobRow(job), instance })),
      ),
      notChecked: gaps,
    };
  },
  text: ({ datastores, total, jobs, notChecked }) =>
    lines(
      verdict(datastores, total, jobs),
      filled(datastores, {
        server: (row) => row.instance,
        datastore: (row) => row.datastore,
        state: (row) => (row.reason ? `${row.availability} (${row.reason})` : row.availability),
        used: (row) => usedText(row),
        size: (row) => row.totalBytes && bytes(row.totalBytes),
        full: fullText,
        deduplication: (row) => row.deduplication && `${row.deduplication} : 1`,
        'to be freed': (row) => (row.pendingBytes ? bytes(row.pendingBytes) : undefined),
        corrupt: (row) => (row.corruptChunks ? plural(row.corruptChunks, 'chunk') : undefined),
        comment: (row) => row.comment,
      }),
      omitted(datastores.length, total, 'name the datastore'),
      filled(jobs, {
        server: (row) => row.instance,
        job: (row) => row.kind,
        id: (row) => row.id,
        datastore: (row) => row.datastore,
        namespace: (row) => row.namespace,
        with: (row) => row.with,
        schedule: (row) => (row.disabled ? 'disabled' : (row.schedule ?? 'by hand')),
        last: (row) => lastWords(row.last, row.reason),
        ended: (row) => row.endedAt,
        next: (row) => row.nextAt,
      }),
      gapsText(notChecked),
    ),
});

export function unknownStore(wanted: string, names: readonly string[]): InputError {
  const near = nearest(wanted, names);
  return new InputError(`No datastore ${JSON.stringify(wanted)} that the token may see`, {
    hint: `${near ? `Did you mean ${near}? ` : ''}There are: ${names.join(', ') || 'none'}`,
  });
}

const jobRow = (
  job: Job & { remote?: string | undefined; remoteStore?: string | undefined; direction?: string },
): z.input<typeof JobRow> => ({
  kind: job.kind,
  id: job.id,
  datastore: job.store,
  namespace: job.namespace,
  schedule: job.schedule,
  disabled: job.disabled,
  last: job.last,
  reason: job.reason,
  endedAt: when(job.endedAt),
  nextAt: when(job.nextAt),
  with:
    job.direction &&
    `${job.direction === 'push' ? 'to' : 'from'} ${[job.remote ?? 'this server', job.remoteStore].filter(Boolean).join(' ')}`,
});

function verdict(
  rows: readonly z.output<typeof Row>[],
  total: number,
  jobs: readonly z.output<typeof JobRow>[],
): string {
  if (total === 0) return 'No datastore may be seen.';
  const open = rows.filter(
    ({ availability }) => availability === 'available' || availability === 'read-only',
  ).length;
  const failed = jobs.filter(({ last }) => last === 'failed').length;
  return `${open} of ${plural(rows.length, 'datastore')} can be read; ${failed === 0 ? 'no job failed' : `${plural(failed, 'job')} failed`} last time.`;
}

const usedText = ({ usedShare, backend }: z.output<typeof Row>): string | undefined =>
  usedShare === undefined
    ? undefined
    : `${percent(usedShare)}${backend === 's3' ? ' of the local cache' : ''}`;

const fullText = ({ trend, fullAt, availability }: z.output<typeof Row>): string | undefined =>
  trend === 'filling'
    ? fullAt?.slice(0, 10)
    : trend === 'not-filling'
      ? 'not filling'
      : availability === 'available'
        ? 'too few days to tell'
        : undefined;
