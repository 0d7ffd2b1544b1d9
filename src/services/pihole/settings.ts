import * as z from 'zod';
import { HttpUrl } from '../../core/config/http-url.ts';

/** The variables of one instance. */
export const config = z
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

/** The host in a URL, an IPv6 address without its brackets; undefined for what is no URL. */
export const hostOf = (url: string): string | undefined =>
  URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : undefined;

/** Variables of the container images, `PIHOLE_DNS_` with its underscore among them. */
export const foreign = {
  families: [/^PIHOLE_(?:DNS_|DOMAIN|UID|GID|DOCKER_TAG|INTERFACE|BASE|VERSION)$/],
};

/** What the client and the check-up know of the configuration. */
export interface Settings {
  vip: string | undefined;
  /** Where one instance answers DNS. */
  resolver: { host: string; port: number; timeoutMs: number };
  gravityDays: number;
  /** 0..1. */
  upstreamFailureShare: number;
}
