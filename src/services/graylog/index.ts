import { defineService } from '../../core/service.ts';
import { config, foreign, type Settings } from './settings.ts';

export const graylog = defineService({
  id: 'graylog',
  title: 'Graylog',
  docs: 'https://go2docs.graylog.org/current/setting_up_graylog/rest_api.html',
  instances: 'apart',
  answers: 'what the logs say: search_logs',
  describes: ['source'],
  foreign,
  config,
  connect: ({ url, token, username, password, ...limits }) => ({
    baseUrl: `${url.replace(/\/+$/, '').replace(/\/api$/, '')}/api`,
    headers: {
      authorization: `Basic ${Buffer.from(token ? `${token}:token` : `${username}:${password}`).toString('base64')}`,
      'x-requested-by': 'lares',
    },
    settings: {
      username,
      // The word `token` as password makes the user name a token: Graylog's own way to write it.
      byToken: token !== undefined || password === 'token',
      tokenWarnDays: limits.token_warn_days,
      errorQuery: limits.error_query,
      spikeFactor: limits.spike_factor,
      spikeMin: limits.spike_min,
      silenceMinutes: limits.silence_minutes,
      journalWarn: limits.journal_warn_percent / 100,
      journalCritical: limits.journal_critical_percent / 100,
      behindMinutes: limits.behind_minutes,
    } satisfies Settings,
  }),
  load: () => import('./tools/index.ts'),
  setup: () => import('./recipe.ts'),
});
