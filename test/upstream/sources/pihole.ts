import { below, transcript } from '../library.ts';
import { at, type Upstream } from '../upstream.ts';

const describe = below('/api', 'pihole-ftl-v6.4.1/main.yaml');
const element = (path: string): string =>
  path
    .replace(/^\/api\/config\/dns\/\{.*/, '/api/config/{element}/{value}')
    .replace(/^\/api\/config\/[a-z].*/, '/api/config');
/** What `?detailed=true` makes of a list of records. */
const detailed = {
  '': 'array|object',
  ...{
    description: 'string',
    allowed: 'string',
    type: 'string',
    value: 'array',
    'value[]': 'string',
    default: 'array',
    'default[]': 'string',
    modified: 'boolean',
  },
  ...at('flags', {
    '': 'object',
    restart_dnsmasq: 'boolean',
    session_reset: 'boolean',
    env_var: 'boolean',
  }),
};

export const pihole: Upstream = {
  name: 'pihole',
  of: { service: 'pihole' },
  source: 'Pi-hole: OpenAPI of pihole-FTL v6.4.1, wire transcripts of the same',
  asked: [
    'POST /api/auth',
    'DELETE /api/auth',
    'GET /api/auth/sessions',
    'GET /api/config/dns',
    'GET /api/config/dns/hosts',
    'GET /api/config/dns/cnameRecords',
    'GET /api/config/misc/readOnly',
    'GET /api/config/webserver/api/app_sudo',
    'PUT /api/config/dns/{array}/{entry}',
    'DELETE /api/config/dns/{array}/{entry}',
    'PATCH /api/config',
    ...[
      'dns/blocking',
      'info/ftl',
      'info/login',
      'info/messages',
      'info/version',
      'network/interfaces',
      'queries',
      'search/{domain}',
      'stats/summary',
    ].map((path) => `GET /api/${path}`),
  ],
  describe: (method, path) => describe(method, element(path)),
  recorded: () =>
    transcript('pihole-app', 'pihole-auth', 'pihole-cname', 'pihole-hosts', 'pihole-stats'),
  sheet: {
    'GET /api/config/dns/hosts': { says: '§4', reply: at('config.dns.hosts', detailed) },
    'GET /api/config/dns/cnameRecords': {
      says: '§4',
      reply: {
        ...at('config.dns.cnameRecords', detailed),
        topics: 'array?',
        'topics[]': 'any',
        dns_servers: 'array?',
        'dns_servers[]': 'any',
      },
    },
  },
};
