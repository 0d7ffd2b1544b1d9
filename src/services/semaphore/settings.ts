import * as z from 'zod';
import { HttpUrl } from '../../core/config/http-url.ts';

/** The variables, `SEMAPHORE_…`. */
export const config = z.object({
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

/** What the client knows besides the address: where a check-up starts to speak. */
export interface Settings {
  waitingMinutes: number;
  runningHours: number;
  failedDays: number;
  scheduleGraceMinutes: number;
}
