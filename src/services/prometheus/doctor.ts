import { doctor as diagnosed } from './client.ts';

export const doctor = diagnosed(async (prometheus) => {
  const version = await prometheus.version();
  const [queries, alertmanager, receivers] = await Promise.all([
    prometheus.query('vector(1)', prometheus.now() / 1000).then(
      () => true,
      () => false,
    ),
    prometheus.alertmanager?.version().then(
      (found) => ({ found }),
      (error: Error) => ({ error: error.message }),
    ),
    prometheus.alertmanagers().catch(() => []),
  ]);
  const alerting = 'read alerts and silences of Alertmanager';
  const known = receivers[0];
  return {
    version:
      alertmanager && 'found' in alertmanager
        ? `${version}, Alertmanager ${alertmanager.found}`
        : version,
    rights: [
      {
        what: 'evaluate PromQL',
        granted: queries,
        ...(!queries && {
          fix: 'Point PROMETHEUS_URL at a server that stores samples (not an agent), and let its proxy pass /api/v1/query.',
        }),
      },
      !alertmanager
        ? {
            what: alerting,
            granted: 'unknown',
            fix: `Set PROMETHEUS_ALERTMANAGER_URL${known ? ` (Prometheus sends to ${known})` : ''} to see what is silenced.`,
          }
        : 'found' in alertmanager
          ? { what: alerting, granted: true }
          : { what: alerting, granted: false, fix: alertmanager.error },
    ],
  };
});
