import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, parseJson } from '../base/json.ts';
import { day } from '../base/units.ts';
import { createOnce, ensurePrivateFolder } from './folder.ts';
import { isAlive, thisProcess } from './process-id.ts';

/** Where one process keeps the session that it has with one server, so that the next one can take it up if this one is killed. No method throws: without a place a session just ends with its process. */
export interface SessionPlace {
  /** The session that a process which is gone has left behind; from then on it is this process' own. */
  take(): Readonly<Record<string, string>> | undefined;
  keep(proof: Readonly<Record<string, string>>): void;
  /** It is over, or was given back. */
  drop(): void;
}

/**
 * A file for each session, whose name says whose it is: renaming it is how the next process takes it, and only one can.
 * `server` is the address that the session is shown to, and never another one.
 */
export function sessionPlace(folder: string, server: string): SessionPlace {
  const key = short(server);
  let own: string | undefined;
  const ownName = (): string =>
    join(folder, `${key}.${nameOfProcess()}.${randomBytes(4).toString('hex')}.json`);
  return {
    take: () =>
      unlessImpossible(() => {
        for (const file of readdirSync(folder)) {
          if (!file.startsWith(`${key}.`) || !isAbandoned(file)) continue;
          const taken = ownName();
          if (!unlessImpossible(() => (renameSync(join(folder, file), taken), true))) continue;
          const proof = proofIn(readFileSync(taken, 'utf8'));
          if (proof) {
            own = taken;
            return proof;
          }
          rmSync(taken, { force: true });
        }
        return undefined;
      }),
    keep(proof) {
      this.drop();
      unlessImpossible(() => {
        sweep(ensurePrivateFolder(folder));
        const file = ownName();
        createOnce(file, JSON.stringify(proof));
        own = file;
      });
    },
    drop() {
      const file = own;
      own = undefined;
      if (file !== undefined) unlessImpossible(() => rmSync(file, { force: true }));
    },
  };
}

const short = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Machine and PID namespace as one word: a process can only be looked for in its own. */
const ownSpace = (): string => short(`${thisProcess().host} ${thisProcess().space ?? ''}`);
const nameOfProcess = (): string =>
  `${thisProcess().pid}-${thisProcess().born ?? ''}-${ownSpace()}`;

/** Whether the process that the name of a file speaks of is gone; what cannot be seen from here is not. */
function isAbandoned(file: string): boolean {
  const [, pid, born, space] = /^\w+\.(\d+)-(\d*)-(\w+)\.\w+\.json$/.exec(file) ?? [];
  if (pid === undefined || space !== ownSpace()) return false;
  return isAlive({ ...thisProcess(), pid: Number(pid), born: born || undefined }) === false;
}

function proofIn(text: string): Readonly<Record<string, string>> | undefined {
  const proof = parseJson(text);
  if (!isObject(proof) || Object.values(proof).some((value) => typeof value !== 'string'))
    return undefined;
  return proof as Readonly<Record<string, string>>;
}

/** No session lives for a day: what is older was left where nobody can see its process. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder)) {
    const written = statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Math.abs(Date.now() - written) > day) rmSync(join(folder, name), { force: true });
  }
}

function unlessImpossible<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
