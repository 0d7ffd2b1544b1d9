import { UnreachableError, wordsFor, type Failure } from '../core/base/errors.ts';
import type { House, Room } from '../core/runtime.ts';
import type { Call } from '../core/http/index.ts';
import type { Depth, Kind, Known } from '../core/inventory.ts';
import { roomsOn } from './read-tool.ts';

/** A thing, and the service that knows of it. */
export interface Entry extends Known {
  room: Room;
}

/** What every service knows by name. `unseen` says what is missing from it. */
export interface HouseInventory {
  entries: readonly Entry[];
  unseen: readonly string[];
}

type WholeDepth = Extract<Depth, string>;

interface Kept {
  at: number;
  whole: Promise<HouseInventory>;
}

const kept = new WeakMap<House, Partial<Record<WholeDepth, Kept>>>();

/** At most `maxAgeMs` old; asked once, however many want it at the same time. Nobody's cancelling ends it for the others: it has its own deadline. */
export function inventoryOf(
  house: House,
  depth: WholeDepth,
  maxAgeMs: number,
): Promise<HouseInventory> {
  const all = kept.get(house) ?? {};
  kept.set(house, all);
  const last = all[depth];
  if (last && house.now() - last.at <= maxAgeMs) return last.whole;
  const whole = look(house, depth);
  all[depth] = { at: house.now(), whole };
  return whole;
}

async function look(house: House, depth: WholeDepth): Promise<HouseInventory> {
  const deadlineMs = house.globals.deadlineMs * (depth === 'addresses' ? 3 : 1);
  const parts = await Promise.all(
    roomsOn(house).map((room) => inventoryIn(room, house, depth, deadlineMs)),
  );
  return {
    entries: parts.flatMap(({ entries }) => entries),
    unseen: parts.flatMap(({ unseen }) => unseen),
  };
}

/** One service under its own deadline: it is told at four fifths of it to come to an end with what it has. */
export async function inventoryIn(
  room: Room,
  house: House,
  depth: Depth,
  deadlineMs = house.globals.deadlineMs,
): Promise<HouseInventory> {
  const { title } = room.service;
  const late = new AbortController();
  const timers = [
    setTimeout(
      () => late.abort(new UnreachableError(`no answer within ${(deadlineMs * 0.8) / 1000} s`)),
      deadlineMs * 0.8,
    ),
  ];
  const over = new Promise<never>((_, reject) => {
    timers.push(setTimeout(() => reject(late.signal.reason as Error), deadlineMs));
  });
  over.catch(() => undefined);
  const failures: Failure[] = [];
  const call: Call = { signal: late.signal, progress: () => undefined, now: house.now };
  const named = (what: string): string => `${title}: ${what}`;
  try {
    const { inventory } = await room.service.load();
    const told = await Promise.race([
      inventory?.(
        { ...call, instances: room.instances, failed: (failure) => failures.push(failure) },
        depth,
      ),
      over,
    ]);
    const silent = failures.map(({ instance, error }) =>
      named(`${instance} did not answer: ${wordsFor(error).message}`),
    );
    return {
      entries: (told?.known ?? []).map((known) => ({ ...short(known), room })),
      unseen: [...silent, ...(told?.unseen ?? []).map(named)],
    };
  } catch (error) {
    return { entries: [], unseen: [named(wordsFor(error).message)] };
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}

const longest = 300;
const cut = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text);

/** A name may be of any length; what follows looks through all of them. */
const short = ({ id, name, about, points, ...known }: Known): Known => ({
  ...known,
  id: cut(id),
  ...(name !== undefined && { name: cut(name) }),
  ...(about !== undefined && { about: cut(about) }),
  ...(points && { points: points.map(cut) }),
});

export const ofKind = ({ entries }: HouseInventory, kind: Kind): Entry[] =>
  entries.filter((entry) => entry.kind === kind);
