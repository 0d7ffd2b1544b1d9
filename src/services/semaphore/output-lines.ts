import { clean } from '../../core/base/text.ts';

/** A line of output as it is shown: cut, because a diff or a JSON dump may be one line of megabytes. */
export const shown = (line: string): string => clean(line, 300).trimEnd();

export const tail = (lines: readonly string[], most: number): string[] =>
  lines.slice(-most).map(shown);

const trouble =
  /^\s*(fatal|failed): |UNREACHABLE!|FAILED!|^ERROR\b|^\s*(Error|error): |^Traceback |^Failed to |^Running app failed|command not found|Permission denied/;

/** The lines that most likely say what went wrong, the first ones first: later errors often follow from them. */
export const problemLines = (lines: readonly string[], most = 8): string[] =>
  [...new Set(lines.filter((line) => trouble.test(line)).map(shown))].slice(0, most);
