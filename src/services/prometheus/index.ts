import * as z from 'zod';
import { HttpUrl } from '../../core/config/http-url.ts';
import { defineService } from '../../core/service.ts';

const Names = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((list) =>
      list
        .split(',')
        .map((name) => name.trim().toLowerCase())
        .filter(Boolean),
    );

const config = z
  .object({
    url: HttpUrl.describe('Base URL, with the path prefix if it has one'),
    username: z.string().min(1).optional().describe('User of its basic auth'),
    password: z
      .string()
      .min(1)
      .meta({ secret: true })
      .optional()
      .describe('Password of its basic auth'),
    bearer_token: z
      .string()
      .min(1)
      .meta({ secret: true })
      .optional()
      .describe('Token for a proxy in front of it, instead of username and password'),
    org_id: z
      .string()
      .min(1)
      .optional()
      .describe('Tenant, sent as X-Scope-OrgID (Mimir, Loki, Cortex)'),
    alertmanager_url: HttpUrl.optional().describe(
      'Base URL of its Alertmanager: tells what is silenced',
    ),
    alertmanager_username: z
      .string()
      .min(1)
      .optional()
      .describe('User, if Alertmanager has basic auth'),
    alertmanager_password: z
      .string()
      .min(1)
      .meta({ secret: true })
      .optional()
      .describe('Password of that user'),
    alertmanager_bearer_token: z
      .string()
      .min(1)
      .meta({ secret: true })
      .optional()
      .describe('Token for a proxy in front of Alertmanager'),
    critical_severities: Names('critical,crit,page,emergency,fatal,disaster').describe(
      'Severities of alerts that mean something is broken',
    ),
    info_severities: Names('info,information,informational,notice,low,debug,none').describe(
      'Severities of alerts that are worth knowing only; all others are warnings',
    ),
    watchdogs: Names('Watchdog,DeadMansSwitch').describe(
      'Alerts that always fire to show that alerting works',
    ),
    target_down_minutes: z.coerce
      .number()
      .min(0)
      .max(1_440)
      .default(5)
      .describe('A target that is down for less is only worth knowing'),
  })
  .superRefine((config, context) => {
    for (const prefix of ['', 'alertmanager_'] as const) {
      const {
        [`${prefix}username` as const]: username,
        [`${prefix}password` as const]: password,
        [`${prefix}bearer_token` as const]: token,
      } = config;
      const complain = (field: string, message: string) =>
        context.addIssue({ code: 'custom', path: [prefix + field], message });
      if (username && !password)
        complain('password', 'is missing: basic auth needs a username and a password');
      if (password && !username)
        complain('username', 'is missing: basic auth needs a username and a password');
      if (token && (username || password))
        complain(
          'bearer_token',
          'is set beside a username or password: only one of the two can be sent',
        );
      if (prefix && !config.alertmanager_url && (username || password || token))
        complain('url', 'is missing: Alertmanager has credentials but no address');
    }
  });

/** Lists are lower case. */
export interface Settings {
  critical: readonly string[];
  info: readonly string[];
  watchdogs: readonly string[];
  targetDownMinutes: number;
}

function authorization(
  username: string | undefined,
  password: string | undefined,
  token: string | undefined,
): Record<string, string> {
  if (token) return { authorization: `Bearer ${token}` };
  return username && password
    ? { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
    : {};
}

export const prometheus = defineService({
  id: 'prometheus',
  title: 'Prometheus',
  docs: 'https://prometheus.io/docs/prometheus/latest/querying/api/',
  instances: 'apart',
  answers: 'alerts, metrics over time, what is not scraped: prom_alerts, prom_query, prom_targets',
  config,
  connect: ({ url, username, password, bearer_token, org_id, ...rest }) => ({
    baseUrl: url,
    headers: {
      ...authorization(username, password, bearer_token),
      ...(org_id && { 'x-scope-orgid': org_id }),
    },
    settings: {
      critical: rest.critical_severities,
      info: rest.info_severities,
      watchdogs: rest.watchdogs,
      targetDownMinutes: rest.target_down_minutes,
    } satisfies Settings,
    ...(rest.alertmanager_url && {
      also: {
        alertmanager: {
          baseUrl: rest.alertmanager_url,
          // Its own or none: what Prometheus trusts is not shown to another server.
          headers: authorization(
            rest.alertmanager_username,
            rest.alertmanager_password,
            rest.alertmanager_bearer_token,
          ),
        },
      },
    }),
  }),
  load: () => import('./tools/index.ts'),
});
