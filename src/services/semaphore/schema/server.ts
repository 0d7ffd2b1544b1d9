import * as z from 'zod';
import { flag, maybe, text, title } from './fields.ts';

/** `/info`: the server. */
export const Info = z
  .object({ version: text, ansible: text, schedule_timezone: text, use_remote_runner: flag })
  .transform(({ version, ansible, schedule_timezone, use_remote_runner }) => ({
    version,
    ansible: ansible.split('\n')[0] ?? '',
    timezone: schedule_timezone || undefined,
    remoteRunners: use_remote_runner,
  }));

export type Info = z.output<typeof Info>;

/** `/user`: who the token belongs to. */
export const User = z.object({ id: z.int(), username: text, admin: flag });

/** What that user is in one project. */
export const Role = z.object({ role: text, permissions: maybe(z.int()) });

/** Bit 1 of a role's permissions (db/ProjectUser.go `CanRunProjectTasks`). */
export const mayRunTasks = (permissions: number): boolean => (permissions & 1) === 1;

/** No limit of parallel tasks is undefined; the upstream spells it 0 or leaves it out. */
export const Project = z
  .object({ id: z.int(), name: title, max_parallel_tasks: maybe(z.int()) })
  .transform(({ id, name, max_parallel_tasks }) => ({
    id,
    name,
    maxParallelTasks: max_parallel_tasks || undefined,
  }));
export type Project = z.output<typeof Project>;
