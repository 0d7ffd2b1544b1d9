import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import type { Machine, Platform } from './places.ts';

/** The machine this runs on. */
export function thisMachine(): Machine {
  return {
    platform: platformOf(process.platform),
    home: homedir(),
    cwd: process.cwd(),
    env: process.env,
    program: { node: nodeOf(process.env), script: realpathSync(process.argv[1] ?? '') },
  };
}

/** Every other system keeps its files where Linux does. */
const platformOf = (platform: NodeJS.Platform): Platform =>
  platform === 'darwin' || platform === 'win32' ? platform : 'linux';

/** Node by the name it keeps when it is updated: package managers link it from a folder of the PATH. */
function nodeOf({ PATH = '' }: NodeJS.ProcessEnv): string {
  const real = realpathSync(process.execPath);
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const linked = PATH.split(delimiter)
    .filter(Boolean)
    .map((folder) => resolve(join(folder, name)))
    .find((path) => existsSync(path) && realpathSync(path) === real);
  return linked ?? process.execPath;
}
