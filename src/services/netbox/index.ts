import { defineService } from '../../core/service.ts';
import { authorization, config, foreign, type Settings } from './settings.ts';

export const netbox = defineService({
  id: 'netbox',
  title: 'NetBox',
  docs: 'https://netboxlabs.com/docs/netbox/integrations/rest-api/',
  instances: 'apart',
  secretShapes: [/\bnbt_[\w.-]{12,}/g],
  answers: 'what was documented, whose address this is: netbox_search, netbox_list_ips',
  describes: ['device'],
  compares: ['documented-twice'],
  foreign,
  config,
  connect: ({ url, token, compare_addresses }) => ({
    baseUrl: `${url.replace(/\/+$/, '').replace(/\/api$/, '')}/api`,
    headers: { authorization: authorization(token) },
    settings: {
      compareAddresses: compare_addresses,
      tokenVersion: authorization(token).startsWith('Bearer') ? 2 : 1,
    } satisfies Settings,
  }),
  load: () => import('./tools/index.ts'),
  setup: () => import('./recipe.ts'),
});
