import * as z from 'zod';
import { maybe, moment, ref, text, time } from './fields.ts';

/** `active` does not exist before 2.10: every schedule was. With a `repository_id` it runs only when that repository has a new commit. */
export const Schedule = z
  .object({
    id: z.int(),
    template_id: z.int(),
    name: text,
    cron_format: text,
    active: z.boolean().nullish(),
    repository_id: ref,
    type: text,
    run_at: maybe(time),
    tpl_name: text,
  })
  .transform((schedule) => ({
    id: schedule.id,
    templateId: schedule.template_id,
    name: schedule.name || undefined,
    template: schedule.tpl_name || undefined,
    cron: schedule.cron_format,
    active: schedule.active ?? true,
    pollsRepository: schedule.repository_id !== undefined,
    once: schedule.type === 'run_at',
    runAt: schedule.run_at,
  }));
export type Schedule = z.output<typeof Schedule>;

/** Somebody changed something. `at` in milliseconds since the epoch. */
export const Event = z
  .object({ object_type: text, object_id: ref, created: moment })
  .transform(({ object_type, object_id, created }) => ({
    type: object_type,
    id: object_id,
    at: created,
  }));
