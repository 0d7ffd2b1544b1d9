import { defineService } from '../../core/service.ts';
import { config, foreign, hostOf, type Settings } from './settings.ts';

export const pihole = defineService({
  id: 'pihole',
  title: 'Pi-hole',
  docs: 'https://docs.pi-hole.net/api/',
  instances: 'together',
  protects: { dns: 'dns', ip: 'ip', target: 'dns' },
  parts: {
    upstreams: 'answers of the upstream resolvers, which its privacy level may hide',
    lists: 'blocklists, of a Pi-hole that only resolves',
    messages: 'diagnosis messages',
  },
  answers: 'a name does not resolve, local records: dns_lookup, dns_list_records',
  describes: ['name'],
  compares: ['pair-apart'],
  foreign,
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
    sessionHeaders: ['x-ftl-sid'],
    credentials: password === undefined ? {} : { password },
    settings: {
      vip,
      resolver: { host: dns_host ?? hostOf(url) ?? '', port: dns_port, timeoutMs: dns_timeout_ms },
      gravityDays: gravity_days,
      upstreamFailureShare: upstream_failure_percent / 100,
    } satisfies Settings,
  }),
  load: () => import('./tools/index.ts'),
  setup: () => import('./recipe.ts'),
});
