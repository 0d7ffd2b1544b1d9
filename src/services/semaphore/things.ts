import { iso } from '../../core/base/units.ts';
import type { Link, Ref, Thing } from '../../core/map.ts';
import { ansibleArguments } from './ansible-arguments.ts';
import { placesOf } from './host-places.ts';
import { isOutcome } from './outcome.ts';
import { reachOf } from './reach.ts';
import { scheduleRef, serverRef, templateRef } from './refs.ts';
import type { Inventory, Project, Schedule, Task, Template } from './schema/index.ts';
import { kindOf } from './template-kind.ts';
import type { Version } from './version.ts';

/** What one Semaphore tells of the homelab. */
export interface Known {
  instance: string;
  /** There are several, so a title and a call must say which. */
  several: boolean;
  projects: readonly KnownProject[];
}

/** What was read of one project. */
export interface KnownProject {
  project: Project;
  templates: readonly Template[];
  schedules: readonly Schedule[] | undefined;
  /** Newest first. */
  tasks: readonly Task[];
  /** Where runs go, if that was asked. */
  targets?: { inventories: readonly Inventory[]; version: Version };
}

/** The server, and in every project its templates and schedules. */
export const thingsOf = (known: Known): Thing[] => [
  {
    ref: serverRef(known.instance),
    title: known.several ? `Semaphore ${known.instance}` : 'Semaphore',
    state: 'up',
    more: { tool: 'semaphore_list_templates', arguments: callOf(known) },
    links: [],
  },
  ...known.projects.flatMap((part) => [
    ...part.templates.map((template) => templateThing(template, part, known)),
    ...(part.schedules ?? []).map((schedule) => scheduleThing(schedule, part, known)),
  ]),
];

const callOf = ({ several, instance }: Known): { instance?: string } =>
  several ? { instance } : {};

const runsOf = (template: number, { project }: KnownProject, known: Known) => ({
  tool: 'semaphore_list_tasks',
  arguments: { project: String(project.id), template: String(template), ...callOf(known) },
});

function templateThing(template: Template, part: KnownProject, known: Known): Thing {
  const runs = [template.lastTask ?? [], part.tasks].flat();
  const last = runs.find((task) => task.templateId === template.id && isOutcome(task));
  return {
    ref: templateRef(known.instance, part.project.id, template.id),
    title: template.name,
    state: stateOf(template, last),
    about: `job template of ${part.project.name}${last ? `, last run ${last.status}` : ''}`,
    more: runsOf(template.id, part, known),
    links: [servedBy(known), ...actsOn(template, part)],
  };
}

function scheduleThing(schedule: Schedule, part: KnownProject, known: Known): Thing {
  const { id, templateId, active } = schedule;
  const template = part.templates.find((candidate) => candidate.id === templateId);
  const name = template?.name ?? schedule.template ?? `template ${templateId}`;
  return {
    ref: scheduleRef(known.instance, part.project.id, id),
    title: schedule.name ?? `schedule ${id}`,
    about: `schedule of ${name}, ${timesOf(schedule)}${active ? '' : ', not active'}`,
    more: runsOf(templateId, part, known),
    links: [servedBy(known), ...(template ? actsOn(template, part) : [])],
    ...(!active && { idle: true }),
  };
}

/** Undefined where older runs than were read may tell. */
function stateOf({ lastTask }: Template, run: Task | undefined): Thing['state'] {
  if (!run) return lastTask ? undefined : 'unknown';
  return run.status === 'success' ? 'up' : 'down';
}

function timesOf({ once, runAt, cron }: Schedule): string {
  if (!once) return `cron ${cron}`;
  return runAt === undefined ? 'once' : `once at ${iso(runAt)}`;
}

const servedBy = ({ instance }: Known): Link => ({ to: serverRef(instance), how: 'served by' });

/** The hosts within its limit, weak: the playbook may name fewer of them, and that stands in a repository. */
const actsOn = (template: Template, part: KnownProject): Link[] =>
  hostsBehind(template, part).map((to) => ({ to, how: 'acts on', weak: true }));

/** None where only Ansible can tell which hosts those are, or where Semaphore starts something that goes by no inventory. */
function hostsBehind(template: Template, { targets }: KnownProject): Ref[] {
  if (!targets || kindOf(template, targets.version) !== 'ansible') return [];
  if (ansibleArguments(template.argumentWords).inventory) return [];
  const inventory = targets.inventories.find(({ id }) => id === template.inventoryId);
  const { known, hosts, exact } = reachOf(template, inventory, targets.version);
  return inventory && known && hosts && exact ? placesOf(inventory, known, hosts) : [];
}
