import { nearest } from '../base/nearest.ts';
import { valueIn, type Env } from './environment.ts';
import { common, prefixOf, whole, type Configurable } from './fields.ts';

/** One value, and the variable it came from. */
export interface Setting {
  variable: string;
  value: string;
}

/** By field. */
export type Settings = Map<string, Setting>;

/** Everything that an environment says of one service. */
export interface Gathered {
  /** By instance; what holds for all of them is under the empty name. */
  instances: Map<string, Settings>;
  problems: string[];
  warnings: string[];
}

/** Reads `<PREFIX>[_<INSTANCE>]_<FIELD>[_FILE]`, the longest known field first. Empty values count as not set. */
export function gatherSettings(service: Configurable, env: Env): Gathered {
  const prefix = prefixOf(service);
  const fields = [
    ...Object.keys(service.config.shape),
    ...Object.keys(common.shape),
    ...Object.keys(whole.shape),
  ].sort((a, b) => b.length - a.length);
  const gathered: Gathered = { instances: new Map(), problems: [], warnings: [] };
  for (const [variable, raw] of Object.entries(env)) {
    if (!variable.startsWith(prefix) || !raw) continue;
    const place = placeOf(variable.slice(prefix.length).toLowerCase(), fields);
    if (!place) {
      gathered.warnings.push(unknownVariable(variable, prefix, fields));
      continue;
    }
    const value = place.isFile ? valueIn(raw) : raw;
    if (value === undefined) {
      gathered.problems.push(`${variable}: ${raw} cannot be read`);
      continue;
    }
    const settings = gathered.instances.get(place.instance) ?? new Map<string, Setting>();
    gathered.instances.set(place.instance, settings.set(place.field, { variable, value }));
  }
  return gathered;
}

interface Place {
  instance: string;
  field: string;
  /** The variable names a file that holds the value. */
  isFile: boolean;
}

/** A field that is called like a file of its own (`tls_ca_file`) is that field. */
function placeOf(rest: string, fields: readonly string[]): Place | undefined {
  const direct = locate(rest, fields);
  if (direct) return { ...direct, isFile: false };
  const inFile = rest.endsWith('_file')
    ? locate(rest.slice(0, -'_file'.length), fields)
    : undefined;
  return inFile && { ...inFile, isFile: true };
}

function locate(rest: string, fields: readonly string[]): Omit<Place, 'isFile'> | undefined {
  const field = fields.find((name) => rest === name || rest.endsWith(`_${name}`));
  if (field === undefined) return undefined;
  return { field, instance: rest.slice(0, -field.length).replace(/_$/, '') };
}

function unknownVariable(variable: string, prefix: string, fields: readonly string[]): string {
  const near = nearest(variable.slice(prefix.length).toLowerCase(), fields);
  return `${variable} is not known${near ? `. Did you mean ${prefix}${near.toUpperCase()}?` : ''}`;
}
