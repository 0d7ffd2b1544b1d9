import type { Check } from '../../../core/health.ts';
import type { Semaphore } from '../client.ts';
import {
  newestFirst,
  type Project,
  type Schedule,
  type Task,
  type Template,
} from '../schema/index.ts';
import type { Settings } from '../settings.ts';

/** The most runs that Semaphore gives of a project's newest. */
export const taskLimit = 200;

/** What the findings on one project are computed from. */
export interface Checkup {
  /** For the questions that only some findings need. */
  client: Semaphore;
  settings: Settings;
  /** Milliseconds since the epoch. */
  now: number;
  /** The zone in which schedules are read; undefined where the server does not tell it (before 2.16). */
  timezone: string | undefined;
  project: Project;
  templates: readonly Template[];
  /** Newest first, at most `taskLimit`. */
  tasks: readonly Task[];
  /** Undefined when they could not be read; the report names that. */
  schedules: readonly Schedule[] | undefined;
}

/** Looks at one project. Undefined when it could not be looked at, which the report then names. */
export async function checkUp(
  client: Semaphore,
  project: Project,
  now: number,
  check: Check,
): Promise<Omit<Checkup, 'timezone'> | undefined> {
  const [lists, schedules] = await Promise.all([
    check(`project ${project.name}`, async () =>
      Promise.all([client.templates(project.id), client.lastTasks(project.id, taskLimit)]),
    ),
    check(`schedules of ${project.name}`, () => client.schedules(project.id)),
  ]);
  if (!lists) return undefined;
  const [templates, listed] = lists;
  const tasks = listed.toSorted(newestFirst);
  return { client, settings: client.settings, now, project, templates, tasks, schedules };
}

/** How many of the runs have one of these states. */
export const countOf = (tasks: readonly Task[], ...statuses: readonly string[]): number =>
  tasks.filter(({ status }) => statuses.includes(status)).length;
