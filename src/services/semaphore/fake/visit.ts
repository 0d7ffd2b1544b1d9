import { json, type Reply, type Seen } from '../../../demo/loopback.ts';
import type { World } from '../../../demo/world/index.ts';
import type { Effect } from './effect.ts';
import type { Course } from './progress.ts';

/** A user and its token. `roles` are per project; who has none there does not see it, unless an administrator. */
export interface Account {
  token: string;
  id: number;
  username: string;
  admin: boolean;
  roles: Record<number, 'owner' | 'manager' | 'task_runner' | 'guest'>;
}

/** What may be turned while it runs. */
export interface Knobs extends Course {
  /** `v2.9.64` to `2.18`; the world's by default. */
  version: string;
  accounts: Account[];
  /** Whether `/info` tells the zone of schedules; versions up to 2.10 never do. */
  tellsTimezone: boolean;
  /** SQL lists templates without `autorun`; Bolt (the default of its configuration) lists them whole and counts the ids of tasks down. */
  database: 'sql' | 'bolt';
}

/** The id of a task on the wire from the one in the world, and back. */
export const taskId = ({ database }: Knobs, id: number): number =>
  database === 'bolt' ? 2_147_483_647 - id : id;

/** The body of POST tasks, unchecked. */
export type Body = Record<string, unknown>;

/** A refusal: the status; all but a few have an empty body. */
export class Refused extends Error {
  readonly status: number;
  constructor(status: number) {
    super(String(status));
    this.status = status;
  }
}

/** The bits of the roles (db/ProjectUser.go). */
export const permissions = { owner: 15, manager: 5, task_runner: 1, guest: 0 } as const;

/** One request, from an account that may see the project. */
export interface Visit {
  world: World;
  fake: { knobs: Knobs; effects: Effect[]; looks: Map<number, number> };
  account: Account;
  seen: Seen;
  project: number;
  id: number;
}

/** The rows of the visited project. */
export const inProject = <T extends { projectId: number }>(
  list: readonly T[],
  { project }: Visit,
): T[] => list.filter(({ projectId }) => projectId === project);
/** A nil slice in Go is `null` in JSON. */
export const list = (rows: readonly unknown[]): Reply => json(rows.length > 0 ? rows : null);
/** Whether the account may start tasks there. */
export const mayRun = ({ account, project }: Visit): boolean =>
  account.admin || (permissions[account.roles[project] ?? 'guest'] & 1) === 1;

/** The row that the path names; Refused with `status` when there is none. */
export function rowOf<T extends { id: number; projectId: number }>(
  rows: readonly T[],
  visit: Visit,
  status: number,
): T {
  const row = inProject(rows, visit).find(({ id }) => id === visit.id);
  if (!row) throw new Refused(status);
  return row;
}

/** What a path answers that is no route. */
export const absent: Reply = {
  status: 404,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: 'Not Found\n',
};
