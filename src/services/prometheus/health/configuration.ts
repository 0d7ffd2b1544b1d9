import type { Finding } from '../../../core/health.ts';
import { ago, iso } from '../../../core/base/units.ts';
import { serverRef } from '../things.ts';
import type { Checkup } from './checkup.ts';

/** Whether Prometheus runs the configuration that stands on its disk. */
export function configurationFindings({ instance, runtime, now }: Checkup): Finding[] {
  if (runtime?.reloadConfigSuccess !== false) return [];
  const { lastConfigTime } = runtime;
  return [
    {
      id: 'prometheus.config-reload-failed/prometheus',
      severity: 'warning',
      subject: 'Prometheus configuration',
      about: [serverRef(instance)],
      effect: 'risk',
      message: `The last reload of the configuration failed: Prometheus still runs ${lastConfigTime === undefined ? 'an older one' : `the one it read ${ago(lastConfigTime, now)}`}, and may not start again`,
      since: lastConfigTime === undefined ? undefined : iso(lastConfigTime),
      next: {
        tool: 'prom_query',
        arguments: { query: 'prometheus_config_last_reload_successful' },
      },
    },
  ];
}
