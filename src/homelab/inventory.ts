import { UnreachableError, messageOf, type Failure } from '../core/base/errors.ts';
import { raceAbort } from '../core/base/abortable.ts';
import { clean } from '../core/base/text.ts';
import type { MemoKey } from '../core/memo.ts';
import type { Runtime, ConfiguredService } from '../core/runtime.ts';
import type { Gap } from '../core/gap.ts';
import type { Call } from '../core/http/index.ts';
import type { AddressPool, Depth, Kind, KnownThing } from '../core/inventory.ts';
import type { Kind as ThingKind, Thing } from '../core/map.ts';
import { activeServices } from './read-tool.ts';

/** A thing, and the service that knows of it. */
export interface Entry extends KnownThing {
  configured: ConfiguredService;
}

/** What every service knows by name. `gaps` says what is missing from it, each with the title of its service. */
export interface HomelabInventory {
  entries: readonly Entry[];
  things: readonly Thing[];
  /** Of one service: kinds of which it told all things. */
  whole?: readonly ThingKind[];
  /** Of one service: addresses that something gives out. */
  pools?: readonly AddressPool[];
  gaps: readonly Gap[];
}

type WholeDepth = Extract<Depth, string>;

interface Kept {
  at: number;
  whole: Promise<HomelabInventory>;
}

const inventories: MemoKey<Partial<Record<WholeDepth, Kept>>> = { name: 'inventory' };

/** At most `maxAgeMs` old; asked once, however many want it at the same time. Nobody's cancelling ends it for the others: it has its own deadline. */
export function inventoryOf(
  runtime: Runtime,
  depth: WholeDepth,
  maxAgeMs: number,
): Promise<HomelabInventory> {
  const kept = runtime.memo.get(inventories, () => ({}));
  const last = kept[depth];
  if (last && runtime.now() - last.at <= maxAgeMs) return last.whole;
  const whole = look(runtime, depth);
  kept[depth] = { at: runtime.now(), whole };
  return whole;
}

async function look(runtime: Runtime, depth: WholeDepth): Promise<HomelabInventory> {
  const deadlineMs = runtime.globals.deadlineMs * (depth === 'addresses' ? 3 : 1);
  const parts = await Promise.all(
    activeServices(runtime).map((configured) =>
      inventoryIn(configured, runtime, depth, deadlineMs),
    ),
  );
  return {
    entries: parts.flatMap(({ entries }) => entries),
    things: parts.flatMap(({ things }) => things),
    gaps: parts.flatMap((part) => part.gaps),
  };
}

/** One service under its own deadline: it is told at four fifths of it to come to an end with what it has. Rejects only when it is cancelled. */
export async function inventoryIn(
  configured: ConfiguredService,
  runtime: Runtime,
  depth: Depth,
  deadlineMs = runtime.globals.deadlineMs,
  cancelled?: AbortSignal,
): Promise<HomelabInventory> {
  const { title } = configured.service;
  const late = new AbortController();
  const timers = [
    setTimeout(
      () =>
        late.abort(
          new UnreachableError(`no answer within ${(deadlineMs * 0.8) / 1000} s`, {
            timedOut: true,
          }),
        ),
      deadlineMs * 0.8,
    ),
  ];
  const over = new Promise<never>((_, reject) => {
    timers.push(setTimeout(() => reject(late.signal.reason as Error), deadlineMs));
  });
  over.catch(() => undefined);
  const signal = cancelled ? AbortSignal.any([cancelled, late.signal]) : late.signal;
  const failures: Failure[] = [];
  const call: Call = { signal, progress: () => undefined, now: runtime.now };
  try {
    const { inventory } = await configured.service.load();
    const answering = Promise.race([
      inventory?.(
        { ...call, instances: configured.instances, failed: (failure) => failures.push(failure) },
        depth,
      ),
      over,
    ]);
    const answer = await (cancelled ? raceAbort(cancelled, answering) : answering);
    const silent = failures.map(({ instance, error }) => ({
      what: `${title} ${instance}`,
      why: messageOf(error).message,
    }));
    return {
      entries: (answer?.known ?? []).map((known) => ({ ...short(known), configured })),
      things: answer?.things ?? [],
      pools: answer?.pools ?? [],
      whole: silent.length === 0 ? (answer?.whole ?? []) : [],
      gaps: [
        ...silent,
        ...(answer?.gaps ?? []).map(({ what, why }) => ({ what: `${title}: ${what}`, why })),
      ],
    };
  } catch (error) {
    cancelled?.throwIfAborted();
    return { entries: [], things: [], gaps: [{ what: title, why: messageOf(error).message }] };
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}

const longest = 300;
const cut = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text);

/** A name may be of any length; what follows looks through all of them. */
const short = ({ id, name, about, points, ...known }: KnownThing): KnownThing => ({
  ...known,
  id: cut(id),
  ...(name !== undefined && { name: cut(name) }),
  ...(about !== undefined && { about: cut(about) }),
  ...(points && { points: points.map(cut) }),
});

export const ofKind = ({ entries }: HomelabInventory, kind: Kind): Entry[] =>
  entries.filter((entry) => entry.kind === kind);

/** The entries that a person means by a number or a name. A number or an exact name wins over the same in other letters, or without what nobody can see. */
export function named(entries: readonly Entry[], nameOrId: string): Entry[] {
  const exact = entries.filter(({ id }) => id === nameOrId);
  if (exact.length > 0) return exact;
  const plain = (text: string | undefined): string =>
    clean(text ?? '')
      .trim()
      .toLowerCase()
      .replace(/\.$/, '');
  return entries.filter(
    ({ id, name }) =>
      plain(id) === plain(nameOrId) || (name !== undefined && plain(name) === plain(nameOrId)),
  );
}
