import type { JsonObject } from '../../core/base/json.ts';
import { plural } from '../../core/base/units.ts';
import { hostsOf, hostsWithin, limitsIn, unknownWords } from './inventory-hosts.ts';
import type { Overrides } from './overrides.ts';
import {
  isFinished,
  type Inventory,
  type Project,
  type Task,
  type Template,
} from './schema/index.ts';
import type { Survey } from './survey.ts';
import { appOf, autorunsOf, kindOf, whyNoDryRun } from './template-kind.ts';
import type { Version } from './version.ts';

/** Everything that decides about the run, looked up. */
export interface RunContext {
  project: Project;
  template: Template;
  /** All of the project. */
  templates: Template[];
  version: Version;
  inventory: Inventory | undefined;
  overrides: Overrides;
  survey: Survey;
}

/** What a rule of `LARES_PROTECT` may name: the job, and every host it may reach as far as Semaphore knows them. */
export const labelsOf = ({ project, template, inventory, ...context }: RunContext): string[] => [
  `template:${template.id}`,
  `template:${template.name}`,
  `project:${project.id}`,
  `project:${project.name}`,
  ...(inventory && kindOf(template, context.version) === 'ansible'
    ? [
        `inventory:${inventory.name}`,
        ...hostsReached({ template, inventory, ...context }).map((host) => `name:${host}`),
      ]
    : []),
];

/** Every host that any of the limits lets through, as the last of them wins; none where only Ansible can tell. */
function hostsReached({
  template,
  inventory,
  overrides,
}: Pick<RunContext, 'template' | 'inventory' | 'overrides'>): string[] {
  const hosts = inventory && hostsOf(inventory);
  if (!hosts) return [];
  const limit = overrides.limit.length > 0 ? overrides.limit : template.limit;
  const argued = limitsIn(overrides.arguments);
  const limits = argued.length === 0 ? [limit] : [argued, ...(limit.length > 0 ? [limit] : [])];
  return [...new Set(limits.flatMap((words) => hostsWithin(words, hosts)))];
}

const joined = (list: readonly string[], own: readonly string[]): string | undefined =>
  (list.length > 0 ? list : own).join(',') || undefined;

/** The run in one line; `build` is the task that a deploy template deploys. */
export function summaryOf(
  { project, template, version, inventory, overrides }: RunContext,
  build: number | undefined,
): string {
  const kind = kindOf(template, version);
  const limit = kind === 'ansible' ? joined(overrides.limit, template.limit) : undefined;
  const verb = !overrides.dryRun ? 'run' : kind === 'terraform' ? 'plan (not apply)' : 'dry-run';
  return [
    `${verb} template ${template.id} (${template.name}) of project ${project.name}: ${appOf(template, version)} ${template.playbook || '(root)'}`,
    kind === 'ansible' &&
      `on inventory ${inventory?.name ?? 'unknown'}, ${limit ? `limited to ${limit}` : 'all its hosts'}`,
    overrides.dryRun && kind === 'ansible' && `in check mode${overrides.diff ? ' with diff' : ''}`,
    joined(overrides.tags, template.tags) && `tags ${joined(overrides.tags, template.tags)}`,
    joined(overrides.skipTags, template.skipTags) &&
      `without tags ${joined(overrides.skipTags, template.skipTags)}`,
    overrides.branch && `branch ${overrides.branch}`,
    build !== undefined && `with build ${build}`,
    overrides.arguments.length > 0 && `extra arguments ${overrides.arguments.join(' ')}`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** What the decision depends on: when it changes between preview and commit, the commit is refused. */
export function factsOf({ template, templates, inventory, version }: RunContext): JsonObject {
  const { lastTask: _, survey: __, permissions: ___, ...facts } = template;
  const known = inventory && hostsOf(inventory);
  return {
    ...facts,
    version: version.label,
    starts: autorunsOf(template, templates).map(({ id }) => id),
    inventory: inventory && {
      id: inventory.id,
      name: inventory.name,
      type: inventory.type,
      ...(known ? { hosts: [...known.hosts] } : {}),
    },
  };
}

/** What to know before it is confirmed; `recent` are the newest runs of the project. */
export function warningsOf(context: RunContext, recent: readonly Task[]): string[] {
  const { template, templates, version, inventory, overrides, survey } = context;
  const kind = kindOf(template, version);
  const noDryRun = whyNoDryRun(template, templates, version);
  const known = inventory && hostsOf(inventory);
  const limit = overrides.limit.length > 0 ? overrides.limit : template.limit;
  const reached = hostsReached(context);
  const unknown = known && kind === 'ansible' ? unknownWords(limit, known) : [];
  const ahead = recent.filter((task) => task.templateId === template.id && !isFinished(task));
  const autoruns = autorunsOf(template, templates);
  return [
    overrides.dryRun &&
      kind === 'ansible' &&
      'Check mode: Ansible changes nothing, except in tasks that say check_mode: false; command and shell tasks are skipped.',
    !overrides.dryRun &&
      (noDryRun
        ? `No dry run is possible of this: ${noDryRun}.`
        : 'A dry run is possible first: dry_run=true.'),
    kind === 'ansible' &&
      limit.length > 0 &&
      known &&
      unknown.length === 0 &&
      `It reaches ${plural(reached.length, 'host')}: ${reached.slice(0, 20).join(', ')}${reached.length > 20 ? ' …' : ''}.`,
    kind === 'ansible' &&
      !known &&
      `Which hosts ${inventory?.name ?? 'the inventory'} has is not kept in Semaphore, so LARES_PROTECT cannot look for them.`,
    kind === 'ansible' &&
      limit.length === 0 &&
      `No limit: ${known ? `all ${known.hosts.length} hosts of ${inventory.name}` : 'every host of the inventory'}${/(^|\s)(-l|--limit)\b/.test(template.arguments ?? '') ? " that the template's own arguments leave" : ''}.`,
    overrides.limit.length > 0 &&
      template.limit.length > 0 &&
      `The template's own limit ${template.limit.join(',')} does not hold then.`,
    template.arguments && `The template's own arguments: ${template.arguments}`,
    unknown.length > 0 &&
      `${unknown.join(', ')} is neither host nor group in ${inventory?.name}; Ansible fails when nothing matches.`,
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
      !overrides.dryRun &&
      (template.autoApprove
        ? 'It applies without asking (auto_approve).'
        : 'It stops after the plan until a person confirms it in Semaphore.'),
    autoruns.length > 0 &&
      `When it ends well, Semaphore starts ${autoruns.map(({ id, name }) => `template ${id} (${name})`).join(', ')} as well (autorun).`,
  ].filter((warning) => typeof warning === 'string');
}
