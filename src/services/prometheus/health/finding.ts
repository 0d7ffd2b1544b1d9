import type { Finding } from '../../../core/health.ts';

/** More of a kind than this are one finding: a dead rack is one piece of news. */
const most = 3;

type Group<T> = readonly [T, ...T[]];

/** A finding for each place of a kind, or one for the whole kind where there are many; `id` names the place then told. */
export function bundled<T>(
  all: readonly T[],
  kindOf: (one: T) => string,
  placeOf: (one: T) => string,
  tell: (group: Group<T>, places: readonly string[], id: string | undefined) => Finding,
): Finding[] {
  return grouped(all, kindOf).flatMap((kind) => {
    const places = grouped(kind, placeOf);
    if (places.length > most)
      return [
        tell(
          kind,
          places.map(([one]) => placeOf(one)),
          undefined,
        ),
      ];
    return places.map((group) =>
      tell(group, [placeOf(group[0])].filter(Boolean), placeOf(group[0])),
    );
  });
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Group<T>[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return [...groups.values()];
}

/** The first few of many names, and how many more. */
export const named = (names: readonly string[]): string =>
  names.length <= most
    ? names.join(', ')
    : `${names.length} instances (${names.slice(0, most).join(', ')} and ${names.length - most} more)`;
