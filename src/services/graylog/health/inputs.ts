import type { Finding } from '../../../core/health.ts';
import { oneLine } from '../../../core/base/text.ts';
import type { Checkup } from './checkup.ts';
import { finding, groupBy } from './finding.ts';

const failedStates = new Set(['FAILED', 'FAILING', 'INVALID_CONFIGURATION']);

/** Inputs that should listen and do not; one that was stopped is somebody's wish. */
export function inputFindings(checkup: Checkup): Finding[] {
  const failed = (checkup.inputs ?? []).filter(({ state }) => failedStates.has(state));
  return [...groupBy(failed, ({ title }) => title)].map(([title, [{ state, detail }]]) =>
    finding(checkup, 'input-failed', {
      subject: title,
      severity: 'warning',
      effect: 'degrades',
      message: `The input ${title} is ${state.toLowerCase().replace('_', ' ')}${detail ? `: ${oneLine(detail, 200)}` : ''}`,
    }),
  );
}
