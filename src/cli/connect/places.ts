import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Env } from '../../core/config/env.ts';

export type Platform = 'linux' | 'darwin' | 'win32';

/** Whose files are meant. Everything that differs between two machines is here, so that each platform can be tried on any. */
export interface Machine {
  platform: Platform;
  home: string;
  cwd: string;
  env: Env;
  /** What runs Lares, and Lares itself: real paths, because clients have a PATH of their own, and because a name could be taken by somebody else. */
  program: { node: string; script: string };
}

/** Places with names in braces: `{home}`, `{config}`, `{appData}`, else an environment variable. The first that is there is meant, else the first. */
export type PlaceByPlatform = Readonly<Record<Platform, readonly string[]>>;

/** Where the file of a client is. */
export interface Places {
  user: PlaceByPlatform;
  /** A place that wins where the variable in it is set, as the client itself has it. */
  override?: string;
  /** The same file in a project, relative to its folder. */
  project?: string;
}

/** The same place on every platform. */
export const everywhere = (...places: readonly string[]): PlaceByPlatform => ({
  linux: places,
  darwin: places,
  win32: places,
});

/** The user's own file of a client. */
export function userFile({ user, override }: Places, machine: Machine): string {
  const overriding = override === undefined ? undefined : fill(override, machine);
  if (overriding !== undefined) return overriding;
  const places = user[machine.platform].flatMap((place) => fill(place, machine) ?? []);
  return places.find((place) => existsSync(place)) ?? places[0] ?? '';
}

/** The file of a client in the project one stands in; undefined where it has none. */
export const projectFile = ({ project }: Places, { cwd }: Machine): string | undefined =>
  project === undefined ? undefined : join(cwd, project);

/** A place with its names filled in; undefined when a variable in it is not set. */
function fill(place: string, machine: Machine): string | undefined {
  let isComplete = true;
  const filled = place.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = folder(name, machine);
    if (value === undefined) isComplete = false;
    return value ?? '';
  });
  return isComplete ? join(filled) : undefined;
}

function folder(name: string, { home, env }: Machine): string | undefined {
  if (name === 'home') return home;
  if (name === 'config') return env['XDG_CONFIG_HOME'] || join(home, '.config');
  if (name === 'appData') return env['APPDATA'] || join(home, 'AppData', 'Roaming');
  return env[name] || undefined;
}
