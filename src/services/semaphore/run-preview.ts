import { canonicalAddress } from '../../core/base/address.ts';
import type { JsonObject } from '../../core/base/json.ts';
import { plural } from '../../core/base/units.ts';
import { ansibleArguments } from './ansible-arguments.ts';
import { followers, type Chain } from './chain.ts';
import { unknownWords } from './inventory-hosts.ts';
import type { Overrides } from './overrides.ts';
import { reachOf, targetOf, type Reach } from './reach.ts';
import {
  isFinished,
  type Inventory,
  type Project,
  type Task,
  type Template,
} from './schema/index.ts';
import type { Survey } from './survey.ts';
import { appOf, kindOf, namesOf, whyNoDryRun } from './template-kind.ts';
import type { Version } from './version.ts';

/** Everything that decides about the run, looked up. */
export interface RunContext {
  project: Project;
  template: Template;
  /** What Semaphore starts by itself afterwards. */
  chain: Chain;
  version: Version;
  /** That of the run, where another one was asked for. */
  inventory: Inventory | undefined;
  /** Of the project, by id, as far as the run and what follows it need them. */
  inventories: ReadonlyMap<number, Inventory>;
  overrides: Overrides;
  survey: Survey;
}

/** Where the run itself goes; undefined where the template is no Ansible. */
function ownReach({ template, inventory, version, overrides }: RunContext): Reach | undefined {
  if (kindOf(template, version) !== 'ansible') return undefined;
  return reachOf(template, inventory, version, overrides);
}

/** Where a template goes that is started by another one. */
function reachAfter({ inventories, version }: RunContext, follower: Template): Reach | undefined {
  if (kindOf(follower, version) !== 'ansible') return undefined;
  return reachOf(follower, inventories.get(follower.inventoryId ?? 0), version);
}

/** The run itself and what Semaphore starts after it, each with where it goes. */
export const runsOf = (context: RunContext): (readonly [Template, Reach | undefined])[] => [
  [context.template, ownReach(context)],
  ...followers(context.chain).map((follower) => [follower, reachAfter(context, follower)] as const),
];

/** What a rule of `LARES_PROTECT` may name: the job, what starts after it, and every host that any of them may reach as far as Semaphore knows them. */
export function labelsOf(context: RunContext): string[] {
  const { project } = context;
  const labels = runsOf(context).flatMap(([{ id, name }, reach]) => [
    `template:${id}`,
    `template:${name}`,
    ...(reach?.inventory ? [`inventory:${reach.inventory.name}`] : []),
    ...(reach?.hosts ?? []).flatMap((host) => hostLabels(host, reach?.known?.addresses.get(host))),
  ]);
  return [`project:${project.id}`, `project:${project.name}`, ...new Set(labels)];
}

/** A host by its name, with and without its domain, and by where it really is. */
function hostLabels(host: string, address: string | undefined): string[] {
  const names = [host, ...(address === undefined ? [] : [address])];
  return names.flatMap((name) => {
    if (canonicalAddress(name) !== undefined) return [`name:${name}`, `ip:${name}`];
    const [short = name] = name.split('.');
    return short === name ? [`name:${name}`] : [`name:${name}`, `name:${short}`];
  });
}

const place = ({ inventory, limit }: Reach): string =>
  `on inventory ${inventory?.name ?? 'unknown'}, ${limit.length > 0 ? `limited to ${limit.join(',')}` : 'all its hosts'}`;

const joined = (...lists: readonly (readonly string[])[]): string =>
  [...new Set(lists.flat())].join(',');

/** The run in one line, with what it starts; `build` is the task that a deploy template deploys. */
export function summaryOf(context: RunContext, build: number | undefined): string {
  const { project, template, version, overrides } = context;
  const kind = kindOf(template, version);
  const reach = ownReach(context);
  const argued = ansibleArguments(kind === 'ansible' ? overrides.arguments : []);
  const verb = !overrides.dryRun ? 'run' : kind === 'terraform' ? 'plan (not apply)' : 'dry-run';
  const tags = joined(overrides.tags.length > 0 ? overrides.tags : template.tags, argued.tags);
  const skipped = joined(
    overrides.skipTags.length > 0 ? overrides.skipTags : template.skipTags,
    argued.skipTags,
  );
  return [
    `${verb} template ${template.id} (${template.name}) of project ${project.name}: ${appOf(template, version)} ${template.playbook || '(root)'}`,
    reach && place(reach),
    kind === 'ansible' && mode(overrides.dryRun || argued.check, overrides.diff || argued.diff),
    tags && `tags ${tags}`,
    skipped && `without tags ${skipped}`,
    overrides.branch && `branch ${overrides.branch}`,
    build !== undefined && `with build ${build}`,
    overrides.arguments.length > 0 && `extra arguments ${overrides.arguments.join(' ')}`,
    ...context.chain.starts.map((follower) => `then ${afterwards(context, follower)}`),
  ]
    .filter(Boolean)
    .join(', ');
}

