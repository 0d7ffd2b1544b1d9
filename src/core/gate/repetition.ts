import { ends, processOf, type Entry } from '../state/journal.ts';
import { spent } from './confirmation.ts';
import { GateError } from '../base/errors.ts';
import type { Level } from './policy.ts';
import { here, lives } from '../state/process-id.ts';
import { ago } from '../base/units.ts';

/** Attempts that this process is carrying out. */
export const inFlight = new Set<string>();

/** No write takes longer, so what another machine began before that is over. */
const longestWriteMs = 25 * 60_000;

/** A write that is about to begin. */
export interface Beginning {
  tool: string;
  target: string;
  summary: string;
  digest: string;
  caller: string;
  level: Level;
  /** Which code confirmed it, hashed. */
  seal?: string | undefined;
}

/**
 * Why a write would be done a second time, judged by what all processes of the state folder have written down: its code has begun one already,
 * the same is being done now, or (where `confirm: true` is all it takes) it was done within `quietMs` and nobody has looked at a preview since.
 */
export function repetition(
  recent: readonly Entry[],
  what: Beginning,
  now: number,
  quietMs: number,
): GateError | undefined {
  const started = recent.filter(({ event }) => event === 'started');
  if (what.seal !== undefined && started.some(({ seal }) => seal === what.seal)) return spent();
  const last = started.findLast(({ target }) => target === what.target);
  if (!last || last.tool !== what.tool || last['digest'] !== what.digest) return undefined;
  const end = recent.find(({ event, attempt }) => attempt === last.attempt && ends.includes(event));
  if (!end && isRunning(last, now)) return beingDone(what);
  if (what.level !== 'confirm' || end?.event === 'failed') return undefined;
  const { seq, at } = end ?? last;
  const looked = recent.some(
    (entry) =>
      entry.event === 'previewed' &&
      entry.seq > seq &&
      entry.tool === what.tool &&
      entry['digest'] === what.digest &&
      entry['caller'] === what.caller,
  );
  if (looked || now - Date.parse(at) > quietMs) return undefined;
  return new GateError(
    `This was ${end?.event === 'finished' ? 'done' : 'begun'} already, ${ago(Date.parse(at), now)}: ${what.summary}`,
    {
      hint: 'Nothing was done a second time. If it is meant again, call without confirm first, and show what it says now.',
    },
  );
}

export const beingDone = ({ summary }: Pick<Beginning, 'summary'>): GateError =>
  new GateError(`This is being done right now: ${summary}`, {
    hint: 'Nothing was done a second time. Wait for the first call, or look at the state.',
  });

function isRunning(entry: Entry, now: number): boolean {
  const who = processOf(entry);
  if (
    who.pid === here().pid &&
    who.host === here().host &&
    who.space === here().space &&
    who.born === here().born
  )
    return inFlight.has(entry.attempt);
  return lives(who) ?? Math.abs(now - Date.parse(entry.at)) < longestWriteMs;
}
