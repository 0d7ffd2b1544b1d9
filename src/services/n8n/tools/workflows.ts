import * as z from 'zod';
import {
  Instance,
  instanceColumn,
  instanceLabel,
  NonEmptyFilter,
} from '../../../core/instances.ts';
import { InputError } from '../../../core/base/errors.ts';
import { collectGaps, Gaps, gapsText } from '../../../core/gap.ts';
import { page, pageInput, pageOutput } from '../../../core/page.ts';
import { lines, table } from '../../../core/base/table.ts';
import { ago, iso, plural } from '../../../core/base/units.ts';
import { read, type N8n } from '../client.ts';
import { lastRuns, newestRuns, type LastRuns } from '../last-runs.ts';
import type { Workflow } from '../schema/index.ts';

const states = ['active', 'inactive', 'archived'] as const;

const Row = z.object({
  instance: Instance,
  id: z.string(),
  name: z.string(),
  state: z.enum(states),
  draft: z.boolean().optional().describe('Edited since it was published'),
  triggers: z.array(z.string()),
  tags: z.array(z.string()),
  updatedAt: z.string().optional(),
  lastStatus: z.string().optional(),
  lastMode: z.string().optional(),
  lastRunAt: z.string().optional(),
  lastRunId: z.string().optional(),
  lastRun: z.enum(['stored', 'none stored', 'not looked up']),
  lastRunAgo: z.string().optional(),
});

const Input = z.strictObject({
  state: z
    .enum([...states, 'any'])
    .default('any')
    .describe('Only these'),
  name: NonEmptyFilter.describe('Part of the name'),
  tag: NonEmptyFilter.describe('Name of a tag'),
  ...pageInput(),
});
type Input = z.output<typeof Input>;

function stateOf({ active, archived }: Workflow): (typeof states)[number] {
  if (archived) return 'archived';
  return active ? 'active' : 'inactive';
}

/** How many workflows are asked for one by one, when a busy one crowds their runs out of the newest. */
const lookupLimit = 30;

async function listWorkflows(client: N8n, { state, name, tag }: Input) {
  const active = { active: true, inactive: false, archived: undefined, any: undefined }[state];
  const { rows, hasMore } = await client.workflows({ active, name });
  const matching = rows
    .filter((workflow) => state === 'any' || stateOf(workflow) === state)
    // n8n takes `%` and `_` in a name for anything.
    .filter((workflow) => isIn(workflow.name, name ?? ''))
    .filter(({ tags }) => tag === undefined || tags.some((own) => isSame(own, tag)))
    .sort(byStateAndName);
  if (tag !== undefined && !hasMore && matching.length === 0) assertTag(tag, rows);
  return { hasMore, matching };
}

/** Those workflows with their newest runs; what could not be read of the runs is named. */
async function withRuns(client: N8n, workflows: readonly Workflow[]) {
  const { part, gaps } = collectGaps();
  const runs = await part('newest runs', () => runsOf(client, workflows));
  const rows = workflows.map((workflow) => ({
    ...workflow,
    last: runs?.of(workflow.id)[0],
    unread: runs === undefined || runs.unread.has(workflow.id),
  }));
  return { rows, gaps };
}

/** The newest runs of these workflows, those that go on among them: no list has both. */
async function runsOf(client: N8n, workflows: readonly Workflow[]): Promise<LastRuns> {
  const [newest, running] = await Promise.all([
    newestRuns(client),
    client.release().then((release) => client.running(release)),
  ]);
  const known = [...newest.rows, ...(running?.rows ?? [])];
  return lastRuns(client, workflows, known, {
    limit: lookupLimit,
    isNeeded: (_workflow, runs) => newest.hasMore && runs.length === 0,
  });
}

const isIn = (text: string, part: string): boolean =>
  text.toLowerCase().includes(part.toLowerCase());
/** n8n itself tells upper from lower case in tags. */
const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const byStateAndName = (a: Workflow, b: Workflow): number =>
  states.indexOf(stateOf(a)) - states.indexOf(stateOf(b)) || a.name.localeCompare(b.name);

