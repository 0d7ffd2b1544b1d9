/** Asks about each item, so many at once: a small server on SQLite answers one question after another. */
export async function inTurn<Item, T>(
  items: readonly Item[],
  atOnce: number,
  ask: (item: Item) => Promise<T>,
): Promise<T[]> {
  const answers: T[] = [];
  for (let i = 0; i < items.length; i += atOnce)
    answers.push(...(await Promise.all(items.slice(i, i + atOnce).map(ask))));
  return answers;
}
