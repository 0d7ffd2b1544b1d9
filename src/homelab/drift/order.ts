/** Where a text stands before another one, the same on every machine. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Sorted by title: answers do not depend on the order in which services were heard. */
export const byTitle = <Thing extends { title: string; ref: string }>(
  things: readonly Thing[],
): Thing[] => things.toSorted((a, b) => compareText(a.title, b.title) || compareText(a.ref, b.ref));
