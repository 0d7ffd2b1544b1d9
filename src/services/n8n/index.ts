import { defineService } from '../../core/service.ts';
import { addressesOf, config, foreign, expiryOf, type Settings } from './settings.ts';

export const n8n = defineService({
  id: 'n8n',
  title: 'n8n',
  docs: 'https://docs.n8n.io/api/',
  instances: 'apart',
  answers: 'which workflow failed and why: n8n_list_executions',
  describes: ['workflow'],
  foreign,
  config,
  connect: ({ url, api_key, stuck_minutes, key_warn_days }) => {
    const { root, api } = addressesOf(url);
    return {
      baseUrl: api,
      headers: { 'x-n8n-api-key': api_key },
      // Metrics live outside the API and take no key.
      also: { root: { baseUrl: root, headers: {} } },
      settings: {
        stuckMinutes: stuck_minutes,
        keyWarnDays: key_warn_days,
        keyEndsAt: expiryOf(api_key),
      } satisfies Settings,
    };
  },
  load: () => import('./tools/index.ts'),
  setup: () => import('./recipe.ts'),
});
