/** What people copy together with a value, as a beginning; `shown` must not look like a secret. */
const beginnings: readonly [RegExp, shown: (match: string) => string][] = [
  [/^(?:authorization|private-token|x-[a-z0-9-]+)\s*[:=]\s*/i, () => 'the name of a header'],
  [/^(?:bearer|token)\s+(?=\S)/i, (match) => `the word ${match.trim()}`],
  [/^\w+APIToken[=:\s]\s*(?=\S)/i, (match) => `the word ${match.replace(/\W+$/, '')}`],
  [/^[^\s!=:]+@[^\s!=:]+![^\s!=:]+[=:](?=\S)/, () => 'the id of the token'],
];

/** One value of a header as a server's documentation shows it, down to the token in it; `parts` are what was taken off. */
export function tokenIn(text: string): { value: string; parts: string[] } {
  const parts: string[] = [];
  let value = text;
  for (const [shape, shown] of beginnings) {
    const [match = ''] = shape.exec(value) ?? [];
    if (match === '') continue;
    parts.push(shown(match));
    value = value.slice(match.length);
  }
  // `curl -u TOKEN:token`.
  if (/^[^\s:]+:token$/.test(value)) {
    parts.push('the word token behind it');
    value = value.slice(0, -':token'.length);
  }
  return { value, parts };
}

/** The id of a token, without the word that stands before it in a header. */
export function idIn(text: string): { value: string; parts: string[] } {
  const value = text
    .replace(/^authorization\s*[:=]\s*(?=\w+APIToken)/i, '')
    .replace(/^\w+APIToken[=:\s]\s*(?=\S)/i, '');
  return { value, parts: value === text ? [] : ['a word before it'] };
}
