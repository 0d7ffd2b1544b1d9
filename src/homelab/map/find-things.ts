import { canonicalName, idOf, placeOf, type Ref } from '../../core/map.ts';
import type { HomelabMap, MappedThing } from './map.ts';

/** Things that go by that name: their ref, an address or a name in any spelling, else the id, title or alias that people use. */
export function thingsCalled(name: string, map: HomelabMap): MappedThing[] {
  const exact = map.things.get(name as Ref);
  if (exact) return [exact];
  const text = canonicalName(name);
  const place = placeOf(name);
  return [...map.things.values()].filter(
    (thing) => thing.ref === place || namesOf(thing).some((own) => canonicalName(own) === text),
  );
}

const namesOf = ({ ref, title, aliases = [] }: MappedThing): readonly string[] => {
  const id = idOf(ref);
  return [title, id, id.slice(id.lastIndexOf('/') + 1), ...aliases];
};
