import type { Stats } from 'node:fs';

/** Whether others on this machine may read or change a file. Windows has no such bits: who may there is not in the mode. */
export const isOpenToOthers = ({ mode }: Pick<Stats, 'mode'>): boolean =>
  process.platform !== 'win32' && (mode & 0o077) !== 0;
