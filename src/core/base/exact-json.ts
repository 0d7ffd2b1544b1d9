/** A string, or an integer of so many digits that a double may not hold it. What stands after a point, an exponent or a digit is none. */
const longIntegers = /"[^"\\]*(?:\\.[^"\\]*)*"|(?<![\d.eE+])-?\d{16,}(?![\d.eE])/gs;

/** JSON as `JSON.parse` reads it, except that an integer which no double holds becomes text: ids of 64 bits keep their digits. */
export function parseExactly(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  return JSON.parse(
    text.replace(longIntegers, (token) =>
      token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `"${token}"`,
    ),
  );
}
