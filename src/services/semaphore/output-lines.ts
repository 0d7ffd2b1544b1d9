import { clean } from '../../core/base/text.ts';

/** A line of output as it is shown: cut, because a diff or a JSON dump may be one line of megabytes. */
export const cutLine = (line: string): string => clean(line, 300).trimEnd();

/** The last `limit` lines, as they are shown. */
export const tail = (lines: readonly string[], limit: number): string[] =>
  lines.slice(-limit).map(cutLine);

const trouble =
  /^\s*(fatal|failed): |UNREACHABLE!|FAILED!|^ERROR\b|^\s*(Error|error): |^Traceback |^Failed to |^Running app failed|command not found|Permission denied/;

/** The lines that most likely say what went wrong, the first ones first: later errors often follow from them. */
export const problemLines = (lines: readonly string[], limit = 8): string[] =>
  [...new Set(lines.filter((line) => trouble.test(line)).map(cutLine))].slice(0, limit);
