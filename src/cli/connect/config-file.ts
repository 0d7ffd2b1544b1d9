import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { ConfigError } from '../../core/base/errors.ts';
import { replaceFile } from '../../core/state/lock.ts';

const nothingWritten = 'Nothing was written. --print shows the entry, for your own hands.';

/** A file of a client as it is now. */
export interface ConfigFile {
  /** Where it really is, behind the links that lead to it. */
  path: string;
  /** Without a byte order mark; undefined where there is no file. */
  text: string | undefined;
  /** It begins with a byte order mark, and keeps it. */
  hasMark: boolean;
}

/** Reads a file in order to write it. Refuses whatever would make that unsafe; `root` is the folder that links must not lead out of. */
export function readConfigFile(shown: string, root: string): ConfigFile {
  const path = realPath(shown);
  const ground = isInside(root, shown) ? root : dirname(shown);
  if (!isInside(realPath(ground), path))
    throw new ConfigError(`${shown} leads out of ${ground}, to ${path}`, { hint: nothingWritten });
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return { path, text: undefined, hasMark: false };
  refuseUnwritable(path, stats);
  const text = exactText(path);
  return { path, text: withoutMark(text), hasMark: text.startsWith('\ufeff') };
}

/** Where a path leads, also where its end is not there yet. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw unreadable(path, error);
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined)
      throw new ConfigError(`${path} is a link to something that is not there`, {
        hint: nothingWritten,
      });
    return join(realPath(dirname(path)), basename(path));
  }
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith('../') && !way.startsWith('..\\') && !isAbsolute(way);
}

function refuseUnwritable(path: string, stats: Stats): void {
  if (!stats.isFile()) throw new ConfigError(`${path} is no file`, { hint: nothingWritten });
  if ((stats.mode & 0o200) === 0)
    throw new ConfigError(`${path} is read-only`, { hint: nothingWritten });
  const uid = process.getuid?.();
  if (uid !== undefined && uid !== 0 && stats.uid !== uid)
    throw new ConfigError(`${path} belongs to another user`, { hint: nothingWritten });
}

/** A text to look into, whoever may write it. */
export const textOf = (path: string): string => withoutMark(exactText(path));

const withoutMark = (text: string): string => text.replace(/^\ufeff/, '');

function exactText(path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch (error) {
    if (error instanceof TypeError)
      throw new ConfigError(`${path} is not text in UTF-8`, { hint: nothingWritten });
    throw unreadable(path, error);
  }
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

const unreadable = (path: string, cause: unknown): ConfigError =>
  new ConfigError(
    `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    { cause, hint: nothingWritten },
  );

/** Where the state before the last change is kept. Files of clients hold tokens of others, so only the owner may read it. */
export const backupOf = (path: string): string => `${path}.lares-backup`;

/** The text before the last change; undefined where nothing is kept. */
export function readBackup(path: string): string | undefined {
  const file = backupOf(path);
  if (!lstatSync(file, { throwIfNoEntry: false })?.isFile()) return undefined;
  return textOf(file);
}

/** Keeps the file as it is now. */
export function keepBackup({ path }: ConfigFile): void {
  replaceFile(backupOf(path), exactText(path));
}

export const dropBackup = (path: string): void => rmSync(backupOf(path), { force: true });

/** Puts a text in the place of the file at once, with the mode and the owner it had. Throws what the file system throws; the file is as it was then. */
export function writeConfigFile({ path, hasMark }: ConfigFile, text: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(draft, `${hasMark ? '\ufeff' : ''}${text}`, {
      mode: 0o600,
      flag: 'wx',
      flush: true,
    });
    if (stats) {
      if (process.getuid?.() === 0) chownSync(draft, stats.uid, stats.gid);
      chmodSync(draft, stats.mode & 0o7777);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Where the topmost folder is kept that was made for the file: only such folders go with it. */
const madeFolderNote = (path: string): string => `${path}.lares-folder`;

/** Makes the folder of a file that is not there yet. */
export function makeFolderOf({ path }: ConfigFile): void {
  try {
    const topmost = mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (topmost !== undefined) replaceFile(madeFolderNote(path), topmost);
  } catch (cause) {
    throw new ConfigError(
      `${dirname(path)} cannot be made: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause, hint: 'Nothing was written.' },
    );
  }
}

/** Takes away the folders that were made for a file that is not there any more, as far as nothing else is in them. */
export function removeMadeFolders({ path }: ConfigFile): void {
  const note = madeFolderNote(path);
  if (!lstatSync(note, { throwIfNoEntry: false })?.isFile()) return;
  const topmost = textOf(note);
  rmSync(note);
  for (let folder = dirname(path); isInside(topmost, folder); folder = dirname(folder)) {
    if (readdirSync(folder).length > 0) return;
    rmdirSync(folder);
  }
}

/** The folder stays, whatever happens to the file from now on. */
export const keepMadeFolders = ({ path }: ConfigFile): void =>
  rmSync(madeFolderNote(path), { force: true });
