import { InputError } from '../../core/base/errors.ts';
import type { JsonObject } from '../../core/base/json.ts';
import { byName, type Name } from './by-name.ts';
import { chainOf, followers } from './chain.ts';
import type { Semaphore } from './client.ts';
import { templateOf } from './locate.ts';
import { bodyOf, refusals, type Overrides } from './overrides.ts';
import { findBuild, permissionWarning, refuseLostVariables } from './run-preconditions.ts';
import { aboutOf } from './run-about.ts';
import { factsOf, labelsOf, summaryOf, warningsOf, type RunContext } from './run-preview.ts';
import type { Inventory, Template } from './schema/index.ts';
import { surveyOf } from './survey.ts';
import { versionOf } from './version.ts';

/** How many of a project's newest runs are looked at for one that has to end first. */
const recentLimit = 200;

/** A run as a caller asks for it. */
export interface RunRequest extends Omit<Overrides, 'inventoryId'> {
  project: Name | undefined;
  template: Name;
  inventory: Name | undefined;
  variables: readonly string[];
  buildTask: number | undefined;
}

/** What the gate hands on: the body of POST tasks, and where it goes. */
export type RunChange = { instance: string; project: number; template: string; body: JsonObject };

/** Looks everything up that decides about the run, and says what would happen. Throws an InputError when Semaphore would do something else. */
export async function planRun(client: Semaphore, several: boolean, request: RunRequest) {
  const [info, { project, template, templates }] = await Promise.all([
    client.info(),
    templateOf(client, request.project, request.template),
  ]);
  const version = versionOf(info.version);
  const [chain, inventories] = await Promise.all([
    chainOf(client, template, templates),
    client.inventories(project.id),
  ]);
  const other =
    request.inventory === undefined
      ? undefined
      : byName('inventory', request.inventory, inventories);
  const overrides: Overrides = {
    ...request,
    inventoryId: other?.id === template.inventoryId ? undefined : other?.id,
  };
  const reasons = refusals(template, chain, overrides, version);
  if (reasons.length > 0)
    throw new InputError(
      `Template ${template.id} (${template.name}) cannot be run like that. ${reasons.join('; ')}`,
      { hint: `Nothing was sent. ${hintFor(template, reasons)}` },
    );
  const survey = surveyOf(template, request.variables);
  await refuseLostVariables(client, project, template, survey, version);
  const [build, recent, forbidden] = await Promise.all([
    findBuild(client, project, template, templates, request.buildTask),
    client.lastTasks(project.id, recentLimit),
    permissionWarning(client, project, template),
  ]);
  const known = await inventoriesOf(client, inventories, [template, ...followers(chain)]);
  const context: RunContext = {
    project,
    template,
    chain,
    version,
    inventory: other ?? known.get(template.inventoryId ?? 0),
    inventories: known,
    overrides,
    survey,
  };
  return {
    summary: `${summaryOf(context, build)}${several ? `, on Semaphore ${client.instance}` : ''}`,
    target: `semaphore/${client.instance}/${project.id}/${template.id}`,
    labels: labelsOf(context),
    before: factsOf(context),
    change: {
      instance: client.instance,
      project: project.id,
      template: template.name,
      body: bodyOf(template, overrides, survey.answers, build, version),
    },
    undo: { none: 'what a run has changed on its hosts stays; its output says what that was' },
    about: aboutOf(client.instance, context),
    warnings: [...(forbidden ? [forbidden] : []), ...warningsOf(context, recent)],
  } satisfies { change: RunChange; [part: string]: unknown };
}

/** The inventories that these templates use. One that belongs to a template stands in no list, and is asked for by its id. */
async function inventoriesOf(
  client: Semaphore,
  listed: readonly Inventory[],
  templates: readonly Template[],
): Promise<Map<number, Inventory>> {
  const inventories = new Map(listed.map((inventory) => [inventory.id, inventory]));
  for (const { projectId, inventoryId } of templates)
    if (inventoryId !== undefined && !inventories.has(inventoryId))
      inventories.set(inventoryId, await client.inventory(projectId, inventoryId));
  return inventories;
}

function hintFor({ allows }: Template, reasons: readonly string[]): string {
  if (reasons.every((reason) => reason.startsWith('dry_run:')))
    return 'Without dry_run it is a real run: only if that is meant.';
  if (
    reasons.some((reason) => /^(limit|tags|skip_tags):.* does not (allow|know) it/.test(reason)) &&
    allows.arguments
  )
    return 'It allows arguments: ["--limit=HOST"], ["--tags=TAG"] or ["--skip-tags=TAG"] there say the same.';
  return 'Allow it in the template, or leave it out.';
}
