import * as z from 'zod';
import { LaresError } from '../../../core/base/errors.ts';
import { mapLimited } from '../../../core/base/pool.ts';
import { collectGaps, Gaps, gapsText, type Gap } from '../../../core/gap.ts';
import { lines, table } from '../../../core/base/table.ts';
import { page, pageInput, pageOutput } from '../../../core/page.ts';
import { ago, iso, plural } from '../../../core/base/units.ts';
import { Multiline, quoted } from '../../../core/base/text.ts';
import { chainOf } from '../chain.ts';
import { appOf, whyNoDryRun } from '../template-kind.ts';
import { byName, ProjectName, projectsOf, TemplateName, type Name } from '../by-name.ts';
import { read, type Semaphore } from '../client.ts';
import { overProjects } from '../locate.ts';
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
  starts: z
    .array(z.string())
    .describe('Templates that run by themselves after it; with ? where that could not be read'),
  lastRun: TaskRow.optional().describe('Absent: never run'),
});
type Row = z.output<typeof Row>;

/** How many templates are looked at more closely at once. */
const atOnce = 6;

export const listTemplates = read({
  name: 'semaphore_list_templates',
  title: 'Semaphore templates',
  description:
    'List job templates: app, playbook, inventory, last run, allowed overrides, whether a dry run is possible.',
  example: { project: 'Homelab' },
  input: z.strictObject({
    project: ProjectName,
    template: TemplateName.optional().describe('Only this, with its survey'),
    ...pageInput(),
  }),
  output: z.object({
    templates: z.array(Row),
    ...pageOutput,
    instances: z.int(),
    asOf: z.string(),
    gaps: Gaps.optional(),
  }),
  rows: 'templates',
  narrow: 'give project or template',
  async run({ project, template, ...request }, semaphore) {
    const now = semaphore.now();
    const answers = await semaphore.all((client) => listedOn(client, project, template));
    const listed = answers.flatMap(({ instance, value: { items, version } }) =>
      items.map((item) => ({ instance, item, version })),
    );
    const { rows, ...rest } = page(listed, request);
    const templates = await mapLimited(rows, atOnce, async ({ instance, item, version }) => ({
      ...(await (template === undefined ? rowOf : wholeRow)(
        semaphore.on(instance),
        item,
        version,
        now,
      )),
      instance,
    }));
    const gaps = answers.flatMap(({ value }) => value.gaps);
    return {
      templates,
      ...rest,
      instances: semaphore.names.length,
      asOf: iso(now),
      ...(gaps.length > 0 && { gaps }),
    };
  },
  text: ({ templates, total, instances, asOf, gaps }) =>
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
      gapsText(gaps),
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

/** A template as it is listed, and what is needed to show it. */
interface Listed {
  project: Project;
  template: Template;
  /** All of its project. */
  templates: readonly Template[];
  inventories: ReadonlyMap<number, string>;
}

/** The templates of one server that are meant. What cannot be read of them is named in `gaps`. */
async function listedOn(
  client: Semaphore,
  projectName: Name | undefined,
  templateName: Name | undefined,
): Promise<{ items: Listed[]; version: Version; gaps: Gap[] }> {
  const { part, gaps } = collectGaps();
  const [info, projects] = await Promise.all([
    part('the version', () => client.info()),
    projectsOf(client, projectName),
  ]);
  const { answers, gaps: unread } = await overProjects(projects, (project) =>
    listedIn(client, project),
  );
  const listed = answers.flat();
  return {
    items: templateName === undefined ? listed : named(templateName, listed),
    version: versionOf(info?.version ?? ''),
    gaps: [...gaps, ...unread],
  };
}

async function listedIn(client: Semaphore, project: Project): Promise<Listed[]> {
  const [templates, rows] = await Promise.all([
    client.templates(project.id),
    client.inventories(project.id),
  ]);
  const inventories = new Map(rows.map(({ id, name }) => [id, name]));
  return templates.map((template) => ({ project, template, templates, inventories }));
}

function named(name: Name, listed: readonly Listed[]): Listed[] {
  const { id } = byName(
    'template',
    name,
    listed.map(({ template }) => template),
  );
  return listed.filter(({ template }) => template.id === id);
}

/** With its survey, which lists leave out before 2.13. */
async function wholeRow(
  client: Semaphore,
  item: Listed,
  version: Version,
  now: number,
): Promise<Omit<Row, 'instance'>> {
  const template = await client.template(item.template.projectId, item.template.id);
  const row = await rowOf(client, item, version, now);
  return { ...row, survey: template.survey.map(describeVariable) };
}

async function rowOf(
  client: Semaphore,
  { project, template, templates, inventories }: Listed,
  version: Version,
  now: number,
): Promise<Omit<Row, 'instance'>> {
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
