import { ago, iso, plural } from '../../../core/base/units.ts';
import type { Finding } from '../../../core/health.ts';
import { showGuest } from '../calls.ts';
import type { Replication } from '../schema/node.ts';
import type { Checkup } from './checkup.ts';
import { finding, ofGuests } from './finding.ts';

/** A replication job whose latest runs failed. What a job that is switched off did before is history. */
export function replicationFindings(checkup: Checkup, node: string, job: Replication): Finding[] {
  const { guest, target, failures, error, lastSync, disabled } = job;
  if (disabled || failures === 0) return [];
  const success = lastSync
    ? `last success ${ago(lastSync, checkup.cluster.now())}`
    : 'never succeeded yet';
  return [
    finding(
      checkup,
      'replication-failed',
      'warning',
      guest,
      `Replication of guest ${guest} from ${node} to ${target} failed ${plural(failures, 'time')} in a row, ${success}${error ? `: ${error}` : ''}`,
      {
        about: ofGuests(checkup, guest),
        effect: 'risk',
        ...(lastSync && { since: iso(lastSync) }),
        next: showGuest(checkup, guest),
      },
    ),
  ];
}
