import * as z from 'zod';
import { parseTime } from '../../../core/base/time-arguments.ts';
import {
  Instance,
  instanceColumn,
  instanceLabel,
  NonEmptyFilter,
} from '../../../core/instances.ts';
import { InputError } from '../../../core/base/errors.ts';
import { pageInput, pageOutput } from '../../../core/page.ts';
import { lines, table } from '../../../core/base/table.ts';
import { ago, duration, iso, plural } from '../../../core/base/units.ts';
import { Multiline, quoted } from '../../../core/base/text.ts';
import { read, type N8n } from '../client.ts';
import { reasonsFor, type Reason } from '../failure-reasons.ts';
import { findWorkflow } from '../find-workflow.ts';
import { hasFailed } from '../last-runs.ts';
import type { Execution } from '../schema/index.ts';

const Row = z.object({
  instance: Instance,
  id: z.string(),
  workflow: z.string().optional().describe('Absent: deleted, or not visible to the key'),
  workflowId: z.string().optional(),
  status: z.string(),
  mode: z.string(),
  startedAt: z.string().optional(),
  startedAgo: z.string().optional(),
  seconds: z.number().optional(),
  waitsUntil: z.string().optional(),
  retryOf: z.string().optional(),
  retriedBy: z.string().optional(),
  failedNode: z.string().optional(),
  failure: Multiline.optional(),
  failureTold: z.boolean().optional().describe('false: failure says why there is no message'),
});
type Row = z.input<typeof Row>;

const Input = z.strictObject({
  status: z
    .enum(['any', 'failed', 'success', 'running', 'waiting', 'canceled'])
    .default('any')
    .describe('failed: error or crashed'),
  workflow: NonEmptyFilter.describe('Name or id'),
  since: z.string().optional().describe('24h or ISO 8601'),
  ...pageInput(),
});
type Input = z.output<typeof Input>;

/** Reads a cursor: the id of the last run that was shown of each instance. n8n's own cursors know one list, and this is made of several. */
function lastShown(cursor: string | undefined): Map<string, string> {
  const places = (cursor ?? '').split(',').filter(Boolean);
  return new Map(
    places.map((place) => {
      const [, instance, id] = /^([\w-]+):(\w+)$/.exec(place) ?? [];
      if (instance === undefined || id === undefined)
        throw new InputError(`${JSON.stringify(place.slice(0, 80))} is no cursor of this list`, {
          hint: 'Pass `next` of the page before as it is, or no cursor for the first page.',
        });
      return [instance, id];
    }),
  );
}

const cursorOf = (places: ReadonlyMap<string, string>): string =>
  [...places].map(([instance, id]) => `${instance}:${id}`).join(',');

interface Listed {
  instance: string;
  run: Execution;
  row: Row;
}

/** Several lists as one, each in its own order: of those in front the newest comes next. */
function merged(lists: readonly (readonly Listed[])[], limit: number): Listed[] {
  const rest = lists.map((list) => [...list]);
  const rows: Listed[] = [];
  while (rows.length < limit) {
    const [next] = rest
      .filter((list) => list.length > 0)
      .toSorted(([a], [b]) => (b?.run.startedAt ?? 0) - (a?.run.startedAt ?? 0));
    const row = next?.shift();
    if (!row) break;
    rows.push(row);
  }
  return rows;
}

/** How many failed runs are read for their message. */
const reasonLimit = 15;

async function listExecutions(
  client: N8n,
  { status, workflow, since, limit }: Input,
  before: string | undefined,
) {
  const [release, visible] = await Promise.all([
    client.release(),
    client.visibleWorkflows(workflow === undefined),
  ]);
  const known = visible ?? [];
  const filter = {
    status: status === 'any' ? undefined : status,
    workflowId: workflow && findWorkflow(workflow, known).id,
    since: since === undefined ? undefined : parseTime('since', since, client.now()) * 1000,
    before,
  };
  const { rows: runs, hasMore } = await client.runs(filter, release, limit);
  const reasons = await reasonsFor(client, runs.filter(hasFailed), reasonLimit);
  const names = new Map(known.map(({ id, name }) => [id, name]));
  const unnamed = 'The API key lacks the scope workflow:list, so workflows have no names here.';
  return {
    rows: runs.map((run) => ({ run, row: rowOf(run, names, reasons.get(run.id), client.now()) })),
    hasMore,
    notes: [...notesOn(release.major, status), ...(visible ? [] : [unnamed])],
  };
}

