/** What a change takes out of a text and puts into it, with the number of the line. Nothing around it is shown: what stands there may be somebody's secret. */
export function changeText(before: string, after: string): string {
  let from = 0;
  while (from < before.length && from < after.length && before[from] === after[from]) from++;
  let back = 0;
  while (
    back < Math.min(before.length, after.length) - from &&
    before[before.length - 1 - back] === after[after.length - 1 - back]
  )
    back++;
  const [removed, added] = [before, after].map((text) => text.slice(from, text.length - back));
  return [
    `@@ line ${before.slice(0, from).split('\n').length} @@`,
    ...marked('-', removed ?? ''),
    ...marked('+', added ?? ''),
  ].join('\n');
}

/** Every line with its sign; a line break at either end is no line of its own, and neither is the comma before it. */
function marked(sign: string, text: string): string[] {
  const inner = text.replace(/^,?\r?\n/, '').replace(/\r?\n[ \t]*$/, '');
  return inner === '' ? [] : inner.split(/\r?\n/).map((line) => `${sign} ${line}`);
}
