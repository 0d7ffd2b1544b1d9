import { existsSync, rmSync } from 'node:fs';
import { ConfigError } from '../../core/base/errors.ts';
import type { JsonObject } from '../../core/base/json.ts';
import { withLock } from '../../core/state/lock.ts';
import {
  backupOf,
  dropBackup,
  keepBackup,
  keepMadeFolders,
  makeFolderOf,
  readBackup,
  readConfigFile,
  removeMadeFolders,
  writeConfigFile,
  type ConfigFile,
} from './config-file.ts';
import { removeEntry, setEntry, type EntryPath, type Format } from './formats/format.ts';

/** A change to one entry of one file, worked out anew on whatever the file says at that moment. */
export interface Edit {
  /** The file as the client knows it. */
  file: string;
  /** The folder that links must not lead out of. */
  root: string;
  format: Format;
  /** What a new file needs beside the entry. */
  preamble: string;
  path(document: JsonObject): EntryPath;
  /** What is to be there in the place of this; undefined for nothing. Throws where what is there must stay. */
  replace(old: unknown): JsonObject | undefined;
}

/** What a change would do, or did. */
export interface Outcome {
  file: ConfigFile;
  before: string | undefined;
  /** Undefined where the file goes. */
  after: string | undefined;
  /** Where the state of before is kept. */
  backup?: string;
}

/** What would be written. Nothing is. */
export const planEdit = (edit: Edit): Outcome => workOut(edit).outcome;

/**
 * Writes. Another run waits for its turn, and then sees what this one wrote.
 * Where `shown` is given and something else would be written by now, nothing is: a person has said yes to what was shown.
 */
export async function applyEdit(edit: Edit, shown?: Outcome): Promise<Outcome> {
  const { file } = planEdit(edit);
  makeFolderOf(file);
  try {
    return await withLock(`${file.path}.lares-lock`, () => write(edit, shown));
  } catch (cause) {
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause;
    throw new ConfigError(`${edit.file} cannot be written: ${cause.message}`, {
      cause,
      hint: 'It is as it was.',
    });
  } finally {
    // After the lock, which stands in the folder.
    if (!existsSync(file.path)) removeMadeFolders(file);
  }
}

function write(edit: Edit, shown: Outcome | undefined): Outcome {
  const { outcome, origin, isRemoval } = workOut(edit);
  const { file, before, after } = outcome;
  if (shown && (shown.before !== before || shown.after !== after))
    throw new ConfigError(`${edit.file} has changed meanwhile`, {
      hint: 'Nothing was written. Run it again.',
    });
  if (before === after) return outcome;
  const keeps = before !== undefined && origin === undefined;
  if (keeps) keepBackup(file);
  if (after === undefined) rmSync(file.path);
  else writeConfigFile(file, after);
  if (isRemoval && after !== undefined) keepMadeFolders(file);
  if (origin && after === origin.text) dropBackup(file.path);
  return keeps ? { ...outcome, backup: backupOf(file.path) } : outcome;
}

/** The file as it was before this command ever wrote to it; without a text where there was none. */
interface Origin {
  text: string | undefined;
}

function workOut(edit: Edit): { outcome: Outcome; origin?: Origin; isRemoval: boolean } {
  const file = readConfigFile(edit.file, edit.root);
  const before = file.text;
  const document = read(edit, before);
  const path = edit.path(document);
  const old = edit.format.find(document, path);
  const entry = edit.replace(old);
  const origin = old === undefined ? undefined : originOf(edit, file, old as JsonObject);
  const outcome = { file, before, after: before };
  if (entry !== undefined)
    outcome.after = setEntry(edit.format, beginning(edit, before), path, entry);
  else if (origin) outcome.after = origin.text;
  else if (old !== undefined && before !== undefined)
    outcome.after = removeEntry(edit.format, before, path);
  return { outcome, ...(origin && { origin }), isRemoval: entry === undefined };
}

function read({ format, file }: Edit, text: string | undefined): JsonObject {
  try {
    return format.read(text ?? '');
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new ConfigError(`${file} is not understood as ${format.title}: ${cause.message}`, {
      cause,
      hint: 'Nothing was written. Mend the file, or --print shows the entry, for your own hands.',
    });
  }
}

/** What an entry is put into: the text, or what a new file begins with. */
const beginning = ({ preamble }: Edit, text: string | undefined): string =>
  text === undefined || text.trim() === '' ? preamble || (text ?? '') : text;

/** What the file was before, where it is that and the entry, and nothing else has happened to it. Then taking the entry out can give back every byte. */
function originOf(edit: Edit, { path, text }: ConfigFile, old: JsonObject): Origin | undefined {
  const backup = readBackup(path);
  try {
    const document = edit.format.read(backup ?? '');
    const place = edit.path(document);
    if (edit.format.find(document, place) !== undefined) return undefined;
    const again = setEntry(edit.format, beginning(edit, backup), place, old);
    return again === text ? { text: backup } : undefined;
  } catch {
    return undefined;
  }
}