const rowOf = (
  run: Execution,
  names: ReadonlyMap<string, string>,
  reason: Reason | undefined,
  now: number,
): Row => ({
  id: run.id,
  workflow: run.workflowId && names.get(run.workflowId),
  workflowId: run.workflowId,
  status: run.status,
  mode: run.mode,
  retryOf: run.retryOf,
  retriedBy: run.retrySuccessId,
  ...(run.startedAt !== undefined && {
    startedAt: iso(run.startedAt),
    startedAgo: ago(run.startedAt, now),
  }),
  ...(run.startedAt !== undefined &&
    run.stoppedAt !== undefined &&
    run.status !== 'waiting' && {
      seconds: Math.round((run.stoppedAt - run.startedAt) / 100) / 10,
    }),
  ...(run.waitTill !== undefined && { waitsUntil: iso(run.waitTill) }),
  ...(reason && { failedNode: reason.node, failure: reason.message, failureTold: reason.isOwn }),
});

/** What 1.x keeps from its lists until it is restarted (n8n-io/n8n#14748; fixed in 2.x by #32657): what waits in its memory. */
function notesOn(major: 1 | 2, status: Input['status']): string[] {
  if (major === 2) return [];
  if (status !== 'any' && status !== 'waiting') return [];
  return [
    'n8n 1.x lists only waiting runs from before its last restart: an empty list says nothing about the others.',
  ];
}

export const n8nListExecutions = read({
  name: 'n8n_list_executions',
  title: 'List workflow runs',
  description:
    'List stored runs of workflows, newest first; of failed ones the step that failed and its message.',
  example: { workflow: 'Backup report', limit: 5 },
  input: Input,
  rows: 'executions',
  narrow: 'narrow by status, workflow or since',
  output: z.object({
    executions: z.array(Row),
    more: z.boolean().describe('n8n has others behind this page; it does not count them'),
    next: pageOutput.next,
    notes: z.array(z.string()).optional(),
  }),
  async run(input, n8n) {
    const labelOf = instanceLabel(n8n);
    const before = lastShown(input.cursor);
    const answers = await n8n.all((client, instance) =>
      listExecutions(client, input, before.get(instance)),
    );
    const lists = answers.map(({ instance, value }) =>
      value.rows.map((item) => ({ instance, ...item })),
    );
    const shown = merged(lists, input.limit);
    const more = lists.flat().length > shown.length || answers.some(({ value }) => value.hasMore);
    const notes = [...new Set(answers.flatMap(({ value }) => value.notes))];
    for (const { instance, run } of shown) before.set(instance, run.id);
    return {
      executions: shown.map(({ instance, row }) => ({ ...row, instance: labelOf(instance) })),
      more,
      ...(more && shown.length > 0 && { next: cursorOf(before) }),
      ...(notes.length > 0 && { notes }),
    };
  },
  text: ({ executions: rows, more, notes = [] }) =>
    lines(
      rows.length === 0
        ? 'No such run is stored. That is not proof that none ran: n8n prunes runs (14 days or 10,000 unless set otherwise) and may be set not to store some.'
        : `${plural(rows.length, 'stored run')}${more ? ' shown' : ''}${tally(rows)}.`,
      table(rows, {
        ...instanceColumn(rows),
        id: ({ id }) => id,
        workflow: ({ workflow, workflowId }) =>
          workflow ?? (workflowId && `${workflowId} (name not known)`),
        status: ({ status }) => status,
        mode: ({ mode }) => mode,
        started: ({ startedAt, startedAgo }) => startedAt && `${startedAt} (${startedAgo})`,
        took: tookCell,
        retry: ({ retryOf, retriedBy }) =>
          retryOf ? `of ${retryOf}` : retriedBy && `succeeded as ${retriedBy}`,
        'failed at': ({ failedNode }) => failedNode,
      }),
      more && 'There are others; n8n does not count them.',
      quoted(
        'Why they failed',
        rows.flatMap(({ id, failedNode, failure, failureTold }) =>
          failure && failureTold
            ? [`${id}${failedNode ? ` at ${failedNode}` : ''}: ${failure}`]
            : [],
        ),
      ),
      ...rows.flatMap(({ id, failure, failureTold }) =>
        failure && failureTold === false ? [`${id}: ${failure}`] : [],
      ),
      rows.filter(
        ({ status, failure }) =>
          (status === 'error' || status === 'crashed') && failure === undefined,
      ).length > 0 &&
        `The messages of the ${reasonLimit} newest failures were read: narrow it for others.`,
      ...notes,
    ),
});

function tookCell({ seconds, waitsUntil }: Row): string | undefined {
  if (waitsUntil) return `waits until ${waitsUntil}`;
  if (seconds === undefined) return undefined;
  return seconds < 1 ? `${seconds} s` : duration(seconds);
}

const tally = (rows: readonly z.output<typeof Row>[]): string => {
  const counts = new Map<string, number>();
  for (const { status } of rows) counts.set(status, (counts.get(status) ?? 0) + 1);
  return `: ${[...counts].map(([status, count]) => `${count} ${status}`).join(', ')}`;
};
