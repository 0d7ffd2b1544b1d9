import type { Finding } from '../../../core/health.ts';
import type { Ref } from '../../../core/map.ts';

/** More of a kind than this are one finding: a dead rack is one piece of news. */
const separateFindings = 3;

type Group<T> = readonly [T, ...T[]];

/** Makes one finding of a group of one kind; `id` names the place the group is at, and is undefined where there are many. */
export type BuildFinding<T> = (
  group: Group<T>,
  places: readonly string[],
  id: string | undefined,
) => Finding;

/** A finding for each place of a kind, or one for the whole kind where there are many. */
export function bundleFindings<T>(
  items: readonly T[],
  kindOf: (item: T) => string,
  placeOf: (item: T) => string,
  build: BuildFinding<T>,
): Finding[] {
  return groupBy(items, kindOf).flatMap((kind) => {
    const groups = groupBy(kind, placeOf);
    if (groups.length > separateFindings)
      return [
        build(
          kind,
          groups.map(([first]) => placeOf(first)),
          undefined,
        ),
      ];
    return groups.map((group) => {
      const place = placeOf(group[0]);
      return build(group, place ? [place] : [], place);
    });
  });
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Group<T>[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return [...groups.values()];
}

/** The first few of many places, and how many more. */
export const listPlaces = (places: readonly string[]): string =>
  places.length <= separateFindings
    ? places.join(', ')
    : `${places.length} instances (${places.slice(0, separateFindings).join(', ')} and ${places.length - separateFindings} more)`;

/** As many things are named by one finding. */
const namedThings = 20;

/** Without repetition, and no more than a finding may name. */
export const severalRefs = (refs: readonly Ref[]): Ref[] =>
  [...new Set(refs)].slice(0, namedThings);

/** With several servers, a finding says whose it is, and the call that digs deeper asks that one. */
export const onInstance = (
  { id, next, subject, ...finding }: Finding,
  instance: string,
): Finding => ({
  ...finding,
  id: id.replace('/', `/${instance}/`),
  subject: `${instance}: ${subject}`,
  next: next && { ...next, arguments: { ...next.arguments, instance } },
});
