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

/** Variables of Semaphore itself (util/config.go) and of its container image. */
export const foreign = {
  names: [
    /^SEMAPHORE_(?:(?:SLACK|ROCKETCHAT|MICROSOFT_TEAMS|DINGTALK|GOTIFY)_URL|(?:GOTIFY|TELEGRAM|PUSHOVER)_TOKEN|RUNNER_\w+|OIDC_\w+)$/,
  ],
  families: [
    /^SEMAPHORE_(?:DB|ADMIN|LDAP|EMAIL|TELEGRAM|SLACK|ROCKETCHAT|MICROSOFT_TEAMS|DINGTALK|GOTIFY|PUSHOVER|RUNNER|OIDC|TOTP|AUTH|COOKIE|ACCESS_KEY|WEB|GIT|SSH|TMP|PLAYBOOK|CONFIG|MAX|USE|INTEGRATION|ENV|FORWARDED|SCHEDULE|SYSLOG|EVENT_LOG|TASK_LOG|LOG|HA|PROCESS|PASSWORD_LOGIN|NON_ADMIN|DEBUGGING|TEAMS|SUBSCRIPTION|API|BOLT|MYSQL|POSTGRES|SQLITE|DIRS|CONNECTION|MCP)_/,
    /^SEMAPHORE_(?:TLS_(?:ENABLED|CERT_FILE|KEY_FILE|HTTP_REDIRECT_PORT)|DB|ADMIN|PORT|INTERFACE|APPS|VERSION|DEMO_MODE)(?:_FILE)?$/,
  ],
};

/** What the client knows besides the address: where a check-up starts to speak. */
export interface Settings {
  waitingMinutes: number;
  runningHours: number;
  failedDays: number;
  scheduleGraceMinutes: number;
}
