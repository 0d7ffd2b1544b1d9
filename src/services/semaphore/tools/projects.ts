import * as z from 'zod';
import { rows } from '../../../core/fleet.ts';
import { page, pageInput, pageOutput } from '../../../core/page.ts';
import { lines, table } from '../../../core/base/table.ts';
import { plural } from '../../../core/base/units.ts';
import { read } from '../client.ts';
import { mayRunTasks } from '../schema/index.ts';

const Row = z.object({
  instance: z.string(),
  id: z.int(),
  name: z.string(),
  role: z.string().describe("Of the token's user"),
  mayRun: z
    .boolean()
    .optional()
    .describe('Whether it may run tasks; absent when this version does not tell'),
  maxParallelTasks: z.int().optional().describe('Absent: no limit'),
});
type Row = z.output<typeof Row>;

export const listProjects = read({
  name: 'semaphore_list_projects',
  title: 'Semaphore projects',
  description: "List projects, with the token's role and whether it may run tasks.",
  example: {},
  input: z.strictObject(pageInput()),
  rows: 'projects',
  narrow: 'choose an instance',
  output: z.object({ projects: z.array(Row), ...pageOutput, instances: z.int() }),
  async run(request, semaphore) {
    const answers = await semaphore.all(async (client) => {
      const [projects, user] = await Promise.all([client.projects(), client.user()]);
      return Promise.all(
        projects.map(async (project): Promise<Omit<Row, 'instance'>> => {
          const { role, permissions } = await client.role(project.id);
          const may =
            user.admin || (permissions === undefined ? undefined : mayRunTasks(permissions));
          return {
            ...project,
            role: user.admin ? 'administrator' : role,
            ...(may !== undefined && { mayRun: may }),
          };
        }),
      );
    });
    const { rows: projects, ...rest } = page(rows(answers), request);
    return { projects, ...rest, instances: semaphore.names.length };
  },
  text: ({ projects, total, instances }) =>
    lines(
      total === 0
        ? "The token's user is in no project: add it to a project's team in Semaphore."
        : `${plural(total, 'project')}.`,
      table(projects, {
        ...(instances > 1 && { instance: (row: Row) => row.instance }),
        id: ({ id }) => id,
        project: ({ name }) => name,
        role: ({ role }) => role,
        'may run': ({ mayRun: may }) => (may === undefined ? 'unknown' : may ? 'yes' : 'no'),
        'parallel tasks': ({ maxParallelTasks }) => maxParallelTasks ?? 'no limit',
      }),
    ),
});
