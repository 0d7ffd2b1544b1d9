import { defineService } from '../../core/service.ts';
import { config, foreign, hostOf, type Settings } from './settings.ts';

export const caddy = defineService({
  id: 'caddy',
  title: 'Caddy',
  docs: 'https://caddyserver.com/docs/api',
  instances: 'together',
  parts: {
    requests: 'HTTP metrics: the 5xx of its sites',
    certificates: 'certificates of its sites, seen by a handshake from here',
  },
  answers: 'which site leads where, upstreams that are down: caddy_list_sites',
  describes: ['site', 'upstream'],
  compares: ['pair-apart'],
  foreign,
  config,
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
  setup: () => import('./recipe.ts'),
});
