import { fullMessage, UpstreamError } from '../../core/base/errors.ts';
import type { Diagnosis } from '../../core/service.ts';
import { doctor as defineDoctor } from './client.ts';

type Right = Diagnosis['rights'][number];

const evaluation = 'evaluate PromQL';

/** The version of Alertmanager, or why it does not tell. */
type AlertmanagerVersion = { version: string } | { error: string };

/** Prometheus has no roles: what is asked is whether PromQL is evaluated, and whether Alertmanager answers. */
export const doctor = defineDoctor(async (prometheus) => {
  const version = await prometheus.version().catch((error: unknown) => {
    // A compatible server may have no such endpoint; what it may be asked is told all the same.
    if (error instanceof UpstreamError && error.status !== 401) return error;
    throw error;
  });
  const [queries, alertmanager, receivers] = await Promise.all([
    prometheus.query('vector(1)', prometheus.now() / 1000).then(
      (): Right => ({ what: evaluation, granted: true }),
      (error: unknown): Right =>
        error instanceof UpstreamError
          ? {
              what: evaluation,
              granted: false,
              fix: 'Point PROMETHEUS_URL at a server that stores samples (not an agent), and let its proxy pass /api/v1/query.',
            }
          : { what: evaluation, granted: 'unknown', fix: fullMessage(error) },
    ),
    prometheus.alertmanager?.version().then(
      (answer): AlertmanagerVersion => ({ version: answer }),
      (error: Error): AlertmanagerVersion => ({ error: error.message }),
    ),
    prometheus.alertmanagers().catch(() => []),
  ]);
  if (version instanceof UpstreamError && !queries.granted) throw version;
  const name = version instanceof UpstreamError ? 'unknown' : version;
  return {
    version:
      alertmanager && 'version' in alertmanager
        ? `${name}, Alertmanager ${alertmanager.version}`
        : name,
    rights: [queries, alertmanagerRight(alertmanager, receivers[0])],
  };
});

/** `receiver` is an Alertmanager that Prometheus itself sends to. */
function alertmanagerRight(
  alertmanager: AlertmanagerVersion | undefined,
  receiver: string | undefined,
): Right {
  const what = 'read alerts and silences of Alertmanager';
  if (!alertmanager)
    return {
      what,
      granted: 'unknown',
      fix: `Set PROMETHEUS_ALERTMANAGER_URL${receiver ? ` (Prometheus sends to ${receiver})` : ''} to see what is silenced.`,
    };
  return 'error' in alertmanager
    ? { what, granted: false, fix: alertmanager.error }
    : { what, granted: true };
}
