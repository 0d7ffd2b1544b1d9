import { defineService } from '../../core/service.ts';
import { authorization, config, credentialOf, foreign, parts, type Settings } from './settings.ts';

export const prometheus = defineService({
  id: 'prometheus',
  title: 'Prometheus',
  docs: 'https://prometheus.io/docs/prometheus/latest/querying/api/',
  instances: 'apart',
  parts,
  answers: 'alerts, metrics over time, what is not scraped: prom_alerts, prom_query, prom_targets',
  describes: ['target'],
  foreign,
  config,
  connect: ({ url, username, password, bearer_token, org_id, ...rest }) => ({
    baseUrl: url,
    headers: {
      ...authorization(username, password, bearer_token),
      ...(org_id && { 'x-scope-orgid': org_id }),
    },
    settings: {
      critical: rest.critical_severities,
      info: rest.info_severities,
      watchdogs: rest.watchdogs,
      targetDownMinutes: rest.target_down_minutes,
      alertmanagerUrl: rest.alertmanager_url,
      credential: credentialOf(username, bearer_token),
      alertmanagerCredential: credentialOf(
        rest.alertmanager_username,
        rest.alertmanager_bearer_token,
      ),
    } satisfies Settings,
    ...(rest.alertmanager_url && {
      also: {
        alertmanager: {
          baseUrl: rest.alertmanager_url,
          // Its own or none: what Prometheus trusts is not shown to another server.
          headers: authorization(
            rest.alertmanager_username,
            rest.alertmanager_password,
            rest.alertmanager_bearer_token,
          ),
        },
      },
    }),
  }),
  load: () => import('./tools/index.ts'),
  setup: () => import('./recipe.ts'),
});
