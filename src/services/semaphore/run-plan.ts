import { InputError } from '../../core/base/errors.ts';
import type { JsonObject } from '../../core/base/json.ts';
import { plural } from '../../core/base/units.ts';
import { appOf, autorunsOf, kindOf, noDryRun } from './template-kind.ts';
import { byName, projectOf, templateOf, type Name } from './by-name.ts';
import type { Semaphore } from './client.ts';
import { hostsOf, limitsIn, reach, unknownIn } from './inventory-hosts.ts';
import { bodyOf, refusals, type Wanted } from './overrides.ts';
import { buildOf, clashes, mayNotRun } from './run-preconditions.ts';
import { surveyOf, type Survey } from './survey.ts';
import { versionOf, type Version } from './version.ts';
import {
  isFinished,
  type Inventory,
  type Project,
  type Task,
  type Template,
} from './schema/index.ts';

/** A run as a caller asks for it. */
export interface Asked extends Omit<Wanted, 'inventoryId'> {
  project: Name | undefined;
  template: Name;
  inventory: Name | undefined;
  variables: readonly string[];
  buildTask: number | undefined;
}

export type RunChange = { instance: string; project: number; template: string; body: JsonObject };

/** Everything that decides about the run, looked up. */
interface Situation {
  project: Project;
  template: Template;
  all: Template[];
  version: Version;
  inventory: Inventory | undefined;
  wanted: Wanted;
  survey: Survey;
}

export async function planRun(one: Semaphore, asked: Asked) {
  const [info, project] = await Promise.all([one.info(), projectOf(one, asked.project)]);
  const version = versionOf(info.version);
  const [{ template, all }, inventories] = await Promise.all([
    templateOf(one, project, asked.template),
    one.inventories(project.id),
  ]);
  const other =
    asked.inventory === undefined ? undefined : byName('inventory', asked.inventory, inventories);
  const wanted: Wanted = {
    ...asked,
    inventoryId: other?.id === template.inventoryId ? undefined : other?.id,
  };
  const reasons = refusals(template, all, wanted, version);
  if (reasons.length > 0)
    throw new InputError(
      `Template ${template.id} (${template.name}) cannot be run like that. ${reasons.join('; ')}`,
      { hint: `Nothing was sent. ${wayOut(template, reasons)}` },
    );
  const survey = surveyOf(template, asked.variables);
  await clashes(one, project, template, survey, version);
  const [build, recent, forbidden] = await Promise.all([
    buildOf(one, project, template, all, asked.buildTask),
    one.lastTasks(project.id, 200),
    mayNotRun(one, project, template),
  ]);
  const inventory = other ?? inventories.find(({ id }) => id === template.inventoryId);
  const situation = { project, template, all, version, inventory, wanted, survey };
  return {
    summary: summaryOf(situation, build),
    target: `semaphore/${one.instance}/${project.id}/${template.id}`,
    labels: labelsOf(situation),
    before: factsOf(situation),
    change: {
      instance: one.instance,
      project: project.id,
      template: template.name,
      body: bodyOf(template, wanted, survey.answers, build, version),
    },
    undo: { none: 'what a run has changed on its hosts stays; its output says what that was' },
    warnings: [...(forbidden ? [forbidden] : []), ...warningsOf(situation, recent)],
  } satisfies { change: RunChange; [more: string]: unknown };
}

/** What a rule of `LARES_PROTECT` may name: the job, and every host it may reach as far as Semaphore knows them. */
const labelsOf = ({ project, template, inventory, ...situation }: Situation): string[] => [
  `template:${template.id}`,
  `template:${template.name}`,
  `project:${project.id}`,
  `project:${project.name}`,
  ...(inventory && kindOf(template, situation.version) === 'ansible'
    ? [
        `inventory:${inventory.name}`,
        ...hostsReached({ template, inventory, ...situation }).map((host) => `name:${host}`),
      ]
    : []),
];

/** Every host that any of the limits lets through, as the last of them wins; none where only Ansible can tell. */
function hostsReached({
  template,
  inventory,
  wanted,
}: Pick<Situation, 'template' | 'inventory' | 'wanted'>): string[] {
  const found = inventory && hostsOf(inventory);
  if (!found) return [];
  const limit = wanted.limit.length > 0 ? wanted.limit : template.limit;
  const argued = limitsIn(wanted.arguments);
  const limits = argued.length === 0 ? [limit] : [argued, ...(limit.length > 0 ? [limit] : [])];
  return [...new Set(limits.flatMap((one) => reach(one, found)))];
}

function wayOut({ allows }: Template, reasons: readonly string[]): string {
  if (reasons.every((reason) => reason.startsWith('dry_run:')))
    return 'Without dry_run it is a real run: only if that is meant.';
  if (
    reasons.some((reason) => /^(limit|tags|skip_tags):.* does not (allow|know) it/.test(reason)) &&
    allows.arguments
  )
    return 'It allows arguments: ["--limit=HOST"], ["--tags=TAG"] or ["--skip-tags=TAG"] there say the same.';
  return 'Allow it in the template, or leave it out.';
}

