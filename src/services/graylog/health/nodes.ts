import type { Finding } from '../../../core/health.ts';
import { count, duration, percent } from '../../../core/base/units.ts';
import { oneLine } from '../../../core/base/text.ts';
import { fill, lagSeconds, type NodeJournal } from '../journal.ts';
import type { Inputs, Node } from '../schema/nodes.ts';
import { grouped } from './grouped.ts';
import { found, type Place } from './finding.ts';

/** Nodes that do not answer the others, and nodes whose processing somebody paused. */
export function nodeFindings(
  nodes: readonly { id: string; node: Node | undefined }[],
  place: Place,
): Finding[] {
  return nodes.flatMap(({ id, node }) => {
    if (!node)
      return [
        found(place, 'node-down', {
          subject: id,
          severity: 'warning',
          message: `The Graylog node ${id} does not answer the others`,
        }),
      ];
    if (node.processing === false)
      return [
        found(place, 'processing-paused', {
          subject: node.hostname,
          severity: 'warning',
          message: `Message processing is paused on ${node.hostname}: what arrives waits in its journal`,
        }),
      ];
    return [];
  });
}

/** One finding a node at most: a journal that fills, or else one that is not emptied in time. */
export function journalFindings({ node, journal }: NodeJournal, place: Place): Finding[] {
  if (!journal) return [];
  const { journalWarn, journalCritical, behindMinutes } = place.settings;
  const share = fill(journal);
  const lag = lagSeconds(journal);
  const stuck = lag === Infinity && node.processing !== false;
  const waiting = `${count(journal.uncommitted)} messages wait, ${count(journal.appendPerSecond)}/s come in and ${count(journal.readPerSecond)}/s are processed`;
  const subject = node.hostname;
  if (share >= journalWarn) {
    return [
      found(place, 'journal-filling', {
        subject,
        severity: share >= journalCritical || stuck ? 'critical' : 'warning',
        message: `The journal of ${subject} is ${percent(share)} full: ${waiting}. When it is full, the oldest are lost`,
      }),
    ];
  }
  if (stuck)
    return [
      found(place, 'indexing-behind', {
        subject,
        severity: 'critical',
        message: `${subject} does not process its messages: ${waiting}`,
      }),
    ];
  if (lag !== Infinity && lag > behindMinutes * 60)
    return [
      found(place, 'indexing-behind', {
        subject,
        severity: 'warning',
        message: `${subject} is ${duration(lag)} behind: ${waiting}`,
      }),
    ];
  return [];
}

const broken = new Set(['FAILED', 'FAILING', 'INVALID_CONFIGURATION']);

/** Inputs that should listen and do not; one that was stopped is somebody's wish. */
export function inputFindings(inputs: Inputs, place: Place): Finding[] {
  const byTitle = grouped(
    inputs.filter(({ state }) => broken.has(state)),
    ({ title }) => title,
  );
  return [...byTitle].map(([title, [first]]) =>
    found(place, 'input-failed', {
      subject: title,
      severity: 'warning',
      message: `The input ${title} is ${first?.state.toLowerCase().replace('_', ' ')}${first?.detail ? `: ${oneLine(first.detail, 200)}` : ''}`,
    }),
  );
}
