const codes: readonly [RegExp, number][] = [
  [
    /^(CRITICAL|PARTIAL|UNREACHABLE|DENIED|DOWN|INVALID CONFIG|UNKNOWN OUTCOME|Something is broken)/,
    31,
  ],
  [
    /^(WARNING|NOT CHECKED|CONFIG|Nothing broken was found|Nothing could be checked|Nothing is configured|Note:)/,
    33,
  ],
  [/^(INFO|>|Undo:)/, 2],
  [/^(All clear|Nothing is broken|Done:)/, 32],
  [/^(Will )/, 36],
];

/** The first words of a line in colour, for a terminal; scripts, pipes and NO_COLOR get the text as it is. */
export function coloured(
  text: string,
  terminal: boolean = process.stdout.isTTY && !process.env['NO_COLOR'],
): string {
  if (!terminal) return text;
  return text
    .split('\n')
    .map((line) => {
      const code = codes.find(([start]) => start.test(line));
      return code ? line.replace(code[0], `\u001b[${code[1]}m$1\u001b[0m`) : line;
    })
    .join('\n');
}
