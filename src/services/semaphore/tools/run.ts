import * as z from 'zod';
import { InputError } from '../../../core/base/errors.ts';
import { lines } from '../../../core/base/table.ts';
import { iso } from '../../../core/base/units.ts';
import { Multiline, quoted } from '../../../core/base/text.ts';
import { InventoryName, ProjectName, TemplateName } from '../by-name.ts';
import { write } from '../client.ts';
import { problemLines, tail } from '../output-lines.ts';
import { planRun, type RunChange } from '../run-plan.ts';
import { courseOf, taskRow, TaskRow } from './task-row.ts';

const Words = z.array(z.string()).optional().meta({ absent: 'widens' });

export const runTask = write({
  name: 'semaphore_run_task',
  title: 'Run a Semaphore template',
  description:
    'Run a job template, or dry-run it where that is possible; waits, then shows its last lines. No undo.',
  example: {
    project: 'Homelab',
    template: 'Patch guests',
    dry_run: true,
    limit: ['dns'],
  },
  risk: 'disruptive',
  input: z.strictObject({
    project: ProjectName.meta({ absent: 'narrow' }),
    template: TemplateName,
    dry_run: z.boolean().optional().meta({ absent: 'widens' }).describe('Check mode or plan'),
    diff: z.boolean().optional().meta({ absent: 'narrow' }).describe('Show differences'),
    limit: Words.describe('Hosts, groups'),
    tags: Words.describe('Only these'),
    skip_tags: Words.describe('Not these'),
    inventory: InventoryName.meta({ absent: 'widens' }),
    variables: Words.describe('Survey: name=value'),
    arguments: Words.describe('Extra arguments'),
    branch: z
      .string()
      .refine((name) => /^[^\s-]\S*$/.test(name), 'is no branch')
      .optional()
      .meta({ absent: 'widens' })
      .describe('Another branch'),
    build_task: z.int().optional().meta({ absent: 'narrow' }).describe('Build to deploy'),
  }),
  output: z.object({
    instance: z.string(),
    task: TaskRow,
    settled: z.boolean().describe('false: it still goes on'),
    problems: z.array(Multiline),
    lastLines: z.array(Multiline),
    outputProblem: z.string().optional(),
    watchProblem: z.string().optional().describe('Why its course could not be followed'),
    asOf: z.string(),
  }),
  plan: (input, semaphore) =>
    planRun(semaphore.on(), semaphore.several, {
      project: input.project,
      template: input.template,
      inventory: input.inventory,
      dryRun: input.dry_run === true,
      diff: input.diff === true,
      limit: wordsOf('limit', input.limit),
      tags: wordsOf('tags', input.tags),
      skipTags: wordsOf('skip_tags', input.skip_tags),
      variables: input.variables ?? [],
      arguments: input.arguments ?? [],
      branch: input.branch,
      buildTask: input.build_task,
    }),
  async apply({ instance, project, template, body }: RunChange, semaphore) {
    const client = semaphore.on(instance);
    const started = await client.startTask(project, body);
    const { task, ended, problem } = await client.watchTask(started);
    const output =
      problem === undefined ? await client.outputIfReadable(project, task.id) : { lines: [] };
    const asOf = semaphore.now();
    return {
      instance,
      task: taskRow({ ...task, template }, asOf),
      settled: ended,
      problems: task.status === 'error' ? problemLines(output.lines) : [],
      lastLines: tail(output.lines, 15),
      ...(output.problem !== undefined && { outputProblem: output.problem }),
      ...(problem !== undefined && { watchProblem: problem }),
      asOf: iso(asOf),
    };
  },
  finished: ({ settled, task }) =>
    settled && task.status === 'error' ? 'failed' : settled && task.status === 'success',
  text: ({ instance, task, settled, problems, lastLines, outputProblem, watchProblem, asOf }) =>
    lines(
      `Task ${task.id}: ${courseOf(task, Date.parse(asOf))}.`,
      task.status === 'error' && 'The run FAILED; what it did before that stays.',
      task.status === 'waiting_confirmation' && 'It waits for a person to confirm it in Semaphore.',
      watchProblem && `It was started, but then could not be followed: ${watchProblem}`,
      !settled &&
        `It goes on: semaphore_task_status ${JSON.stringify({ project: String(task.projectId), task: task.id, ...(instance !== 'default' && { instance }) })} shows it.`,
      quoted('What failed', problems),
      quoted('Last lines', lastLines),
      outputProblem && `Its output could not be read: ${outputProblem}`,
    ),
});

/** `["a,b", "c"]` is three words. What is empty after all would mean every host, so it is refused. */
function wordsOf(what: string, list: readonly string[] | undefined): string[] {
  const words = (list ?? [])
    .flatMap((part) => part.split(','))
    .map((word) => word.trim())
    .filter(Boolean);
  const odd = words.find((word) => /["'\s]/.test(word));
  if (odd !== undefined)
    throw new InputError(`${what}: ${odd} is no word that Ansible knows`, {
      hint: 'Nothing was sent. Each host, group or tag stands by itself, without quotes and blanks.',
    });
  if (list && words.length === 0)
    throw new InputError(`${what}: names nothing`, {
      hint: 'Nothing was sent: Semaphore would take it as no limit at all.',
    });
  return words;
}
