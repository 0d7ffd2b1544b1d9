import { collectGaps, type Gap } from './gap.ts';
import { idOf, kindOf, type Kind, type Thing } from './map.ts';

/** Something that happened to a thing, or what was counted of it: one line. */
export interface Happening {
  /** ISO 8601, of what happened at one moment. */
  at?: string | undefined;
  /** Without the time. */
  text: string;
  /** Nothing happened: this is what is written down. Told last. */
  isFact?: true | undefined;
  /** Words of an upstream that anybody may have written, as log messages: shown as a quotation. */
  quotes?: readonly string[] | undefined;
}

/** What one service tells of the last day or so, the weightiest first. */
export interface Lately {
  happenings: readonly Happening[];
  /** What was not looked at, and why. */
  gaps: readonly Gap[];
}

/** A thing that can be asked about: where, and as what it is known there. */
export interface Asked<T extends Thing> {
  thing: T;
  instance: string;
  /** Its ref behind the instance: `30062`, `main/pve/ct/30062`. */
  id: string;
}

/** The first things of a kind whose refs begin with an instance that can be asked. */
export function thingsToAsk<T extends Thing>(
  things: readonly T[],
  kind: Kind,
  { names }: { readonly names: readonly string[] },
  limit: number,
): Asked<T>[] {
  return things
    .filter(({ ref }) => kindOf(ref) === kind)
    .map((thing) => {
      const [instance = '', ...id] = idOf(thing.ref).split('/');
      return { thing, instance, id: id.join('/') };
    })
    .filter(({ instance }) => names.includes(instance))
    .slice(0, limit);
}

/** Asks about each of them at once. What is refused or silent leaves a gap, and the others are told. */
export async function askAbout<A>(
  asked: readonly A[],
  what: (one: A) => string,
  ask: (one: A) => Promise<readonly Happening[]>,
): Promise<Lately> {
  const { part, gaps } = collectGaps();
  const answers = await Promise.all(asked.map((one) => part(what(one), () => ask(one))));
  return { happenings: answers.flatMap((answer) => answer ?? []), gaps };
}
