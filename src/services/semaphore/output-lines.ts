import { clean } from '../../core/base/text.ts';

/** A line of output as it is shown: cut, because a diff or a JSON dump may be one line of megabytes. */
export const cutLine = (line: string): string => clean(line, 300).trimEnd();

/** The last `limit` lines, as they are shown. */
export const tail = (lines: readonly string[], limit: number): string[] =>
  lines.slice(-limit).map(cutLine);

/** What says by itself that something went wrong: Ansible (`[ERROR]: …` since ansible-core 2.19), Terraform, Python, shells. */
const trouble =
  /^\s*(fatal|failed): |UNREACHABLE!|FAILED!|^\s*\[?ERROR\b|^\s*(?:│ )?(Error|error): |^Traceback |^Running app failed|command not found|Permission denied|No such file or directory|: line \d+: |^Failed to (?!run task)/;
/** What Semaphore adds to every run that failed: it names no cause. */
const verdict = /^Failed to run task/;
const taskHeader = /^TASK \[/;
/** How many lines before the verdict are shown where nothing else says why. */
const leadUp = 5;

/** The lines that most likely say what went wrong, the first ones first, with the task of Ansible they stand in: later errors often follow from them. */
export function problemLines(lines: readonly string[], limit = 8): string[] {
  const problems = new Set<string>();
  let header: string | undefined;
  for (const line of lines) {
    if (taskHeader.test(line)) header = line.replace(/\s*\*+\s*$/, '');
    if (!trouble.test(line)) continue;
    problems.add(cutLine(line));
    if (header !== undefined) problems.add(cutLine(header));
    header = undefined;
  }
  if (problems.size > 0) return [...problems].slice(0, limit);
  const end = lines.findIndex((line) => verdict.test(line));
  if (end < 0) return [];
  const before = lines.slice(0, end).filter((line) => line.trim() !== '');
  return [...before.slice(-leadUp), lines[end] ?? ''].map(cutLine);
}
