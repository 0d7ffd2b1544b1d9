import * as z from 'zod';
import { defineService } from '../../core/service.ts';
import type { Settings } from './settings.ts';

const port = z.coerce.number().int().min(1).max(65_535);

export const caddy = defineService({
  id: 'caddy',
  title: 'Caddy',
  docs: 'https://caddyserver.com/docs/api',
  instances: 'together',
  answers: 'which site leads where, upstreams that are down: caddy_list_sites',
  config: z
    .object({
      url: z
        .string()
        .regex(
          /^(?:https?:\/\/[^/\s]+\/?|unix:\/\/\/\S+)$/,
          'must be http://host:2019, https://host:2021 (remote admin) or unix:///path/to/admin.sock',
        )
        .describe(
          'Admin API: http://host:2019, https://host:2021 with a client certificate, or unix:///run/caddy/admin.sock',
        ),
      host_header: z
        .string()
        .min(1)
        .optional()
        .describe(
          'Host the admin API expects, when it is not the one in the URL (tunnel, container name), e.g. localhost:2019',
        ),
      origin_header: z
        .string()
        .min(1)
        .optional()
        .describe('Origin to send, only where the admin API has enforce_origin'),
      client_cert_file: z
        .string()
        .min(1)
        .optional()
        .describe('PEM certificate for the remote admin API'),
      client_key_file: z.string().min(1).optional().describe('PEM key of that certificate'),
      site_address: z
        .string()
        .min(1)
        .optional()
        .describe('Where its sites answer, if not at the host of the URL'),
      site_port: port
        .optional()
        .describe('HTTPS port of its sites as seen from here, if not the one in its config'),
      certificate_days: z.coerce
        .number()
        .min(1)
        .max(90)
        .default(14)
        .describe(
          'Warn when a certificate expires within so many days (short-lived ones: within a sixth of their lifetime)',
        ),
      error_percent: z.coerce
        .number()
        .min(0.1)
        .max(100)
        .default(5)
        .describe('Warn when so many percent of the requests get a 5xx'),
    })
    .superRefine(({ client_cert_file, client_key_file }, context) => {
      const lacks = (field: string): void =>
        context.addIssue({
          code: 'custom',
          path: [field],
          message: 'is missing: a client certificate needs its key, and the key its certificate',
        });
      if (client_cert_file !== undefined && client_key_file === undefined) lacks('client_key_file');
      if (client_key_file !== undefined && client_cert_file === undefined)
        lacks('client_cert_file');
    }),
  connect: ({
    url,
    host_header,
    origin_header,
    client_cert_file,
    client_key_file,
    site_address,
    site_port,
    certificate_days,
    error_percent,
  }) => ({
    baseUrl: url.replace(/\/$/, ''),
    headers: {
      ...(host_header && { host: host_header }),
      ...(origin_header && { origin: origin_header }),
    },
    ...(client_cert_file &&
      client_key_file && {
        clientCertificate: { certFile: client_cert_file, keyFile: client_key_file },
      }),
    settings: {
      siteAddress: site_address ?? hostOf(url),
      sitePort: site_port,
      certificateDays: certificate_days,
      errorShare: error_percent / 100,
    } satisfies Settings,
  }),
  load: () => import('./tools/index.ts'),
});

/** A socket is on this machine, and so are its sites. */
const hostOf = (url: string): string =>
  url.startsWith('unix:') ? '127.0.0.1' : new URL(url).hostname.replace(/^\[|\]$/g, '');