/** A tag that no workflow has is more likely mistyped than empty. */
function assertTag(tag: string, workflows: readonly Workflow[]): void {
  const known = [...new Set(workflows.flatMap(({ tags }) => tags))].sort();
  if (known.some((own) => isSame(own, tag))) return;
  throw new InputError(`No workflow that was asked about has the tag ${JSON.stringify(tag)}`, {
    hint: known.length > 0 ? `Tags there: ${known.slice(0, 20).join(', ')}.` : 'None has a tag.',
  });
}

type ListedWorkflow = Awaited<ReturnType<typeof withRuns>>['rows'][number];

const whyNoRun = (unread: boolean) => (unread ? 'not looked up' : 'none stored');

const rowOf = (
  { last, unread, ...workflow }: ListedWorkflow,
  now: number,
): z.input<typeof Row> => ({
  id: workflow.id,
  name: workflow.name,
  state: stateOf(workflow),
  ...(workflow.draft && { draft: true }),
  triggers: workflow.triggers,
  tags: workflow.tags,
  updatedAt: workflow.updatedAt === undefined ? undefined : iso(workflow.updatedAt),
  lastRun: last ? 'stored' : whyNoRun(unread),
  ...(last && {
    lastStatus: last.status,
    lastMode: last.mode,
    lastRunId: last.id,
    ...(last.startedAt !== undefined && {
      lastRunAt: iso(last.startedAt),
      lastRunAgo: ago(last.startedAt, now),
    }),
  }),
});

export const n8nListWorkflows = read({
  name: 'n8n_list_workflows',
  title: 'List workflows',
  description: 'List workflows: active or not, archived, triggers, tags and the newest stored run.',
  example: { state: 'active', limit: 5 },
  input: Input,
  rows: 'workflows',
  narrow: 'give a state, a tag or part of the name',
  output: z.object({
    ...pageOutput,
    incomplete: z.boolean().optional().describe('There are more than were read'),
    workflows: z.array(Row),
    gaps: Gaps.optional(),
  }),
  async run({ limit, cursor, ...input }, n8n) {
    const labelOf = instanceLabel(n8n);
    const lists = await n8n.all((client) => listWorkflows(client, { ...input, limit }));
    const all = lists.flatMap(({ instance, value }) =>
      value.matching.map((workflow) => ({ instance, workflow })),
    );
    const { rows: shown, ...rest } = page(all, { limit, cursor });
    const places = [...new Set(shown.map(({ instance }) => instance))];
    const parts = await Promise.all(
      places.map(async (instance) => {
        const own = shown.filter((item) => item.instance === instance);
        const { rows, gaps } = await withRuns(
          n8n.on(instance),
          own.map(({ workflow }) => workflow),
        );
        return { instance, rows, gaps };
      }),
    );
    const gaps = parts.flatMap((part) => part.gaps);
    return {
      ...rest,
      workflows: parts.flatMap(({ instance, rows }) =>
        rows.map((workflow) => ({ instance: labelOf(instance), ...rowOf(workflow, n8n.now()) })),
      ),
      ...(lists.some(({ value }) => value.hasMore) && { incomplete: true }),
      ...(gaps.length > 0 && { gaps }),
    };
  },
  text: ({ total, incomplete, workflows: rows, gaps }) =>
    lines(
      total === 0
        ? 'No such workflow, or none the API key may see: a key sees what its account owns or shares.'
        : `${plural(total, 'workflow')}.`,
      incomplete && 'There are more than were read: narrow it by name or tag.',
      table(rows, {
        ...instanceColumn(rows),
        name: ({ name }) => name,
        state: ({ state, draft }) => (draft ? `${state}, edited since published` : state),
        triggers: ({ triggers }) => triggers.join(', '),
        tags: ({ tags }) => tags.join(', '),
        'last run': ({ lastRun, lastStatus, lastMode, lastRunAgo, lastRunId }) =>
          lastRun === 'stored'
            ? `${lastStatus} ${lastRunAgo ?? ''} (${lastMode}, ${lastRunId})`
            : lastRun,
        edited: ({ updatedAt }) => updatedAt?.slice(0, 10),
        id: ({ id }) => id,
      }),
      rows.some(({ lastRun }) => lastRun === 'none stored') &&
        'None stored is not never ran: n8n prunes runs, and may be set to store no successes.',
      gapsText(gaps),
    ),
});
