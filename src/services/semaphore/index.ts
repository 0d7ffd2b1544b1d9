import * as z from 'zod';
import { HttpUrl } from '../../core/config/http-url.ts';
import { defineService } from '../../core/service.ts';

/** Where a check-up starts to speak. */
export interface Thresholds {
  waitingMinutes: number;
  runningHours: number;
  failedDays: number;
  scheduleGraceMinutes: number;
}

const config = z.object({
  url: HttpUrl.describe(
    'Base URL, with its path prefix if it has one: http://semaphore.lab.example.net:3000',
  ),
  token: z
    .string()
    .min(1)
    .meta({ secret: true })
    .describe('API token of a user who is guest (reads) or task runner (runs) in its projects'),
  waiting_minutes: z.coerce
    .number()
    .min(1)
    .default(15)
    .describe('A task that waits longer with nothing before it is a finding'),
  running_hours: z.coerce
    .number()
    .min(1)
    .default(12)
    .describe('A task that runs longer is a finding'),
  failed_days: z.coerce
    .number()
    .min(0)
    .default(7)
    .describe(
      'A failed run that no schedule started is a warning this long, later only information',
    ),
  schedule_grace_minutes: z.coerce
    .number()
    .min(1)
    .default(15)
    .describe('How late a scheduled run may start'),
});

export const semaphore = defineService({
  id: 'semaphore',
  title: 'Semaphore',
  docs: 'https://docs.semaphoreui.com/administration-guide/api/',
  instances: 'apart',
  protects: ['template', 'project', 'inventory', 'name'],
  answers: 'automation runs and their output: semaphore_list_tasks, semaphore_task_output',
  config,
  connect: ({
    url,
    token,
    waiting_minutes,
    running_hours,
    failed_days,
    schedule_grace_minutes,
  }) => ({
    baseUrl: `${url.replace(/\/+$/, '').replace(/\/api$/, '')}/api`,
    headers: { authorization: `Bearer ${token}` },
    settings: {
      waitingMinutes: waiting_minutes,
      runningHours: running_hours,
      failedDays: failed_days,
      scheduleGraceMinutes: schedule_grace_minutes,
    } satisfies Thresholds,
  }),
  load: () => import('./tools/index.ts'),
});
