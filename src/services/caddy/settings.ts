import * as z from 'zod';

const port = z.coerce.number().int().min(1).max(65_535);

/** The variables of one instance. */
export const config = z
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
    if (client_key_file !== undefined && client_cert_file === undefined) lacks('client_cert_file');
  });

/** Variables of Caddy, of its container image and of the proxy for Docker that is built on it. */
export const foreign = {
  families: [
    /^CADDY_(?:ADMIN|VERSION|CONFIG|DATA|ENVFILE|PORT|SOURCE_VERSION|CONTROLLER_NETWORK|INGRESS_NETWORKS)$/,
    /^CADDY_DOCKER_/,
  ],
};

/** What the client and the check-up know of the configuration: where the sites of an instance answer, and what counts as too much. */
export interface Settings {
  siteAddress: string;
  /** As seen from here; undefined means the port in its config. */
  sitePort: number | undefined;
  certificateDays: number;
  /** 0..1. */
  errorShare: number;
}

/** The host in the URL of an admin API, an IPv6 address without its brackets. A socket is on this machine, and so are its sites. */
export const hostOf = (url: string): string =>
  url.startsWith('unix:') ? '127.0.0.1' : new URL(url).hostname.replace(/^\[|\]$/g, '');
