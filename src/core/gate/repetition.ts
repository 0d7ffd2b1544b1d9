import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { canonical, type JsonObject } from '../base/json.ts';
import { endEvents, longestWriteMs, processOfEntry, type Entry } from '../state/journal.ts';
import { alreadySpent } from './confirmation.ts';
import { GateError } from '../base/errors.ts';
import type { Level } from './policy.ts';
import { thisProcess, isAlive } from '../state/process-id.ts';
import { ago } from '../base/units.ts';
import type { Guard } from './guard.ts';
import type { RunningWrites } from './running-writes.ts';

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
 * the same is being done now, or (where `confirm: true` is all it takes) it was done within `codeMs` and nobody has looked at a preview since.
 */
export function repeatRefusal(
  recent: readonly Entry[],
  what: Beginning,
  { now: clock, codeMs, running }: Pick<Guard, 'now' | 'codeMs' | 'running'>,
): GateError | undefined {
  const now = clock();
  const started = recent.filter(({ event }) => event === 'started');
  if (what.seal !== undefined && started.some(({ seal }) => seal === what.seal))
    return alreadySpent();
  const last = started.findLast(({ target }) => target === what.target);
  if (!last || last.tool !== what.tool || last['digest'] !== what.digest) return undefined;
  const end = recent.find(
    ({ event, attempt }) => attempt === last.attempt && endEvents.includes(event),
  );
  if (!end && isRunning(last, now, running)) return alreadyRunning(what);
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
  if (looked || now - Date.parse(at) > codeMs) return undefined;
  return new GateError(
    `This was ${end?.event === 'finished' ? 'done' : 'begun'} already, ${ago(Date.parse(at), now)}: ${what.summary}`,
    {
      hint: 'Nothing was done a second time. If it is meant again, call without confirm first, and show what it says now.',
    },
  );
}

/** What was asked for, as the start of a write records it: the same call of the same tool, before anything is planned. */
export const requestDigest = (tool: string, args: JsonObject): string =>
  createHash('sha256')
    .update(`${tool} ${canonical(args)}`)
    .digest('base64url')
    .slice(0, 22);

/** The refusal of a call whose like is being carried out, here or in another process. */
export function runningRefusal(
  recent: readonly Entry[],
  request: string,
  { now: clock, running }: Pick<Guard, 'now' | 'running'>,
): GateError | undefined {
  const last = recent.findLast(
    (entry) => entry.event === 'started' && entry['request'] === request,
  );
  if (!last) return undefined;
  const hasEnded = recent.some(
    ({ event, attempt }) => attempt === last.attempt && endEvents.includes(event),
  );
  if (hasEnded || !isRunning(last, clock(), running)) return undefined;
  return alreadyRunning({ summary: String(last['summary']) });
}

/** The refusal of a write while the same is being carried out, here or in another process. */
export const alreadyRunning = ({ summary }: Pick<Beginning, 'summary'>): GateError =>
  new GateError(`This is being done right now: ${summary}`, {
    hint: 'Nothing was done a second time. Wait for the first call, or look at the state.',
  });

/** Another machine's processes cannot be seen: what one of them began is taken to run as long as a write may. */
export function isRunning(entry: Entry, now: number, running: RunningWrites): boolean {
  const writer = processOfEntry(entry);
  if (isDeepStrictEqual(writer, thisProcess())) return running.has(entry.attempt);
  return isAlive(writer) ?? Math.abs(now - Date.parse(entry.at)) < longestWriteMs;
}
