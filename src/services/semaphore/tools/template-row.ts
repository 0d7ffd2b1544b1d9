import * as z from 'zod';
import { LaresError } from '../../../core/base/errors.ts';
import { lines } from '../../../core/base/table.ts';
import { Multiline, quoted } from '../../../core/base/text.ts';
import { chainOf } from '../chain.ts';
import type { Semaphore } from '../client.ts';
import { allowedNames } from '../overrides.ts';
import type { Project, Template } from '../schema/index.ts';
import { describeVariable } from '../survey.ts';
import { appOf, whyNoDryRun } from '../template-kind.ts';
import { isBefore, type Version } from '../version.ts';
import { taskRow, TaskRow } from './task-row.ts';

/** One template, as tools tell it. */
export const TemplateRow = z.object({
  instance: z.string(),
  projectId: z.int(),
  project: z.string(),
  id: z.int(),
  name: z.string(),
  app: z.string(),
  type: z.string().describe('task, build or deploy'),
  playbook: z.string(),
  inventory: z.string().optional(),
  branch: z.string().optional(),
  arguments: z.string().optional(),
  limit: z.array(z.string()).optional(),
  description: Multiline.optional(),
  survey: z
    .array(z.string())
    .optional()
    .describe("Variables it asks; absent when this version's lists leave them out"),
  overrides: z.array(z.string()).describe('What semaphore_run_task may change'),
  dryRun: z.string().describe('possible, or why not'),
  starts: z
    .array(z.string())
    .describe('Templates that run by themselves after it; with ? where that could not be read'),
  lastRun: TaskRow.optional().describe('Absent: never run'),
});
export type TemplateRow = z.output<typeof TemplateRow>;

/** What a table has no room for. */
export const detailsOf = ({
  description,
  arguments: args,
  branch,
  limit,
  survey,
  dryRun,
  starts,
}: TemplateRow): string =>
  lines(
    description && quoted('Description', [description]),
    args && `Arguments: ${args}`,
    branch && `Branch: ${branch}`,
    limit && `Limit: ${limit.join(', ')}`,
    survey && survey.length > 0 && `Survey: ${survey.join('; ')}`,
    dryRun !== 'possible' && `No dry run: ${dryRun}`,
    starts.length > 0 && `When it ends well, it starts ${starts.join(', ')}`,
  );

/** A template as it is listed, and what is needed to show it. */
export interface ListedTemplate {
  project: Project;
  template: Template;
  /** All of its project. */
  templates: readonly Template[];
  inventories: ReadonlyMap<number, string>;
}

/** A row with its survey, which lists leave out before 2.13. */
export async function wholeRow(
  client: Semaphore,
  item: ListedTemplate,
  version: Version,
  now: number,
): Promise<Omit<TemplateRow, 'instance'>> {
  const template = await client.template(item.template.projectId, item.template.id);
  const row = await rowOf(client, item, version, now);
  return { ...row, survey: template.survey.map(describeVariable) };
}

export async function rowOf(
  client: Semaphore,
  { project, template, templates, inventories }: ListedTemplate,
  version: Version,
  now: number,
): Promise<Omit<TemplateRow, 'instance'>> {
  const chain = await chainOf(client, template, templates);
  const {
    id,
    name,
    type,
    playbook,
    inventoryId,
    branch,
    arguments: args,
    limit,
    description,
    survey,
    lastTask,
  } = template;
  const surveyListed = survey.length > 0 || isBefore(version, 2, 13) === false;
  return {
    projectId: project.id,
    project: project.name,
    id,
    name,
    app: appOf(template, version),
    type: type || 'task',
    playbook,
    ...(inventoryId !== undefined && {
      inventory:
        inventories.get(inventoryId) ?? (await inventoryName(client, project, inventoryId)),
    }),
    ...(branch && { branch }),
    ...(args && { arguments: args }),
    ...(limit.length > 0 && { limit }),
    ...(description && { description }),
    ...(surveyListed && { survey: survey.map(describeVariable) }),
    overrides: allowedNames(template, version),
    dryRun: whyNoDryRun(template, chain, version) ?? 'possible',
    starts: [
      ...chain.starts.map(({ id: next, name: other }) => `${next} (${other})`),
      ...chain.unread.map(({ id: next, name: other }) => `${next} (${other})?`),
    ],
    ...(lastTask && {
      lastRun: taskRow({ ...lastTask, template: lastTask.template ?? name }, now),
    }),
  };
}

/** An inventory that belongs to a template stands in no list. */
const inventoryName = (client: Semaphore, project: Project, id: number): Promise<string> =>
  client.inventory(project.id, id).then(
    ({ name }) => name,
    (error: unknown) => {
      if (error instanceof LaresError) return String(id);
      throw error;
    },
  );
