import { nearest } from '../base/nearest.ts';
import { readValue, type Env } from './environment.ts';
import { common, prefixOf, schemaOf, whole, type Configurable } from './fields.ts';
import { isForeign } from './foreign.ts';
import { kindOfField } from './value-kind.ts';

/** One value, and the variable it came from. Unusable: something was set, and why it cannot be used stands among the problems. */
export interface Setting {
  variable: string;
  value: string;
  unusable?: true;
}

/** By field. */
export type Settings = Map<string, Setting>;

/** Everything that an environment says of one service. */
export interface Gathered {
  /** By instance; what holds for all of them is under the empty name. */
  instances: Map<string, Settings>;
  problems: string[];
  /** What was repaired, or is odd and works. */
  warnings: string[];
  /** Variables that nothing reads, each in a sentence with the name that may have been meant. */
  unknown: string[];
  /** Those of them that were to keep writes away. */
  unsafe: string[];
}

/** Reads `<PREFIX>[_<INSTANCE>]_<FIELD>[_FILE]`, the longest known field first. Empty values count as not set, and what is the product's own is not looked at. */
export function gatherSettings(service: Configurable, env: Env): Gathered {
  const prefix = prefixOf(service);
  const fields = [
    ...Object.keys(service.config.shape),
    ...Object.keys(common.shape),
    ...Object.keys(whole.shape),
  ].sort((a, b) => b.length - a.length);
  const gathered: Gathered = {
    instances: new Map(),
    problems: [],
    warnings: [],
    unknown: [],
    unsafe: [],
  };
  const inFiles: Placed[] = [];
  for (const [variable, raw] of Object.entries(env)) {
    if (!variable.toUpperCase().startsWith(prefix) || !raw) continue;
    const place = placeOf(variable.slice(prefix.length).toLowerCase(), fields);
    const role = place === undefined ? 'unknown' : place.instance === '' ? 'own' : 'instance';
    if (isForeign(variable, raw, role, service.foreign)) continue;
    if (!place || !variable.startsWith(prefix))
      noteUnknown(gathered, variable, prefix, fields, role === 'own' ? place : undefined);
    else if (place.isFile) inFiles.push({ ...place, variable, raw });
    else take(service, gathered, { ...place, variable, raw });
  }
  for (const placed of inFiles) take(service, gathered, placed);
  return gathered;
}

interface Place {
  instance: string;
  field: string;
  /** The variable names a file that holds the value. */
  isFile: boolean;
}

interface Placed extends Place {
  variable: string;
  raw: string;
}

function take(service: Configurable, gathered: Gathered, placed: Placed): void {
  const { instance, field, variable, raw, isFile } = placed;
  const settings = gathered.instances.get(instance) ?? new Map<string, Setting>();
  const before = settings.get(field);
  if (before) {
    gathered.warnings.push(
      `${before.variable} and ${variable} are both set: ${before.variable} counts`,
    );
    return;
  }
  const schema = schemaOf(service, field);
  const reading = readValue(variable, raw, schema ? kindOfField(field, schema) : 'plain', isFile);
  if ('problem' in reading) {
    gathered.problems.push(reading.problem);
    settings.set(field, { variable, value: '', unusable: true });
  } else {
    gathered.warnings.push(...reading.repairs);
    if (reading.value !== '') settings.set(field, { variable, value: reading.value });
  }
  if (settings.size > 0) gathered.instances.set(instance, settings);
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

/** What a variable was meant to keep writes away with. */
const safetyWord = /WRIT|PROTECT|READ_?ONLY/i;

function noteUnknown(
  { unknown, unsafe }: Gathered,
  variable: string,
  prefix: string,
  fields: readonly string[],
  place: Place | undefined,
): void {
  const near = place?.field ?? nearest(variable.slice(prefix.length).toLowerCase(), fields);
  // Words of others in other cases are none of ours, unless they are a field to the letter.
  if (!variable.startsWith(prefix) && place === undefined) return;
  const sentence = `${variable} is not known${near ? `. Did you mean ${prefix}${near.toUpperCase()}?` : ''}`;
  unknown.push(sentence);
  if (safetyWord.test(variable.slice(prefix.length))) unsafe.push(sentence);
}
