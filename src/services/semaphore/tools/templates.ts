import * as z from 'zod';
import { mapLimited } from '../../../core/base/pool.ts';
import { lines, table } from '../../../core/base/table.ts';
import { ago, iso, plural } from '../../../core/base/units.ts';
import { collectGaps, Gaps, gapsText, type Gap } from '../../../core/gap.ts';
import { page, pageInput, pageOutput } from '../../../core/page.ts';
import { byName, ProjectName, projectsOf, TemplateName, type Name } from '../by-name.ts';
import { read, type Semaphore } from '../client.ts';
import { overProjects } from '../locate.ts';
import type { Project } from '../schema/index.ts';
import { versionOf, type Version } from '../version.ts';
import { detailsOf, rowOf, TemplateRow, wholeRow, type ListedTemplate } from './template-row.ts';

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
    templates: z.array(TemplateRow),
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
      `${plural(total, 'template')}${total > 0 ? `; ${courses(templates, total)}` : ''}.`,
      table(templates, {
        ...(instances > 1 && { instance: (row: TemplateRow) => row.instance }),
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
      templates.length === 1 && templates.map(detailsOf).join('\n'),
      gapsText(gaps),
    ),
});

/** How the last runs went; of a part of the list it says so. */
function courses(templates: readonly TemplateRow[], total: number): string {
  const failed = templates.filter(({ lastRun }) => lastRun?.status === 'error').length;
  const never = templates.filter(({ lastRun }) => !lastRun).length;
  const where = templates.length < total ? `of these ${templates.length}: ` : '';
  return `${where}${plural(failed, 'last run')} failed, ${never} never ran`;
}

/** The templates of one server that are meant. What cannot be read of them is named in `gaps`. */
async function listedOn(
  client: Semaphore,
  projectName: Name | undefined,
  templateName: Name | undefined,
): Promise<{ items: ListedTemplate[]; version: Version; gaps: Gap[] }> {
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

async function listedIn(client: Semaphore, project: Project): Promise<ListedTemplate[]> {
  const [templates, rows] = await Promise.all([
    client.templates(project.id),
    client.inventories(project.id),
  ]);
  const inventories = new Map(rows.map(({ id, name }) => [id, name]));
  return templates.map((template) => ({ project, template, templates, inventories }));
}

function named(name: Name, listed: readonly ListedTemplate[]): ListedTemplate[] {
  const { id } = byName(
    'template',
    name,
    listed.map(({ template }) => template),
  );
  return listed.filter(({ template }) => template.id === id);
}
