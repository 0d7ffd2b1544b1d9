import type { Finding } from '../../../core/health.ts';
import { count, duration, percent } from '../../../core/base/units.ts';
import { fillShare, lagSeconds, type NodeJournal } from '../journal.ts';
import type { Checkup } from './checkup.ts';
import { finding } from './finding.ts';

/** Journals that fill, or that are not emptied in time. */
export function journalFindings(checkup: Checkup): Finding[] {
  return (checkup.journals ?? []).flatMap((journal) => journalFinding(checkup, journal) ?? []);
}

/** One finding a node at most: a journal that fills, or else one that is not emptied in time. */
function journalFinding(checkup: Checkup, { node, journal }: NodeJournal): Finding | undefined {
  if (!journal) return undefined;
  const { journalWarn, journalCritical, behindMinutes } = checkup.settings;
  const share = fillShare(journal);
  const lag = lagSeconds(journal);
  const stuck = lag === Infinity && node.processing !== false;
  const waiting = `${count(journal.uncommitted)} messages wait, ${count(journal.appendPerSecond)}/s come in and ${count(journal.readPerSecond)}/s are processed`;
  const subject = node.hostname;
  if (share >= journalWarn)
    return finding(checkup, 'journal-filling', {
      subject,
      severity: share >= journalCritical || stuck ? 'critical' : 'warning',
      message: `The journal of ${subject} is ${percent(share)} full: ${waiting}. When it is full, the oldest are lost`,
    });
  if (stuck)
    return finding(checkup, 'indexing-behind', {
      subject,
      severity: 'critical',
      message: `${subject} does not process its messages: ${waiting}`,
    });
  if (lag !== Infinity && lag > behindMinutes * 60)
    return finding(checkup, 'indexing-behind', {
      subject,
      severity: 'warning',
      message: `${subject} is ${duration(lag)} behind: ${waiting}`,
    });
  return undefined;
}
