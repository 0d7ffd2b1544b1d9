import { messageOf, UnreachableError, type Failure } from '../../core/base/errors.ts';
import type { Gap } from '../../core/gap.ts';
import type { Call } from '../../core/http/index.ts';
import type { Happening } from '../../core/lately.ts';
import type { Ref } from '../../core/map.ts';
import type { ConfiguredService, Runtime } from '../../core/runtime.ts';
import type { HomelabMap, MappedThing } from '../map/map.ts';
import { activeServices } from '../read-tool.ts';

/** What one service tells of the past, by its title. */
export interface Past {
  by: string;
  happenings: readonly Happening[];
  gaps: readonly Gap[];
}

/** What happened, and who says so. */
export type Told = Omit<Happening, 'isFact' | 'quotes'> & { by: string; quotes?: string[] };

/** Lines of one service, and quotations of one line. */
const max = { lines: 4, quotes: 2 };

/** The first of each service, then the second: whoever tells much leaves room for the others. What logs say comes first, what only stands written last. */
export function inTurn(pasts: readonly Past[]): Told[] {
  const told: (Happening & { by: string })[] = [];
  for (let i = 0; i < max.lines; i++)
    for (const { by, happenings } of pasts) {
      const happening = happenings[i];
      if (happening) told.push({ ...happening, by });
    }
  return told
    .sort((a, b) => rank(a) - rank(b))
    .map(({ by, at, text, quotes = [] }) => ({
      by,
      ...(at !== undefined && { at }),
      text,
      ...(quotes.length > 0 && { quotes: quotes.slice(0, max.quotes) }),
    }));
}

function rank({ quotes = [], isFact }: Happening): number {
  if (quotes.length > 0) return 0;
  return isFact ? 2 : 1;
}

/** So many things are told to a service: those that were asked about, and what is nearest to them. */
const maxThings = 40;

/** Asks every service that knows any of these things, all at once, each under its own deadline. */
export async function latelyOf(
  refs: readonly Ref[],
  map: HomelabMap,
  runtime: Runtime,
  call: Call,
): Promise<Past[]> {
  const things = refs.flatMap((ref) => map.things.get(ref) ?? []);
  const answers = await Promise.all(
    activeServices(runtime).map((configured) => {
      const { title } = configured.service;
      const own = things.filter(({ by }) => by.includes(title)).slice(0, maxThings);
      return own.length === 0 ? undefined : pastIn(configured, own, runtime, call);
    }),
  );
  return answers.filter((answer) => answer !== undefined);
}

async function pastIn(
  configured: ConfiguredService,
  things: readonly MappedThing[],
  runtime: Runtime,
  call: Call,
): Promise<Past | undefined> {
  const { title: by } = configured.service;
  const { lately } = await configured.service.load();
  if (!lately) return undefined;
  const { deadlineMs } = runtime.globals;
  const late = new AbortController();
  const timer = setTimeout(
    () =>
      late.abort(
        new UnreachableError(`no answer within ${deadlineMs / 1000} s`, { timedOut: true }),
      ),
    deadlineMs,
  );
  const signal = AbortSignal.any([call.signal, late.signal]);
  const over = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );
  over.catch(() => undefined);
  const failures: Failure[] = [];
  const context = {
    signal,
    progress: () => undefined,
    now: runtime.now,
    instances: configured.instances,
    without: configured.without,
    failed: (failure: Failure) => failures.push(failure),
  };
  try {
    const { happenings, gaps } = await Promise.race([lately(context, things), over]);
    return {
      by,
      happenings,
      gaps: [
        ...failures.map(({ instance, error }) => ({
          what: `${by} ${instance}`,
          why: messageOf(error).message,
        })),
        ...gaps.map((gap) => ({ ...gap, what: `${by}: ${gap.what}` })),
      ],
    };
  } catch (error) {
    call.signal.throwIfAborted();
    return {
      by,
      happenings: [],
      gaps: [{ what: `${by}: what happened lately`, why: messageOf(error).message }],
    };
  } finally {
    clearTimeout(timer);
  }
}
