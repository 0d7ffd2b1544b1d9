/** Whether one release of NetBox is another or later: 4.10 comes after 4.9. */
export function isFrom(release: string, first: string): boolean {
  const value = (text: string) =>
    text
      .split('.')
      .slice(0, 2)
      .reduce((sum, part) => sum * 1000 + Number(part), 0);
  return value(release) >= value(first);
}
