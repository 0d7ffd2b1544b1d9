import * as z from 'zod';
import { LaresError } from '../../../core/base/errors.ts';
import { mapLimited } from '../../../core/base/pool.ts';
import { rows, type Fleet } from '../../../core/fleet.ts';
import { cut, Limit, lines, omitted, table } from '../../../core/base/table.ts';
import { plural } from '../../../core/base/units.ts';
import { ProjectName, projectsOf, type Name } from '../by-name.ts';
import { read, type Semaphore } from '../client.ts';
import { hostsOf } from '../inventory-hosts.ts';
import type { Project } from '../schema/index.ts';

const input = z.strictObject({ project: ProjectName, limit: Limit });
/** Where a row stands. */
const Location = {
  instance: z.string(),
  projectId: z.int(),
  project: z.string(),
  id: z.int(),
  name: z.string(),
};
/** How many variable groups are asked for at once. */
const atOnce = 6;
/** How many names of hosts are listed. */
const hostLimit = 60;

const InventoryRow = z.object({
  ...Location,
  type: z.string(),
  source: z.string().optional().describe('Path or workspace, where it is not written in Semaphore'),
  groups: z.array(z.string()).optional(),
  hosts: z
    .array(z.string())
    .optional()
    .describe(`At most ${hostLimit} names; absent when only Ansible can tell`),
  hostCount: z.int().optional(),
});
const EnvironmentRow = z.object({
  ...Location,
  variables: z
    .array(z.string())
    .optional()
    .describe('Names of extra variables; absent: not readable as JSON'),
  environment: z
    .array(z.string())
    .optional()
    .describe('Names of environment variables; absent: not readable as JSON'),
  secrets: z.array(z.string()).optional().describe('Names of secrets; absent: not told'),
});
type Located = { instance: string; projectId: number; project: string };

export const listInventories = read({
  name: 'semaphore_list_inventories',
  title: 'Semaphore inventories',
  description: 'List inventories with their groups and hosts, as far as Semaphore holds them.',
  example: { project: 'Homelab' },
  input,
  output: z.object({ inventories: z.array(InventoryRow), total: z.int(), instances: z.int() }),
  async run({ project, limit }, semaphore) {
    const answers = await semaphore.all((client) =>
      inProjects(client, project, async ({ id }) =>
        (await client.inventories(id)).map((inventory) => {
          const known = hostsOf(inventory);
          return {
            id: inventory.id,
            name: inventory.name,
            type: inventory.type,
            ...(!inventory.type.startsWith('static') &&
              inventory.content && { source: inventory.content }),
            ...(known && {
              groups: [...known.groups.keys()],
              hosts: known.hosts.slice(0, hostLimit),
              hostCount: known.hosts.length,
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
        ...locationColumns(instances),
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
    const answers = await semaphore.all((client) =>
      inProjects(client, project, async ({ id }) => client.environments(id)),
    );
    const { rows: listed, total } = cut(rows(answers), limit);
    const environments = await mapLimited(listed, atOnce, async (row) => ({
      ...row,
      secrets: row.secrets?.map(({ name }) => name) ?? (await secretsOf(semaphore, row)),
    }));
    return { environments, total, instances: semaphore.names.length };
  },
  text: ({ environments, total, instances }) =>
    lines(
      `${plural(total, 'environment')}. Names only, values stay in Semaphore.`,
      table(environments, {
        ...locationColumns(instances),
        environment: ({ name }) => name,
        variables: ({ variables }) => variables?.join(', ') ?? 'not readable',
        'environment variables': ({ environment }) => environment?.join(', ') ?? 'not readable',
        secrets: ({ secrets }) => secrets?.join(', ') ?? 'not told',
      }),
      omitted(environments.length, total, 'give project'),
    ),
});

/** Lists leave secrets out, so each group is asked for by itself; undefined where it cannot be read. */
const secretsOf = (
  semaphore: Fleet<Semaphore>,
  { instance, projectId, id }: { instance: string; projectId: number; id: number },
): Promise<string[] | undefined> =>
  semaphore
    .on(instance)
    .environment(projectId, id)
    .then(
      ({ secrets = [] }) => secrets.map(({ name }) => name),
      (error: unknown) => {
        if (error instanceof LaresError) return undefined;
        throw error;
      },
    );

const locationColumns = (instances: number) => ({
  ...(instances > 1 && { instance: (row: Located) => row.instance }),
  project: ({ projectId, project }: Located) => `${projectId} ${project}`,
  id: ({ id }: { id: number }) => id,
});

async function inProjects<T extends object>(
  client: Semaphore,
  name: Name | undefined,
  list: (project: Project) => Promise<T[]>,
): Promise<(T & { projectId: number; project: string })[]> {
  const projects = await projectsOf(client, name);
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
