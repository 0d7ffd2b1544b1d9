import { fstatSync, lstatSync, readFileSync, readSync } from 'node:fs';
import { entryOf, type Entry } from './journal-entry.ts';

/** No line is longer, in bytes: entries are bounded before they get here. */
export const maxLineBytes = 2 ** 20;

/** The end of a file of lines. */
export interface Tail {
  /** Bytes of the file. */
  size: number;
  /** Bytes up to the last end of line. */
  whole: number;
  /** The last whole line; undefined where there is none, or none that could be ours. */
  last: Entry | undefined;
}

/** Throws an Error where it is no plain file. */
export function tailOf(fd: number): Tail {
  const stat = fstatSync(fd);
  if (!stat.isFile()) throw new Error('it is no plain file');
  const { size } = stat;
  const bytes = Buffer.alloc(Math.min(size, maxLineBytes));
  readSync(fd, bytes, 0, bytes.length, size - bytes.length);
  const end = bytes.lastIndexOf(10) + 1;
  if (end === 0) return { size, whole: size > maxLineBytes ? size : 0, last: undefined };
  return {
    size,
    whole: size - bytes.length + end,
    last: entryOf(bytes.subarray(0, end).toString('utf8').trimEnd().split('\n').at(-1) ?? ''),
  };
}

/** What stands between the ends of lines of a file, so that the last one is empty in a whole file. Undefined where there is no plain file. */
export function linesOf(file: string): string[] | undefined {
  return lstatSync(file, { throwIfNoEntry: false })?.isFile()
    ? readFileSync(file, 'utf8').split('\n')
    : undefined;
}
