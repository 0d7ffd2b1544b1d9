import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** A path as it was written, `~/` for the home of whoever runs Lares; absolute, where it says from where. */
export const expandHome = (path: string): string =>
  /^~(?:[\\/]|$)/.test(path) ? join(homedir(), path.slice(1)) : path;

/** Whether a path means the same wherever Lares is started. */
export const isAnchored = (path: string): boolean => isAbsolute(path) || /^~(?:[\\/]|$)/.test(path);

/** An absolute path; a relative one begins in `folder`. */
export const pathFrom = (folder: string, path: string): string => resolve(folder, expandHome(path));
