import * as z from 'zod';
import { HttpUrl } from '../../core/config/http-url.ts';
import { defineService } from '../../core/service.ts';

const config = z
  .object({
    url: HttpUrl.describe(
      'Address of its web interface or API, of the machine itself and never of the VIP',
    ),
    password: z
      .string()
      .min(1)
      .meta({ secret: true })
      .optional()
      .describe('App password (or the web password); leave it out where Pi-hole has none'),
    vip: z
      .union([z.ipv4(), z.ipv6()])
      .optional()
      .describe('Address that keepalived moves between the instances, to check who holds it'),
    dns_host: z
      .string()
      .min(1)
      .optional()
      .describe('Where its resolver answers, if not at the host of the URL'),
    dns_port: z.coerce
      .number()
      .int()
      .min(1)
      .max(65_535)
      .default(53)
      .describe('Port of its resolver'),
    dns_timeout_ms: z.coerce
      .number()
      .int()
      .min(50)
      .max(30_000)
      .default(2_000)
      .describe('How long one DNS question may take'),
    gravity_days: z.coerce
      .number()
      .min(1)
      .max(365)
      .default(14)
      .describe('Warn when the blocklists were last updated longer ago than so many days'),
    upstream_failure_percent: z.coerce
      .number()
      .min(1)
      .max(100)
      .default(20)
      .describe(
        'Warn when so many percent of the forwarded questions of the last 15 minutes failed',
      ),
  })
  .refine(({ url, vip }) => vip === undefined || hostOf(url) !== vip, {
    path: ['url'],
    error:
      'is the VIP: a session is known only to the machine that made it, so give each Pi-hole under its own address',
  });

const hostOf = (url: string): string | undefined =>
  URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : undefined;

/** What `connect` passes on. */
export interface Settings {
  vip: string | undefined;
  resolver: { host: string; port: number; timeoutMs: number };
  gravityDays: number;
  /** 0..1. */
  upstreamFailureShare: number;
}

export const pihole = defineService({
  id: 'pihole',
  title: 'Pi-hole',
  docs: 'https://docs.pi-hole.net/api/',
  instances: 'together',
  protects: ['dns', 'ip', 'target'],
  answers: 'a name does not resolve, local records: dns_lookup, dns_list_records',
  config,
  connect: ({
    url,
    password,
    vip,
    dns_host,
    dns_port,
    dns_timeout_ms,
    gravity_days,
    upstream_failure_percent,
  }) => ({
    baseUrl: `${url.replace(/\/+(?:(?:admin|api)\/*)?$/, '')}/api`,
    credentials: password === undefined ? {} : { password },
    settings: {
      vip,
      resolver: { host: dns_host ?? hostOf(url) ?? '', port: dns_port, timeoutMs: dns_timeout_ms },
      gravityDays: gravity_days,
      upstreamFailureShare: upstream_failure_percent / 100,
    } satisfies Settings,
  }),
  load: () => import('./tools/index.ts'),
});
