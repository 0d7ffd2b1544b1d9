import * as z from 'zod';
import { LaresError } from '../../../core/base/errors.ts';
import { mapLimited } from '../../../core/base/pool.ts';
import { rows, type Fleet, type From } from '../../../core/fleet.ts';
import { Gaps, gapsText, type Gap } from '../../../core/gap.ts';
import { page, pageInput, pageOutput } from '../../../core/page.ts';
import { lines, table } from '../../../core/base/table.ts';
import { plural } from '../../../core/base/units.ts';
import { ProjectName, projectsOf, type Name } from '../by-name.ts';
import { read, type Semaphore } from '../client.ts';
import { hostsOf } from '../inventory-hosts.ts';
import { overProjects } from '../locate.ts';
import type { Project } from '../schema/index.ts';

const input = z.strictObject({ project: ProjectName, ...pageInput() });
const narrow = 'give project';
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
  rows: 'inventories',
  narrow,
  output: z.object({
    inventories: z.array(InventoryRow),
    ...pageOutput,
    instances: z.int(),
    gaps: Gaps.optional(),
  }),
  async run({ project, ...request }, semaphore) {
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
    const { rows: inventories, ...rest } = page(listed(answers), request);
    return { inventories, ...rest, instances: semaphore.names.length, ...gapsAmong(answers) };
  },
  text: ({ inventories, total, instances, gaps }) =>
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
      gapsText(gaps),
    ),
});

export const listEnvironments = read({
  name: 'semaphore_list_environments',
  title: 'Semaphore variable groups',
  description: 'List variable groups: names of their variables and secrets, never values.',
  example: { project: 'Homelab' },
  input,
  rows: 'environments',
  narrow,
  output: z.object({
    environments: z.array(EnvironmentRow),
    ...pageOutput,
    instances: z.int(),
    gaps: Gaps.optional(),
  }),
  async run({ project, ...request }, semaphore) {
    const answers = await semaphore.all((client) =>
      inProjects(client, project, async ({ id }) => client.environments(id)),
    );
    const { rows: shown, ...rest } = page(listed(answers), request);
    const environments = await mapLimited(shown, atOnce, async (row) => ({
      ...row,
      secrets: row.secrets?.map(({ name }) => name) ?? (await secretsOf(semaphore, row)),
    }));
    return { environments, ...rest, instances: semaphore.names.length, ...gapsAmong(answers) };
  },
  text: ({ environments, total, instances, gaps }) =>
    lines(
      `${plural(total, 'environment')}. Names only, values stay in Semaphore.`,
      table(environments, {
        ...locationColumns(instances),
        environment: ({ name }) => name,
        variables: ({ variables }) => variables?.join(', ') ?? 'not readable',
        'environment variables': ({ environment }) => environment?.join(', ') ?? 'not readable',
        secrets: ({ secrets }) => secrets?.join(', ') ?? 'not told',
      }),
      gapsText(gaps),
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

/** Rows of one server, and the projects that could not be read. */
interface Found<T> {
  items: T[];
  gaps: Gap[];
}

async function inProjects<T extends object>(
  client: Semaphore,
  name: Name | undefined,
  list: (project: Project) => Promise<T[]>,
): Promise<Found<T & { projectId: number; project: string }>> {
  const projects = await projectsOf(client, name);
  const { answers, gaps } = await overProjects(projects, async (project) =>
    (await list(project)).map((item) => ({
      ...item,
      projectId: project.id,
      project: project.name,
    })),
  );
  return { items: answers.flat(), gaps };
}

const listed = <T extends object>(
  answers: readonly From<Found<T>>[],
): (T & { instance: string })[] =>
  rows(answers.map(({ instance, value }) => ({ instance, value: value.items })));

function gapsAmong(answers: readonly From<Found<object>>[]): { gaps?: Gap[] } {
  const gaps = answers.flatMap(({ value }) => value.gaps);
  return gaps.length > 0 ? { gaps } : {};
}