const listed = (list: readonly string[], own: readonly string[]): string | undefined =>
  (list.length > 0 ? list : own).join(',') || undefined;

function summaryOf(
  { project, template, version, inventory, wanted }: Situation,
  build: number | undefined,
): string {
  const kind = kindOf(template, version);
  const limit = kind === 'ansible' ? listed(wanted.limit, template.limit) : undefined;
  const verb = !wanted.dryRun ? 'run' : kind === 'terraform' ? 'plan (not apply)' : 'dry-run';
  return [
    `${verb} template ${template.id} (${template.name}) of project ${project.name}: ${appOf(template, version)} ${template.playbook || '(root)'}`,
    kind === 'ansible' &&
      `on inventory ${inventory?.name ?? 'unknown'}, ${limit ? `limited to ${limit}` : 'all its hosts'}`,
    wanted.dryRun && kind === 'ansible' && `in check mode${wanted.diff ? ' with diff' : ''}`,
    listed(wanted.tags, template.tags) && `tags ${listed(wanted.tags, template.tags)}`,
    listed(wanted.skipTags, template.skipTags) &&
      `without tags ${listed(wanted.skipTags, template.skipTags)}`,
    wanted.branch && `branch ${wanted.branch}`,
    build !== undefined && `with build ${build}`,
    wanted.arguments.length > 0 && `extra arguments ${wanted.arguments.join(' ')}`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** What the decision depends on: when it changes between preview and commit, the commit is refused. */
function factsOf({ template, all, inventory, version }: Situation): JsonObject {
  const { lastTask: _, survey: __, permissions: ___, ...facts } = template;
  const found = inventory && hostsOf(inventory);
  return {
    ...facts,
    version: version.label,
    starts: autorunsOf(template, all).map(({ id }) => id),
    inventory: inventory && {
      id: inventory.id,
      name: inventory.name,
      type: inventory.type,
      ...(found ? { hosts: [...found.hosts] } : {}),
    },
  };
}

function warningsOf(situation: Situation, recent: readonly Task[]): string[] {
  const { template, all, version, inventory, wanted, survey } = situation;
  const kind = kindOf(template, version);
  const impossible = noDryRun(template, all, version);
  const found = inventory && hostsOf(inventory);
  const limit = wanted.limit.length > 0 ? wanted.limit : template.limit;
  const reached = hostsReached(situation);
  const strange = found && kind === 'ansible' ? unknownIn(limit, found) : [];
  const ahead = recent.filter((task) => task.templateId === template.id && !isFinished(task));
  const chained = autorunsOf(template, all);
  return [
    wanted.dryRun &&
      kind === 'ansible' &&
      'Check mode: Ansible changes nothing, except in tasks that say check_mode: false; command and shell tasks are skipped.',
    !wanted.dryRun &&
      (impossible
        ? `No dry run is possible of this: ${impossible}.`
        : 'A dry run is possible first: dry_run=true.'),
    kind === 'ansible' &&
      limit.length > 0 &&
      found &&
      strange.length === 0 &&
      `It reaches ${plural(reached.length, 'host')}: ${reached.slice(0, 20).join(', ')}${reached.length > 20 ? ' …' : ''}.`,
    kind === 'ansible' &&
      !found &&
      `Which hosts ${inventory?.name ?? 'the inventory'} has is not kept in Semaphore, so LARES_PROTECT cannot look for them.`,
    kind === 'ansible' &&
      limit.length === 0 &&
      `No limit: ${found ? `all ${found.hosts.length} hosts of ${inventory.name}` : 'every host of the inventory'}${/(^|\s)(-l|--limit)\b/.test(template.arguments ?? '') ? " that the template's own arguments leave" : ''}.`,
    wanted.limit.length > 0 &&
      template.limit.length > 0 &&
      `The template's own limit ${template.limit.join(',')} does not hold then.`,
    template.arguments && `The template's own arguments: ${template.arguments}`,
    strange.length > 0 &&
      `${strange.join(', ')} is neither host nor group in ${inventory?.name}; Ansible fails when nothing matches.`,
    Object.keys(survey.answers).length > 0 &&
      `Variables: ${Object.entries(survey.answers)
        .map(([key, value]) => `${key}=${value}`)
        .join(
          ', ',
        )}${survey.defaulted.length > 0 ? ` (by default: ${survey.defaulted.join(', ')})` : ''}`,
    Object.keys(survey.answers).length > 0 &&
      template.environmentIds.length === 0 &&
      'The template has no variable group: up to 2.17 such a run fails when it brings variables.',
    ahead.length > 0 &&
      !template.parallel &&
      `Task ${ahead.map(({ id, status }) => `${id} (${status})`).join(', ')} of this template is not finished: this one waits for it.`,
    kind === 'terraform' &&
      !wanted.dryRun &&
      (template.autoApprove
        ? 'It applies without asking (auto_approve).'
        : 'It stops after the plan until a person confirms it in Semaphore.'),
    chained.length > 0 &&
      `When it ends well, Semaphore starts ${chained.map(({ id, name }) => `template ${id} (${name})`).join(', ')} as well (autorun).`,
  ].filter((warning) => typeof warning === 'string');
}
