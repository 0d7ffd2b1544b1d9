import { styleText } from 'node:util';

/** How a line begins, and what that looks like. */
const styles: readonly (readonly [RegExp, Parameters<typeof styleText>[0]])[] = [
  [
    /^(CRITICAL|PARTIAL|UNREACHABLE|DENIED|DOWN|INVALID CONFIG|UNKNOWN OUTCOME|Something is broken)/,
    'red',
  ],
  [
    /^(WARNING|NOT CHECKED|CONFIG|Nothing broken was found|Nothing could be checked|Nothing is configured|Note:)/,
    'yellow',
  ],
  [/^(INFO|>|Undo:)/, 'dim'],
  [/^(All clear|Nothing is broken|Done:)/, 'green'],
  [/^(Will )/, 'cyan'],
];

/** The first words of a line in colour, for a terminal; scripts, pipes and NO_COLOR get the text as it is. */
export function coloured(
  text: string,
  terminal: boolean = process.stdout.isTTY && !process.env['NO_COLOR'],
): string {
  return terminal ? text.split('\n').map(colouredLine).join('\n') : text;
}

function colouredLine(line: string): string {
  for (const [start, style] of styles) {
    const [words] = start.exec(line) ?? [];
    // Whether there are colours was decided before; newer versions of Node would decide it again.
    if (words !== undefined)
      return styleText(style, words, { validateStream: false }) + line.slice(words.length);
  }
  return line;
}
