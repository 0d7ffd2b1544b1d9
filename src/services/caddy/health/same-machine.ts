import type { Finding } from '../../../core/health.ts';
import { valueOf } from '../metrics.ts';
import { instanceRef } from '../refs.ts';
import type { Checkup } from './checkup.ts';
import { finding } from './finding.ts';

/**
 * Instances that are one process: a pair that is none. The start of a process is told to a hundredth of a second, which two that a machine
 * starts together may share; from 2.9 on the moment its configuration was read is told to a millionth, and must be the same too.
 */
export function sameMachineFindings(checkups: readonly Checkup[]): Finding[] {
  const starts = checkups.flatMap(({ instance, metrics }) => {
    const start = metrics && valueOf(metrics, 'process_start_time_seconds');
    const read = metrics && valueOf(metrics, 'caddy_config_last_reload_success_timestamp_seconds');
    return start === undefined ? [] : [{ instance, process: `${start} ${read ?? ''}` }];
  });
  const names = starts
    .filter(({ instance, process }) =>
      starts.some((other) => other.instance !== instance && other.process === process),
    )
    .map(({ instance }) => instance);
  if (names.length === 0) return [];
  return [
    finding('same-machine', names.join('+'), {
      severity: 'warning',
      about: names.map(instanceRef),
      effect: 'risk',
      message: `${names.join(' and ')} are one Caddy: the same process answers for ${names.length === 2 ? 'both' : 'all of them'}, so none stands in for the other. Check the URL of each`,
    }),
  ];
}
