import * as z from 'zod';
import { LaresError } from '../../../core/base/errors.ts';
import { rows } from '../../../core/fleet.ts';
import { Gaps, gapsText, type Gap } from '../../../core/gap.ts';
import { page, pageInput, pageOutput } from '../../../core/page.ts';
import { lines, table } from '../../../core/base/table.ts';
import { iso, plural } from '../../../core/base/units.ts';
import { Multiline, quoted } from '../../../core/base/text.ts';
import { ProjectName, projectsOf, TemplateName, type Name } from '../by-name.ts';
import { read, type Semaphore } from '../client.ts';
import { overProjects, taskOf, templateOf } from '../locate.ts';
import { problemLines, tail } from '../output-lines.ts';
import { isFinished, newestFirst, type Task } from '../schema/index.ts';
import { courseOf, taskRow, TaskRow } from './task-row.ts';

/** Semaphore lists no more runs than that. */
const listLimit = 1000;
const statusFilters = {
  all: () => true,
  failed: ({ status }: Task) => status === 'error',
  succeeded: ({ status }: Task) => status === 'success',
  unfinished: (task: Task) => !isFinished(task),
};
const Row = TaskRow.extend({ instance: z.string() });
type Row = z.output<typeof Row>;

export const listTasks = read({
  name: 'semaphore_list_tasks',
  title: 'Semaphore runs',
  description: 'List runs, newest first: template, status, when, how long, started by whom.',
  example: { project: 'Homelab', template: 'Patch guests', limit: 5 },
  input: z.strictObject({
    project: ProjectName,
    template: TemplateName.optional().describe('Only this template'),
    status: z
      .enum(['all', 'failed', 'unfinished', 'succeeded'])
      .default('all')
      .describe('Only these'),
    ...pageInput(),
  }),
  rows: 'tasks',
  narrow: 'give project, template or status',
  output: z.object({
    tasks: z.array(Row),
    ...pageOutput,
    complete: z.boolean().describe('false: older runs exist that Semaphore does not list'),
    instances: z.int(),
    asOf: z.string(),
    gaps: Gaps.optional(),
  }),
  async run({ project, template, status, ...request }, semaphore) {
    const now = semaphore.now();
    const answers = await semaphore.all((client) => tasksOf(client, project, template));
    const gaps = answers.flatMap(({ value }) => value.gaps);
    const tasks = rows(
      answers.map(({ instance, value }) => ({ instance, value: value.lists.flat() })),
    )
      .filter(statusFilters[status])
      .sort(newestFirst);
    const { rows: shown, ...rest } = page(tasks, request);
    return {
      tasks: shown.map((task) => ({ ...taskRow(task, now), instance: task.instance })),
      ...rest,
      complete: answers.every(({ value }) => value.lists.every((list) => list.length < listLimit)),
      instances: semaphore.names.length,
      asOf: iso(now),
      ...(gaps.length > 0 && { gaps }),
    };
  },
  text: ({ tasks, total, complete, instances, asOf, gaps }) =>
    lines(
      total === 0
        ? 'No runs.'
        : `${plural(total, 'run')}${complete ? '' : ` among the last ${listLimit}; older ones are not listed by Semaphore`}.`,
      table(tasks, {
        ...(instances > 1 && { instance: (row: Row) => row.instance }),
        task: ({ id }) => id,
        project: ({ projectId }) => projectId,
        template: ({ templateId, template }) => `${templateId} ${template ?? ''}`,
        status: (row) => courseOf(row, Date.parse(asOf)),
        created: ({ created }) => created,
        by: ({ by }) => by,
        limit: ({ limit }) => limit?.join(', '),
        message: ({ message }) => message,
      }),
      gapsText(gaps),
    ),
});

async function tasksOf(
  client: Semaphore,
  projectName: Name | undefined,
  template: Name | undefined,
): Promise<{ lists: Task[][]; gaps: Gap[] }> {
  if (template === undefined) {
    const projects = await projectsOf(client, projectName);
    const { answers, gaps } = await overProjects(projects, ({ id }) => client.tasks(id));
    return { lists: answers, gaps };
  }
  const { project, template: job } = await templateOf(client, projectName, template);
  return { lists: [await client.templateTasks(project.id, job.id)], gaps: [] };
}

/** The template of a run is only its name here, and may be gone. */
function undefinedIfUnread(error: unknown): undefined {
  if (!(error instanceof LaresError)) throw error;
}

/** Input field of the tools that are about one run. */
export const TaskId = z.int().describe('Task id');

export const taskStatus = read({
  name: 'semaphore_task_status',
  title: 'Status of a Semaphore run',
  description: 'Show one run: status, times, what failed, and its last lines.',
  example: { project: 'Homelab', task: 120 },
  input: z.strictObject({ project: ProjectName, task: TaskId }),
  output: z.object({
    task: TaskRow,
    problems: z.array(Multiline),
    lastLines: z.array(Multiline),
    outputProblem: z.string().optional(),
    asOf: z.string(),
  }),
  async run({ project: name, task: id }, semaphore) {
    const client = semaphore.on();
    const { project, task } = await taskOf(client, name, id);
    const [template, output] = await Promise.all([
      client.template(project.id, task.templateId).catch(undefinedIfUnread),
      client.outputIfReadable(project.id, id),
    ]);
    const asOf = semaphore.now();
    return {
      task: taskRow({ ...task, template: template?.name ?? task.template }, asOf),
      problems: task.status === 'error' ? problemLines(output.lines) : [],
      lastLines: tail(output.lines, 15),
      ...(output.problem !== undefined && { outputProblem: output.problem }),
      asOf: iso(asOf),
    };
  },
  text: ({ task, problems, lastLines, outputProblem, asOf }) =>
    lines(
      `Task ${task.id} (template ${[task.templateId, task.template].filter(Boolean).join(' ')}): ${courseOf(task, Date.parse(asOf))}.`,
      task.status === 'waiting_confirmation' && 'It waits for a person to confirm it in Semaphore.',
      table([task], {
        created: ({ created }) => created,
        started: ({ started }) => started,
        ended: ({ ended }) => ended,
        by: ({ by }) => by,
        playbook: ({ playbook }) => playbook,
        limit: ({ limit }) => limit?.join(', '),
        version: ({ version }) => version,
        commit: ({ commit }) => commit,
        message: ({ message }) => message,
      }),
      quoted('What failed', problems),
      quoted('Last lines', lastLines),
      outputProblem && `Its output could not be read: ${outputProblem}`,
    ),
});
