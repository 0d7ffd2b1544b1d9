import { second } from '../base/units.ts';
import { endEvents } from '../state/journal.ts';
import type { Guard } from './guard.ts';
import { isRunning } from './repetition.ts';

/** A write of Lares itself, of any of its processes, that a check-up may meet. Times are milliseconds since the epoch. */
export interface OwnWrite {
  tool: string;
  /** As it was previewed: `restart LXC 30062 (n8n) on pve-mini5`. */
  summary: string;
  began: number;
  /** Undefined while it is being carried out. */
  ended?: number | undefined;
}

/** What a write set off may go on for so long after its end. */
const echoMs = 15 * second;

/** The writes that are being carried out on `place` (`service/instance`), or have just ended there. A journal that cannot be read knows none. */
export function ownWritesOn(
  place: string,
  { journal, now: clock, running }: Pick<Guard, 'journal' | 'now' | 'running'>,
): OwnWrite[] {
  const now = clock();
  const recent = entriesOf(journal);
  return recent.flatMap((entry) => {
    const places = Array.isArray(entry['on']) ? entry['on'] : [];
    if (entry.event !== 'started' || !places.includes(place)) return [];
    const end = recent.find(
      ({ event, attempt }) => attempt === entry.attempt && endEvents.includes(event),
    );
    const ended = end && Date.parse(end.at);
    if (ended === undefined ? !isRunning(entry, now, running) : now - ended > echoMs) return [];
    const { tool, summary } = entry;
    return [{ tool, summary: String(summary), began: Date.parse(entry.at), ended }];
  });
}

function entriesOf(journal: Guard['journal']): ReturnType<Guard['journal']['recent']> {
  try {
    return journal.recent();
  } catch {
    return [];
  }
}