function mode(check: boolean, diff: boolean): string | false {
  if (check) return `in check mode${diff ? ' with diff' : ''}`;
  return diff && 'with diff';
}

function afterwards(context: RunContext, follower: Template): string {
  const reach = reachAfter(context, follower);
  return `${namesOf([follower])}${reach ? ` ${place(reach)}` : ''}`;
}

/** What the decision depends on: when it changes between preview and commit, the commit is refused. */
export function factsOf(context: RunContext): JsonObject {
  const { template, chain, inventory, inventories, version } = context;
  return {
    ...stableFacts(template),
    version: version.label,
    starts: followers(chain).map((follower) => ({
      ...stableFacts(follower),
      inventory: targetOf(inventories.get(follower.inventoryId ?? 0)),
    })),
    inventory: targetOf(inventory),
  };
}

function stableFacts(template: Template): JsonObject {
  const { lastTask: _, survey: __, permissions: ___, ...facts } = template;
  return facts;
}

/** What to know before it is confirmed; `recent` are the newest runs of the project. */
export function warningsOf(context: RunContext, recent: readonly Task[]): string[] {
  const { template, chain, version, overrides } = context;
  const kind = kindOf(template, version);
  const noDryRun = whyNoDryRun(template, chain, version);
  const ahead = recent.filter((task) => task.templateId === template.id && !isFinished(task));
  return [
    overrides.dryRun &&
      kind === 'ansible' &&
      'Check mode: Ansible changes nothing, except in tasks that say check_mode: false; command and shell tasks are skipped.',
    !overrides.dryRun &&
      (noDryRun
        ? `No dry run is possible of this: ${noDryRun}.`
        : 'A dry run is possible first: dry_run=true.'),
    ...hostWarnings(context),
    template.arguments && `The template's own arguments: ${template.arguments}`,
    ...variableWarnings(context),
    ahead.length > 0 &&
      !template.parallel &&
      `Task ${ahead.map(({ id, status }) => `${id} (${status})`).join(', ')} of this template is not finished: this one waits for it.`,
    kind === 'terraform' &&
      !overrides.dryRun &&
      (template.autoApprove
        ? 'It applies without asking (auto_approve).'
        : 'It stops after the plan until a person confirms it in Semaphore.'),
    ...chainWarnings(context),
  ].filter((warning) => typeof warning === 'string');
}

function hostWarnings(context: RunContext): (string | false)[] {
  const reach = ownReach(context);
  if (!reach) return [];
  const { template, overrides } = context;
  const { inventory, known, limit } = reach;
  const unknown = known ? unknownWords(limit, known) : [];
  return [
    limit.length > 0 && unknown.length === 0 && reached(reach),
    !known &&
      `Which hosts ${inventory?.name ?? 'the inventory'} has is not kept in Semaphore, so LARES_PROTECT cannot look for them.`,
    limit.length === 0 &&
      `No limit: ${known ? `all ${plural(known.hosts.length, 'host')} of ${inventory?.name}` : 'every host of the inventory'}.`,
    template.limit.length > 0 &&
      template.limit.join(',') !== limit.join(',') &&
      `The template's own limit ${template.limit.join(',')} does not hold then.`,
    overrides.limit.length > 0 &&
      overrides.limit.join(',') !== limit.join(',') &&
      `The limit ${overrides.limit.join(',')} does not hold: that of the arguments comes later.`,
    unknown.length > 0 &&
      `${unknown.join(', ')} is neither host nor group in ${inventory?.name}; Ansible fails when nothing matches.`,
  ];
}

function reached({ hosts, exact }: Reach): string | false {
  if (!hosts) return false;
  const names = `${hosts.slice(0, 20).join(', ')}${hosts.length > 20 ? ' …' : ''}`;
  if (exact) return `It reaches ${plural(hosts.length, 'host')}: ${names}.`;
  return `Only Ansible can tell which hosts that is: at most ${plural(hosts.length, 'host')}: ${names}.`;
}

function variableWarnings({ template, survey }: RunContext): (string | false)[] {
  const answers = Object.entries(survey.answers);
  if (answers.length === 0) return [];
  const defaults =
    survey.defaulted.length > 0 ? ` (by default: ${survey.defaulted.join(', ')})` : '';
  return [
    `Variables: ${answers.map(([key, value]) => `${key}=${value}`).join(', ')}${defaults}`,
    template.environmentIds.length === 0 &&
      'The template has no variable group: up to 2.17 such a run fails when it brings variables.',
  ];
}

function chainWarnings(context: RunContext): (string | false)[] {
  const { starts, unread } = context.chain;
  const hosts = starts.flatMap((follower) => {
    const reach = reachAfter(context, follower);
    const line = reach && reached(reach);
    return line ? [`${namesOf([follower])}: ${line}`] : [];
  });
  return [
    starts.length > 0 &&
      `When it ends well, Semaphore starts ${namesOf(starts)} as well (autorun).`,
    ...hosts,
    unread.length > 0 && `Whether Semaphore starts ${namesOf(unread)} after it could not be read.`,
  ];
}
