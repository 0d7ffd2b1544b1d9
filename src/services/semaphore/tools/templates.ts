import * as z from 'zod';
import { rows } from '../../../core/fleet.ts';
import { cut, Limit, lines, omitted, table } from '../../../core/base/table.ts';
import { ago, iso, plural } from '../../../core/base/units.ts';
import { Multiline, quoted } from '../../../core/base/text.ts';
import { appOf, autorunsOf, whyNoDryRun } from '../template-kind.ts';
import { byName, ProjectName, projectsOf, TemplateName, type Name } from '../by-name.ts';
import { read, type Semaphore } from '../client.ts';
import { describeVariable } from '../survey.ts';
import { allowedNames } from '../overrides.ts';
import { isBefore, versionOf, type Version } from '../version.ts';
import { taskRow, TaskRow } from './task-row.ts';
import type { Project, Template } from '../schema/index.ts';

const Row = z.object({
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
  starts: z.array(z.string()).describe('Templates that run by themselves after it'),
  lastRun: TaskRow.optional().describe('Absent: never run'),
});
type Row = z.output<typeof Row>;

export const listTemplates = read({
  name: 'semaphore_list_templates',
  title: 'Semaphore templates',
  description:
    'List job templates: app, playbook, inventory, last run, allowed overrides, whether a dry run is possible.',
  example: { project: 'Homelab' },
  input: z.strictObject({
    project: ProjectName,
    template: TemplateName.optional().describe('Only this, with its survey'),
    limit: Limit,
  }),
  output: z.object({
    templates: z.array(Row),
    total: z.int(),
    instances: z.int(),
    asOf: z.string(),
  }),
  async run({ project, template, limit }, semaphore) {
    const answers = await semaphore.all((client) =>
      templatesOf(client, project, template, semaphore.now()),
    );
    const { rows: templates, total } = cut(rows(answers), limit);
    return { templates, total, instances: semaphore.names.length, asOf: iso(semaphore.now()) };
  },
  text: ({ templates, total, instances, asOf }) =>
    lines(
      `${plural(total, 'template')}${total > 0 ? `; ${plural(templates.filter(({ lastRun }) => lastRun?.status === 'error').length, 'last run')} failed, ${templates.filter(({ lastRun }) => !lastRun).length} never ran` : ''}.`,
      table(templates, {
        ...(instances > 1 && { instance: (row: Row) => row.instance }),
        project: ({ projectId, project }) => `${projectId} ${project}`,
        id: ({ id }) => id,
        template: ({ name }) => name,
        app: ({ app, type }) => (type === 'task' ? app : `${app} ${type}`),
        playbook: ({ playbook }) => playbook,
        inventory: ({ inventory }) => inventory,
        'last run': ({ lastRun }) =>
          lastRun
            ? `${lastRun.status}${lastRun.dryRun ? ' (dry)' : ''} ${ago(Date.parse(lastRun.ended ?? lastRun.created), Date.parse(asOf))}`
            : 'never',
        'dry run': ({ dryRun }) => (dryRun === 'possible' ? 'yes' : 'no'),
        overrides: ({ overrides }) => overrides.join(', '),
      }),
      templates.length === 1 && templates.map(details).join('\n'),
      omitted(templates.length, total, 'give project or template'),
    ),
});

const details = ({
  description,
  arguments: args,
  branch,
  limit,
  survey,
  dryRun,
  starts,
}: Row): string =>
  lines(
    description && quoted('Description', [description]),
    args && `Arguments: ${args}`,
    branch && `Branch: ${branch}`,
    limit && `Limit: ${limit.join(', ')}`,
    survey && survey.length > 0 && `Survey: ${survey.join('; ')}`,
    dryRun !== 'possible' && `No dry run: ${dryRun}`,
    starts.length > 0 && `When it ends well, it starts ${starts.join(', ')}`,
  );

async function templatesOf(
  client: Semaphore,
  projectName: Name | undefined,
  templateName: Name | undefined,
  now: number,
): Promise<Omit<Row, 'instance'>[]> {
  const [info, projects] = await Promise.all([client.info(), projectsOf(client, projectName)]);
  const version = versionOf(info.version);
  const lists = await Promise.all(
    projects.map(async (project) => {
      const [templates, inventories] = await Promise.all([
        client.templates(project.id),
        client.inventories(project.id),
      ]);
      const names = new Map(inventories.map(({ id, name }) => [id, name]));
      return templates.map((template) => ({
        template,
        row: rowOf(project, template, templates, names, version, now),
      }));
    }),
  );
  const listed = lists.flat();
  if (templateName === undefined) return listed.map(({ row }) => row);
  const { id } = byName(
    'template',
    templateName,
    listed.map(({ template }) => template),
  );
  const matches = listed.filter(({ template }) => template.id === id);
  return Promise.all(
    matches.map(async ({ template, row }) => ({
      ...row,
      survey: (await client.template(template.projectId, id)).survey.map(describeVariable),
    })),
  );
}

function rowOf(
  project: Project,
  template: Template,
  templates: readonly Template[],
  inventories: ReadonlyMap<number, string>,
  version: Version,
  now: number,
): Omit<Row, 'instance'> {
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
      inventory: inventories.get(inventoryId) ?? String(inventoryId),
    }),
    ...(branch && { branch }),
    ...(args && { arguments: args }),
    ...(limit.length > 0 && { limit }),
    ...(description && { description }),
    ...(surveyListed && { survey: survey.map(describeVariable) }),
    overrides: allowedNames(template, version),
    dryRun: whyNoDryRun(template, templates, version) ?? 'possible',
    starts: autorunsOf(template, templates).map((other) => `${other.id} (${other.name})`),
    ...(lastTask && {
      lastRun: taskRow({ ...lastTask, template: lastTask.template ?? name }, now),
    }),
  };
}
