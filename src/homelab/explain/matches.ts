import { idOf, kindOf, type Kind, type Ref } from '../../core/map.ts';
import type { Finding } from '../../core/health.ts';
import type { Look } from '../look.ts';
import type { MappedThing } from '../map/map.ts';
import { macIn, plainName, type Spelling } from './spelling.ts';

/** Whose name it is where several things are called the same: the machine before what leads to it, and what is seen before what is written down. */
const precedence: readonly Kind[] = [
  'guest',
  'node',
  'site',
  'name',
  'address',
  'instance',
  'storage',
  'datastore',
  'workflow',
  'job',
  'target',
  'upstream',
  'source',
  'device',
  'backup',
];

/** A way in which a thing may be called; the first that fits anything decides. */
type Test = (thing: MappedThing, spelling: Spelling) => boolean;

const tests: readonly Test[] = [
  ({ ref }, { text }) => ref === text || ref.toLowerCase() === text.toLowerCase(),
  ({ ref }, { isUrl, place }) => isUrl && place !== undefined && ref === `site/${idOf(place)}`,
  isCalled,
  ({ ref, title }, { endpoint }) =>
    endpoint !== undefined && (plainName(title) === endpoint || plainName(idOf(ref)) === endpoint),
  ({ ref }, { place }) => place !== undefined && (ref === place || ref === `site/${idOf(place)}`),
  ({ ref, title }, { name }) => kindOf(ref) !== 'address' && hostOf(title) === name,
];

/** Everything that is called so in the same way, the weightiest kind first. */
export function matchesOf(
  spelling: Spelling,
  { map, states }: Pick<Look, 'map' | 'states'>,
  kinds: readonly Kind[] = precedence,
): MappedThing[] {
  const things = [...map.things.values()].filter(({ ref }) => kinds.includes(kindOf(ref)));
  for (const test of tests) {
    const matches = things.filter((thing) => test(thing, spelling));
    if (matches.length > 0) return byPrecedence(matches);
  }
  const service = states.find(({ service: id, title }) =>
    [id, title].some((word) => plainName(word) === spelling.name),
  );
  if (service) {
    const servers = things.filter(({ ref }) => isServerOf(ref, service.service));
    const pair = servers.filter(({ ref }) => ref === `instance/${service.service}`);
    if (servers.length > 0) return pair.length > 0 ? pair : servers;
  }
  const accused = accusedBy(spelling, states);
  return byPrecedence(things.filter(({ ref }) => accused.has(ref)));
}

/** What findings of that name are about first, each with the finding. */
export function accusedBy(spelling: Spelling, states: Look['states']): ReadonlyMap<Ref, Finding> {
  const accused = new Map<Ref, Finding>();
  for (const { findings } of states)
    for (const finding of findings) {
      const [ref] = finding.about;
      if (ref !== undefined && !accused.has(ref) && isNamed(finding, spelling))
        accused.set(ref, finding);
    }
  return accused;
}

function isCalled({ ref, title, aliases = [] }: MappedThing, spelling: Spelling): boolean {
  const { name, mac } = spelling;
  if (mac !== undefined) return aliases.some((alias) => macIn(alias) === mac);
  if (plainName(title) === name || isNumberOf(ref, name)) return true;
  return aliases.some((alias) => plainName(alias) === name);
}

/** Its own part of the ref. Figures mean a guest: what else is numbered is called by its title. */
function isNumberOf(ref: Ref, name: string): boolean {
  const own = idOf(ref).split('/').at(-1) ?? '';
  return plainName(own) === name && (kindOf(ref) === 'guest' || !/^\d+$/.test(name));
}

const hostOf = (title: string): string => plainName(title).split(/[.:]/)[0] ?? '';

const isServerOf = (ref: Ref, service: string): boolean =>
  ref === `instance/${service}` || ref.startsWith(`instance/${service}/`);

/** By the id of the finding, by its subject, or by the alert in its id. */
const isNamed = ({ id, subject }: Finding, { text, name }: Spelling): boolean =>
  id === text ||
  plainName(subject) === name ||
  id
    .split('/')
    .slice(1)
    .some((part) => plainName(part) === name);

const byPrecedence = (matches: readonly MappedThing[]): MappedThing[] =>
  matches.toSorted((a, b) => precedence.indexOf(kindOf(a.ref)) - precedence.indexOf(kindOf(b.ref)));
