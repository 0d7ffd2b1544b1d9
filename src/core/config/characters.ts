const names: Readonly<Record<string, string>> = {
  '\n': 'a line break',
  '\r': 'a line break',
  '\u2028': 'a line break',
  '\u2029': 'a line break',
  '\t': 'a tab',
  '\0': 'a null character',
  '\u00a0': 'a blank that does not break',
};

/** A character for people, with its number: `a line break (U+000A)`. Visible ones are shown. */
export function characterName(character: string): string {
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  const name = names[character];
  if (name) return `${name} (${code})`;
  if (/\p{Cf}/u.test(character)) return `an invisible character (${code})`;
  if (/\p{Cc}/u.test(character)) return `a control character (${code})`;
  return /\s/.test(character) ? `a blank (${code})` : `${character} (${code})`;
}

/** Blanks, ends of lines, and what nobody sees: byte order marks, zero-width characters, marks of direction. */
export const trimUnseen = (text: string): string =>
  text.replace(/^[\s\p{Cf}]+/u, '').replace(/[\s\p{Cf}]+$/u, '');
