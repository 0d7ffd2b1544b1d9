import { transcript } from '../library.ts';
import type { Shape } from '../form.ts';
import type { Upstream } from '../upstream.ts';

const config: Shape = {
  '': 'object|null',
  'apps.http.http_port': 'integer?',
  'apps.http.https_port': 'integer?',
  'apps.http.servers': 'object?',
  'apps.http.servers.*': 'object',
  'apps.http.servers.*.logs.logger_names': 'object?',
  'apps.http.servers.*.logs.logger_names.*': 'string|array',
  'apps.http.servers.*.routes[].handle[].routes[].handle[]': 'any',
  'apps.pki': 'any?',
  'apps.tls.automation.policies[].issuers[]': 'any',
  'logging.logs': 'object?',
  'logging.logs.*': 'object',
};

export const caddy: Upstream = {
  name: 'caddy',
  of: { service: 'caddy' },
  source: 'Caddy: wire transcripts of 2.11.4 and 2.6.2 (it has no description of its admin API)',
  asked: ['GET /config/', 'GET /config/{path...}', 'GET /reverse_proxy/upstreams', 'GET /metrics'],
  recorded: () => transcript('caddy-v211', 'caddy-v26'),
  sheet: {
    'GET /metrics': { says: '§5' },
    'GET /config/': {
      says: '§3: every key may be missing, handlers and issuers are those of plugins as well',
      reply: config,
    },
    'GET /config/{path...}': { says: '§2: any part of it', reply: { '': 'any' } },
  },
};
