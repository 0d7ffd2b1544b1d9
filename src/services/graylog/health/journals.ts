import type { Finding } from '../../../core/health.ts';
import { count, duration, percent } from '../../../core/base/units.ts';
import { isStuck, lagSeconds, waitingShare, type Backlog } from '../journal.ts';
import { usualPerSecond } from '../message-counts.ts';
import type { Journal } from '../schema/index.ts';
import type { Checkup } from './checkup.ts';
import { finding } from './finding.ts';

/** Journals that fill, or that are not emptied in time. */
export function journalFindings(checkup: Checkup): Finding[] {
  return (checkup.backlogs ?? []).flatMap((backlog) => journalFinding(checkup, backlog) ?? []);
}

/** One finding a node at most: a journal that fills, or else one that is not emptied in time. */
function journalFinding(checkup: Checkup, backlog: Backlog): Finding | undefined {
  const { node, journal } = backlog;
  if (!journal) return undefined;
  const { journalWarn, journalCritical, behindMinutes } = checkup.settings;
  const share = waitingShare(journal);
  const stuck = isStuck(backlog);
  const subject = node.hostname;
  if (share >= journalWarn)
    return finding(checkup, 'journal-filling', {
      subject,
      severity: share >= journalCritical || stuck ? 'critical' : 'warning',
      effect: 'degrades',
      message: `The journal of ${subject} is ${percent(share)} full: ${waitingText(backlog, journal)}. When it is full, the oldest are lost`,
    });
  if (journal.uncommitted < worthAWord(checkup)) return undefined;
  if (stuck)
    return finding(checkup, 'indexing-behind', {
      subject,
      severity: 'critical',
      effect: 'degrades',
      message: `${subject} does not process its messages: ${waitingText(backlog, journal)}`,
    });
  const lag = lagSeconds(backlog);
  if (lag !== Infinity && lag > behindMinutes * 60)
    return finding(checkup, 'indexing-behind', {
      subject,
      severity: 'warning',
      effect: 'degrades',
      message: `${subject} is ${duration(lag)} behind: ${waitingText(backlog, journal)}`,
    });
  return undefined;
}

const waitingText = ({ perSecond }: Backlog, { uncommitted, appendPerSecond }: Journal): string =>
  `${count(uncommitted)} messages wait, ${count(appendPerSecond)}/s come in and ${count(Math.max(0, Math.round(perSecond)))}/s are processed`;

/** A few seconds of messages always wait: below this many nothing is behind. Where few come, fewer are many minutes of them. */
const usualBacklog = 10_000;
const smallestBacklog = 100;

function worthAWord({ counts, settings }: Checkup): number {
  const perSecond = counts && usualPerSecond(counts, settings);
  if (perSecond === undefined) return usualBacklog;
  const minutes = Math.round(perSecond * settings.behindMinutes * 60);
  return Math.min(usualBacklog, Math.max(smallestBacklog, minutes));
}
