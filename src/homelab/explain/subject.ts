import { InputError } from '../../core/base/errors.ts';
import { meantName } from '../../core/base/nearest.ts';
import { oneLine } from '../../core/base/text.ts';
import { gapsText, type Gap } from '../../core/gap.ts';
import { idOf, kindOf, kinds as allKinds, type Kind } from '../../core/map.ts';
import type { Runtime } from '../../core/runtime.ts';
import { inventoryOf } from '../inventory.ts';
import type { Look } from '../look.ts';
import type { HomelabMap, MappedThing } from '../map/map.ts';
import { missedIn } from './look-gaps.ts';
import { matchesOf } from './matches.ts';
import { macIn, plainName, spellingOf, type Spelling } from './spelling.ts';

/** What a caller asks about. `kinds` narrows what a name may mean. */
export interface Question {
  what: string;
  kinds?: readonly Kind[] | undefined;
}

/** One thing, or several that cannot be told apart by that name. */
export interface Subjects {
  /** Of one kind, the first that was meant most likely. */
  things: readonly MappedThing[];
  /** Others that are called so. */
  others: readonly MappedThing[];
}

/** Cards of guests that run are not read by check-ups. */
const macMaxAgeMs = 60_000;

/** What is meant by a name, a number, an address, a URL or a ref. Throws an InputError with the nearest names where nothing is called so. */
export async function subjectsOf(
  { what, kinds }: Question,
  look: Look,
  runtime: Runtime,
): Promise<Subjects> {
  const spelling = spellingOf(what);
  if (spelling.name === '')
    throw new InputError('what names nothing', {
      hint: 'Give a name, a number, an address, a URL or a ref.',
    });
  const found = matchesOf(spelling, look, kinds);
  const matches = found.length > 0 ? found : await cardOwners(spelling, look.map, runtime);
  const [first] = matches;
  if (!first) throw unknown(spelling, look, runtime, kinds);
  const isMeant = ({ ref }: MappedThing): boolean => kindOf(ref) === kindOf(first.ref);
  return { things: matches.filter(isMeant), others: matches.filter((thing) => !isMeant(thing)) };
}

async function cardOwners(
  { mac }: Spelling,
  map: HomelabMap,
  runtime: Runtime,
): Promise<MappedThing[]> {
  if (mac === undefined) return [];
  const { things } = await inventoryOf(runtime, 'addresses', macMaxAgeMs);
  const owners = new Set(
    things.flatMap(({ ref, aliases = [] }) =>
      aliases.some((alias) => macIn(alias) === mac) ? [ref] : [],
    ),
  );
  return [...owners].flatMap((ref) => map.things.get(ref) ?? []);
}

/** Names offered at most, where several contain what was asked for. */
const maxNear = 3;

function unknown(
  { text, name }: Spelling,
  look: Look,
  runtime: Runtime,
  kinds: readonly Kind[] | undefined,
): InputError {
  const asked = JSON.stringify(oneLine(text, 80));
  const near = nearNames(name, look.map, kinds ?? allKinds).map((known) =>
    oneLine(runtime.redact(known), 60),
  );
  const gaps = missedIn(look, runtime);
  const kind = kinds?.length === 1 ? kinds[0] : undefined;
  return new InputError(
    kind ? `No ${kind} ${asked} is known` : `Nothing called ${asked} is known`,
    {
      hint: [
        near.length > 0 && `Did you mean ${near.join(' or ')}?`,
        gaps.length > 0 &&
          `It may exist all the same. ${gapsText(gaps.slice(0, maxNear).map(short))}`,
      ]
        .filter(Boolean)
        .join(' '),
    },
  );
}

const short = ({ what, why }: Gap): Gap => ({ what: oneLine(what, 80), why: oneLine(why, 120) });

function nearNames(name: string, { things }: HomelabMap, kinds: readonly Kind[]): string[] {
  const names = new Set<string>();
  for (const { ref, title } of things.values())
    if (kinds.includes(kindOf(ref))) {
      names.add(plainName(title));
      names.add(plainName(idOf(ref).split('/').at(-1) ?? ''));
    }
  const containing = name.length < 3 ? [] : [...names].filter((known) => known.includes(name));
  const near =
    containing.length > 0
      ? containing.sort((a, b) => a.length - b.length)
      : [meantName(name, names) ?? []].flat();
  return near.slice(0, maxNear);
}
