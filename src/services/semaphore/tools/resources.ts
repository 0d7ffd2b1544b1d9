import * as z from 'zod';
import { rows } from '../../../core/fleet.ts';
import { cut, Limit, lines, omitted, table } from '../../../core/base/table.ts';
import { plural } from '../../../core/base/units.ts';
import { ProjectName, projectsOf, type Name } from '../by-name.ts';
import { read, type Semaphore } from '../client.ts';
import { hostsOf } from '../inventory-hosts.ts';
import type { Project } from '../schema/index.ts';

const input = z.strictObject({ project: ProjectName, limit: Limit });
const Place = {
  instance: z.string(),
  projectId: z.int(),
  project: z.string(),
  id: z.int(),
  name: z.string(),
};
const most = 60;

const InventoryRow = z.object({
  ...Place,
  type: z.string(),
  source: z.string().optional().describe('Path or workspace, where it is not written in Semaphore'),
  groups: z.array(z.string()).optional(),
  hosts: z
    .array(z.string())
    .optional()
    .describe(`At most ${most} names; absent when only Ansible can tell`),
  hostCount: z.int().optional(),
});
const EnvironmentRow = z.object({
  ...Place,
  variables: z
    .array(z.string())
    .optional()
    .describe('Names of extra variables; absent: not readable as JSON'),
  environment: z
    .array(z.string())
    .optional()
    .describe('Names of environment variables; absent: not readable as JSON'),
  secrets: z.array(z.string()).describe('Names of secrets'),
});
type Placed = { instance: string; projectId: number; project: string };

export const listInventories = read({
  name: 'semaphore_list_inventories',
  title: 'Semaphore inventories',
  description: 'List inventories with their groups and hosts, as far as Semaphore holds them.',
  example: { project: 'Homelab' },
  input,
  output: z.object({ inventories: z.array(InventoryRow), total: z.int(), instances: z.int() }),
  async run({ project, limit }, semaphore) {
    const answers = await semaphore.all((one) =>
      inProjects(one, project, async ({ id }) =>
        (await one.inventories(id)).map((inventory) => {
          const found = hostsOf(inventory);
          return {
            id: inventory.id,
            name: inventory.name,
            type: inventory.type,
            ...(!inventory.type.startsWith('static') &&
              inventory.content && { source: inventory.content }),
            ...(found && {
              groups: [...found.groups.keys()],
              hosts: found.hosts.slice(0, most),
              hostCount: found.hosts.length,
            }),
          };
        }),
      ),
    );
    const { rows: inventories, total } = cut(rows(answers), limit);
    return { inventories, total, instances: semaphore.names.length };
  },
  text: ({ inventories, total, instances }) =>
    lines(
      `${plural(total, 'inventory', 'inventories')}.`,
      table(inventories, {
        ...place(instances),
        inventory: ({ name }) => name,
        type: ({ type }) => type,
        hosts: ({ hostCount }) => hostCount ?? 'not told',
        groups: ({ groups }) => groups?.join(', '),
        'host names or source': ({ hosts, source }) => source ?? hosts?.join(', '),
      }),
      omitted(inventories.length, total, 'give project'),
    ),
});

export const listEnvironments = read({
  name: 'semaphore_list_environments',
  title: 'Semaphore variable groups',
  description: 'List variable groups: names of their variables and secrets, never values.',
  example: { project: 'Homelab' },
  input,
  output: z.object({ environments: z.array(EnvironmentRow), total: z.int(), instances: z.int() }),
  async run({ project, limit }, semaphore) {
    const answers = await semaphore.all((one) =>
      inProjects(one, project, async ({ id }) => one.environments(id)),
    );
    const { rows: environments, total } = cut(rows(answers), limit);
    return { environments, total, instances: semaphore.names.length };
  },
  text: ({ environments, total, instances }) =>
    lines(
      `${plural(total, 'environment')}. Names only, values stay in Semaphore.`,
      table(environments, {
        ...place(instances),
        environment: ({ name }) => name,
        variables: ({ variables }) => variables?.join(', ') ?? 'not readable',
        'environment variables': ({ environment }) => environment?.join(', ') ?? 'not readable',
        secrets: ({ secrets }) => secrets.join(', '),
      }),
      omitted(environments.length, total, 'give project'),
    ),
});

const place = (instances: number) => ({
  ...(instances > 1 && { instance: (row: Placed) => row.instance }),
  project: ({ projectId, project }: Placed) => `${projectId} ${project}`,
  id: ({ id }: { id: number }) => id,
});

async function inProjects<T extends object>(
  one: Semaphore,
  wanted: Name | undefined,
  list: (project: Project) => Promise<T[]>,
): Promise<(T & { projectId: number; project: string })[]> {
  const projects = await projectsOf(one, wanted);
  return (
    await Promise.all(
      projects.map(async (project) =>
        (await list(project)).map((item) => ({
          ...item,
          projectId: project.id,
          project: project.name,
        })),
      ),
    )
  ).flat();
}
