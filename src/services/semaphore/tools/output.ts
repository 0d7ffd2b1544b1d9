import * as z from 'zod';
import { lines } from '../../../core/base/table.ts';
import { pageInput, pageOutput } from '../../../core/page.ts';
import { Multiline, quoted } from '../../../core/base/text.ts';
import { ProjectName } from '../by-name.ts';
import { read } from '../client.ts';
import { taskOf } from '../locate.ts';
import { cutLine } from '../output-lines.ts';
import { TaskId } from './tasks.ts';

const Line = z.object({ number: z.int(), text: Multiline });

export const taskOutput = read({
  name: 'semaphore_task_output',
  title: 'Output of a Semaphore run',
  description: 'Read the output of one run: the last lines, from a line on, or lines with a text.',
  example: { project: 'Homelab', task: 120, limit: 20 },
  input: z.strictObject({
    project: ProjectName,
    task: TaskId,
    from: z.int().optional().describe('First line'),
    contains: z.string().min(1).optional().describe('Text in the line'),
    ...pageInput(),
  }),
  rows: 'lines',
  output: z.object({
    instance: z.string(),
    taskId: z.int(),
    projectId: z.int(),
    lines: z.array(Line),
    total: z.int().describe('Lines in the whole output'),
    next: pageOutput.next,
    matching: z.int().describe('Lines that were asked for, shown or not'),
  }),
  async run({ project: name, task, from, contains, limit }, semaphore) {
    const client = semaphore.on();
    const { project } = await taskOf(client, name, task);
    const output = await client.output(project.id, task);
    const numbered = output.map((text, i) => ({ number: i + 1, text }));
    const matches = numbered.filter(
      ({ number, text }) =>
        number >= (from ?? 1) &&
        (contains === undefined || text.toLowerCase().includes(contains.toLowerCase())),
    );
    const part = from === undefined ? matches.slice(-limit) : matches.slice(0, limit);
    return {
      instance: client.instance,
      taskId: task,
      projectId: project.id,
      lines: part.map(({ number, text }) => ({ number, text: cutLine(text) })),
      total: numbered.length,
      matching: matches.length,
    };
  },
  text: ({ instance, taskId, projectId, lines: part, total, matching }) => {
    const [first, last] = [part.at(0)?.number, part.at(-1)?.number];
    return lines(
      total === 0
        ? `Task ${taskId} has no output.`
        : part.length === 0
          ? `None of the ${total} lines of task ${taskId} is what was asked for.`
          : `Task ${taskId}: ${part.length} of ${matching === total ? total : `${matching} such lines of ${total}`} lines, ${first} to ${last}.`,
      quoted(
        'Output',
        part.map(({ number, text }) => `${number}: ${text}`),
      ),
      matching > part.length &&
        `${matching - part.length} more not shown: semaphore_task_output ${JSON.stringify({ project: String(projectId), task: taskId, from: 1, ...(instance !== 'default' && { instance }) })} reads from the start, from=${(last ?? 0) + 1} goes on; or raise limit.`,
    );
  },
});
