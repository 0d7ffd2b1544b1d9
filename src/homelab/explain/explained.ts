import { raceAbort } from '../../core/base/abortable.ts';
import type { Call } from '../../core/http/index.ts';
import type { Ref } from '../../core/map.ts';
import type { Runtime } from '../../core/runtime.ts';
import { lookWithAddresses, type Look } from '../look.ts';
import type { MappedThing } from '../map/map.ts';
import { brief } from './brief.ts';
import { chainOf, sideText, titled } from './chain.ts';
import { dependantsOf } from './dependants.ts';
import { disagreementsOf } from './disagreements.ts';
import type { Explanation } from './explanation.ts';
import { inTurn, latelyOf } from './lately.ts';
import { gapsOf } from './look-gaps.ts';
import { accusedBy } from './matches.ts';
import { chainWithin } from './shorten.ts';
import { spellingOf } from './spelling.ts';
import { subjectsOf, type Question, type Subjects } from './subject.ts';
import { surroundingsOf, type Surroundings } from './surroundings.ts';
import { troubleOf } from './trouble.ts';

/** Everything that is known of one thing; the candidates where several are called so. Throws an InputError where none is. */
export async function explained(
  question: Question,
  runtime: Runtime,
  call: Call,
): Promise<Explanation> {
  const look = await raceAbort(call.signal, lookWithAddresses(runtime));
  const subjects = await subjectsOf(question, look, runtime);
  const [subject, ...others] = subjects.things;
  const explanation =
    subject && others.length === 0
      ? await explanationFrom(subject, subjects.others, look, runtime, call)
      : bounded({
          candidates: candidatesIn(subjects, question, look),
          gaps: gapsOf(look, runtime),
        });
  return brief(explanation, runtime.redact);
}

async function explanationFrom(
  subject: MappedThing,
  others: readonly MappedThing[],
  look: Look,
  runtime: Runtime,
  call: Call,
): Promise<Explanation> {
  const { map } = look;
  const around = surroundingsOf(subject, map);
  const known = knownRefs(around);
  const pasts = await latelyOf([...known], map, runtime, call);
  const chain = chainOf(around, map);
  const { ref, title, state, about, by, more } = subject;
  return {
    ref,
    ...titled(ref, title),
    ...(state && { state }),
    ...(about !== undefined && { about }),
    by,
    ...(more && { next: more }),
    ...bounded({
      ref,
      also: others.map((other) => other.ref).filter((other) => !known.has(other)),
      trouble: troubleOf(around, look),
      chain: chain.length > 1 ? chain : [],
      sides: sidesBeside(
        chain.map((station) => station.ref),
        known,
        look,
      ),
      dependants: dependantsOf(ref, look),
      lately: inTurn(pasts),
      disagreements: disagreementsOf([...known], map),
      gaps: [...pasts.flatMap(({ gaps }) => gaps), ...gapsOf(look, runtime)],
    }),
  };
}

/** All that belongs to it, the nearest first. */
const knownRefs = ({ subject, foundation, sides, services, documented }: Surroundings): Set<Ref> =>
  new Set([subject.ref, ...foundation, ...sides, ...services, ...documented]);

/** What the chain does not show, the broken first. */
function sidesBeside(chain: readonly Ref[], known: ReadonlySet<Ref>, { map }: Look): string[] {
  const isBroken = (ref: Ref): boolean =>
    ['down', 'degraded'].includes(map.things.get(ref)?.state ?? '');
  return [...known]
    .filter((ref) => !chain.includes(ref))
    .toSorted((a, b) => Number(isBroken(b)) - Number(isBroken(a)))
    .flatMap((ref) => sideText(ref, known, map) ?? []);
}

/** An alert that fires for several names them all, and each says that it fires. */
function candidatesIn(
  { things, others }: Subjects,
  { what }: Question,
  { states }: Look,
): Explanation['candidates'] {
  const accused = accusedBy(spellingOf(what), states);
  return [...things, ...others].map(({ ref, title, state, about }) => {
    const texts = [accused.get(ref)?.message, about].filter((text) => text !== undefined);
    return {
      ref,
      ...titled(ref, title),
      ...(state && { state }),
      ...(texts.length > 0 && { about: texts.join(', ') }),
    };
  });
}

/** Rows of each list, before the whole is cut to size. */
const maxRows = 12;
const maxRowsOf: Readonly<Record<string, number>> = { also: 5, trouble: 8, dependants: 5 };

/** The lists that are not empty, and how much longer they are. */
function bounded({ ref, ...lists }: Partial<Explanation>): Partial<Explanation> {
  const shown: Record<string, unknown> = {};
  const omitted: Record<string, number> = {};
  for (const [name, rows] of Object.entries(lists)) {
    if (!Array.isArray(rows) || rows.length === 0) continue;
    const max = maxRowsOf[name] ?? maxRows;
    shown[name] = name === 'chain' ? chainWithin(lists.chain ?? [], max, ref) : rows.slice(0, max);
    if (rows.length > max) omitted[name] = rows.length - max;
  }
  return { ...shown, ...(Object.keys(omitted).length > 0 && { omitted }) };
}
