import { createHmac, randomBytes } from 'node:crypto';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ConfigError } from '../base/errors.ts';
import { minute } from '../base/units.ts';

/** Writes a file that is either whole or not there, and never over another. False when it was there already. */
export function createOnce(file: string, content: string): boolean {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(draft, content, { mode: 0o600, flag: 'wx' });
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** A draft is whole and in its place within moments: one that is older was left by a process that was killed. */
const draftMs = minute;

/** Removes the drafts of `file` that nobody will finish. What cannot be removed stays. */
export function sweepDrafts(file: string, olderThanMs = draftMs): void {
  const start = `${basename(file)}.`;
  for (const name of readdirSync(dirname(file))) {
    if (!name.startsWith(start) || !/^[0-9a-f]{12}$/.test(name.slice(start.length))) continue;
    const path = join(dirname(file), name);
    const written = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (written === undefined || Math.abs(Date.now() - written) < olderThanMs) continue;
    rmSync(path, { force: true });
  }
}

/** A folder only its owner can look into; one that is there stays as it is. */
export function ensurePrivateFolder(folder: string): string {
  if (makePrivateFolder(folder)) return folder;
  const parent = dirname(folder);
  if (parent !== folder && !existsSync(parent)) ensurePrivateFolder(parent);
  // One after another, and each tried twice: Node's own recursion never ends where the parent is there and the kernel says that it is not (/proc), and another process may have made the parent in between.
  if (!makePrivateFolder(folder))
    throw new ConfigError(`${folder} cannot be made: nothing can be stored in ${parent}`, {
      hint: 'Set LARES_STATE_DIR to a folder on a disk.',
    });
  return folder;
}

/** True when the folder is there now, false when something above it is missing. */
function makePrivateFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return true;
    if (code === 'ENOENT') return false;
    throw error;
  }
}

/** Keys for one purpose each, from one secret that outlives the process: the state folder's own, or a file that several machines share. */
export function keysFrom(
  stateDir: string,
  keyFile: string | undefined,
): (purpose: string) => Buffer {
  let secret: Buffer | undefined;
  const readSecret = (): Buffer => {
    refuseShared(stateDir);
    return keyFile === undefined ? ownKey(stateDir) : sharedKey(keyFile);
  };
  return (purpose) =>
    createHmac('sha256', (secret ??= readSecret()))
      .update(purpose)
      .digest();
}

/** Whoever can put files there can take the key and the journal away together and begin anew, and nobody would see it. */
function refuseShared(stateDir: string): void {
  const mode =
    process.platform === 'win32' ? 0 : (statSync(stateDir, { throwIfNoEntry: false })?.mode ?? 0);
  if ((mode & 0o002) !== 0)
    throw new ConfigError(`Everybody can write to the state folder ${stateDir}`, {
      hint: `Only Lares should: chmod 700 ${stateDir}, or set LARES_STATE_DIR to a folder in it, which Lares makes.`,
    });
}

function ownKey(stateDir: string): Buffer {
  const file = join(stateDir, 'seal.key');
  try {
    ensurePrivateFolder(stateDir);
    if (!existsSync(file)) createOnce(file, randomBytes(32).toString('hex'));
    return checked(readFileSync(file, 'utf8'), file);
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw new ConfigError(
      `The key ${file} cannot be read or made: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
        hint: 'Without the key no write can be sealed or recorded. Mend the state folder, or set LARES_STATE_DIR.',
      },
    );
  }
}

function sharedKey(file: string): Buffer {
  try {
    return checked(readFileSync(file, 'utf8'), file);
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw new ConfigError(`LARES_SEAL_KEY_FILE: ${file} cannot be read`, {
      cause,
      hint: 'Without the key no write can be sealed or recorded.',
    });
  }
}

function checked(text: string, file: string): Buffer {
  if (text.trim().length < 32)
    throw new ConfigError(`${file} is too short for a key`, {
      hint: 'Make one with: openssl rand -hex 32',
    });
  return Buffer.from(text.trim());
}
