import type { Finding } from '../../../core/health.ts';
import { oneLine } from '../../../core/base/text.ts';
import { plural } from '../../../core/base/units.ts';
import type { Checkup } from './checkup.ts';
import { finding } from './finding.ts';

/** Messages of the last hour that OpenSearch refused. They are lost. */
export function indexingFailureFindings(checkup: Checkup): Finding[] {
  const { failures } = checkup;
  if (!failures || failures.lastHour === 0) return [];
  const { lastHour, newest } = failures;
  return [
    finding(checkup, 'indexing-failures', {
      severity: 'warning',
      effect: 'degrades',
      message: `${plural(lastHour, 'message')} could not be indexed in the last hour and ${lastHour === 1 ? 'is' : 'are'} lost to searches`,
      ...(newest && { since: newest.at, evidence: oneLine(newest.reason, 300) }),
    }),
  ];
}
