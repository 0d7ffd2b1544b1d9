import * as z from 'zod';
import { HttpUrl } from '../../core/config/http-url.ts';

/** A comma-separated list, trimmed and in lower case. */
const NameList = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((list) =>
      list
        .split(',')
        .map((name) => name.trim().toLowerCase())
        .filter(Boolean),
    );

/** The variables of one Prometheus and its Alertmanager, without the prefix `PROMETHEUS_`. */
export const config = z
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
    critical_severities: NameList('critical,crit,page,emergency,fatal,disaster').describe(
      'Severities of alerts that mean something is broken',
    ),
    info_severities: NameList('info,information,informational,notice,low,debug,none').describe(
      'Severities of alerts that are worth knowing only; all others are warnings',
    ),
    watchdogs: NameList('Watchdog,DeadMansSwitch').describe(
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
      const report = (field: string, message: string) =>
        context.addIssue({ code: 'custom', path: [prefix + field], message });
      if (username && !password)
        report('password', 'is missing: basic auth needs a username and a password');
      if (password && !username)
        report('username', 'is missing: basic auth needs a username and a password');
      if (token && (username || password))
        report(
          'bearer_token',
          'is set beside a username or password, and only one of the two can be sent',
        );
      if (prefix && !config.alertmanager_url && (username || password || token))
        report('url', 'is missing: Alertmanager has credentials but no address');
    }
  });

/** Variables of client libraries and of images around Prometheus. */
export const foreign = {
  names: [/^PROMETHEUS_(?:REMOTE_WRITE_\w+|PUSHGATEWAY_\w+|(?:\w+_)?EXTERNAL_URL)$/],
  families: [
    /^PROMETHEUS_(?:MULTIPROC|STORAGE|RETENTION|TSDB|WEB|CONFIG|AGENT|METRICS|PUSHGATEWAY|MCP)(?:_|$)/,
    /^PROMETHEUS_(?:VERSION|PORT|URL_SSL_VERIFY|DISABLE_LINKS|REQUEST_TIMEOUT)$/,
  ],
};

/** What a compatible server may lack, or a homelab: `PROMETHEUS_WITHOUT` names what is not there on purpose. */
export const parts = {
  alertmanager: 'Alertmanager: silences, and whether alerts reach anybody',
  alerts: 'Alerts and rules: a server that only stores evaluates none',
  targets: 'Scrape targets',
  status: 'Its configuration: whether the last reload was taken',
} as const;

export type Part = keyof typeof parts;

/** What the client and the check-up need of the configuration. */
export interface Settings {
  /** Values of the label `severity`, in lower case. */
  critical: readonly string[];
  info: readonly string[];
  /** NameList of alerts that always fire on purpose, in lower case. */
  watchdogs: readonly string[];
  targetDownMinutes: number;
  /** Where its Alertmanager is asked, if one is configured. */
  alertmanagerUrl?: string | undefined;
  /** What Prometheus is asked with, and its Alertmanager. */
  credential: Credential;
  alertmanagerCredential: Credential;
}

export type Credential = 'password' | 'token' | 'none';

/** Which of them is configured. */
export function credentialOf(username: string | undefined, token: string | undefined): Credential {
  if (token) return 'token';
  return username ? 'password' : 'none';
}

/** The header for basic auth or a bearer token; empty where neither is configured. */
export function authorization(
  username: string | undefined,
  password: string | undefined,
  token: string | undefined,
): Record<string, string> {
  if (token) return { authorization: `Bearer ${token}` };
  return username && password
    ? { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
    : {};
}
