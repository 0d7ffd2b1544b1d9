import type { Finding } from '../../../core/health.ts';
import { valueOf } from '../metrics.ts';
import type { Checkup } from './checkup.ts';
import { instanceRef, pair } from '../refs.ts';
import { finding } from './finding.ts';

/** Whether an instance runs a config at all, and the one that it was given last. */
export function configFindings(
  { instance, config, metrics }: Checkup,
  checkups: readonly Checkup[],
): Finding[] {
  const findings: Finding[] = [];
  const next = { tool: 'caddy_get_config', arguments: {} };
  const about = [instanceRef(instance)];
  if (isEmpty(config))
    findings.push(
      finding('no-config', instance, {
        severity: 'critical',
        about: isPairEmpty(checkups) ? [...about, pair] : about,
        effect: 'stops',
        message: `${instance} runs without a config: it serves nothing`,
        next,
      }),
    );
  // Only since 2.9 does it say so; 0 means that it still runs what it had before.
  if (metrics && valueOf(metrics, 'caddy_config_last_reload_successful') === 0)
    findings.push(
      finding('reload-failed', instance, {
        severity: 'warning',
        about,
        effect: 'risk',
        message: `The last reload of ${instance} failed: it still runs the config it had before`,
        evidence: 'caddy_config_last_reload_successful 0',
        next,
      }),
    );
  return findings;
}

const isEmpty = (config: Checkup['config']): boolean => Object.keys(config).length === 0;

const isPairEmpty = (checkups: readonly Checkup[]): boolean =>
  checkups.length > 1 && checkups.every(({ config }) => isEmpty(config));
