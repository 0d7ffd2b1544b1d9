import type * as z from 'zod';
import { InputError } from './base/errors.ts';
import { isObject, parseJson, type Json, type JsonObject } from './base/json.ts';
import type { ObjectSchema } from './tool-manifest.ts';

/** A tool as far as its arguments go: the schema that was served, and the strict one behind it, whose fields may be marked. */
export interface Accepting {
  kind: 'read' | 'write';
  served: ObjectSchema;
  strict: z.ZodObject;
}

/** What n8n's agent node puts among the arguments of every tool it calls. */
const ofTheCaller = new Set(['sessionId', 'action', 'chatInput', 'toolCallId']);

/** Arguments that Lares adds: without the one nothing is done, and without the other nobody is asked less. */
const narrowWhenAbsent = new Set(['confirm', 'instance']);

/**
 * Arguments as clients send them, turned into what the strict schema takes: between a model and a server stand programs that fill in null or "" for what was left out,
 * send every scalar as text and every list as the text of its JSON. Whatever is not exactly understood is left as it is, for the schema to refuse.
 *
 * In a write nothing that was sent disappears: an optional argument that is blank or an empty list is refused by name, and so is null,
 * unless the field is marked `.meta({ absent: 'narrow' })`, which says that less is done without it. `.meta({ absent: 'widens' })` says aloud what holds for every other.
 * Throws an InputError that names the argument.
 */
export function takeArguments(raw: JsonObject, tool: Accepting): JsonObject {
  const { properties, required = [] } = tool.served;
  const taken: [string, Json][] = [];
  for (const [name, value] of Object.entries(raw)) {
    const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (value === undefined || (schema === undefined && ofTheCaller.has(name))) continue;
    if (schema === undefined || required.includes(name)) {
      taken.push([name, schema ? fitted(value, schema) : value]);
      continue;
    }
    const fitting = fitted(value, schema);
    if (tool.kind === 'write') refuseEmpty(name, fitting, tool.strict);
    const isAbsent = value === null || (tool.kind === 'read' && value === '');
    if (!isAbsent) taken.push([name, fitting]);
  }
  return Object.fromEntries(taken);
}

/** Somebody may have written a restriction that was lost on the way: it must not be carried out without it. */
function refuseEmpty(name: string, value: Json, strict: z.ZodObject): void {
  const what = emptiness(value);
  if (what === undefined || (value === null && isNarrow(strict, name))) return;
  // The gate refuses whatever is no confirmation, in words of its own.
  if (name === 'confirm') return;
  throw new InputError(`${name} is ${what}`, {
    hint: 'Nothing was done. Give it a value, or leave it out if nothing is meant by it.',
  });
}

function emptiness(value: Json): string | undefined {
  if (value === null) return 'null';
  if (typeof value === 'string') return /^\s*(?:\[\s*\]\s*)?$/.test(value) ? 'empty' : undefined;
  if (!Array.isArray(value)) return undefined;
  if (value.length === 0) return 'an empty list';
  return value.some((item: Json) => emptiness(item) !== undefined)
    ? 'a list with nothing in one of its places'
    : undefined;
}

/** Whether less is done without an argument. Only what says so is: a field nobody thought about must not be lost. */
function isNarrow(strict: z.ZodObject, name: string): boolean {
  if (narrowWhenAbsent.has(name)) return true;
  for (let field = strict.shape[name] as z.ZodType | undefined; field; field = inner(field))
    if (field.meta()?.['absent'] === 'narrow') return true;
  return false;
}

const inner = (field: z.ZodType): z.ZodType | undefined =>
  (field.def as { innerType?: z.ZodType }).innerType;

/** The same value in the type that the schema names, where its text is exactly that; else as it was. */
function fitted(value: Json, schema: JsonObject): Json {
  const types = typesOf(schema);
  if (typeof value === 'number')
    return types.has('string') && !types.has('number') && !types.has('integer')
      ? (textOf(value) ?? value)
      : value;
  if (Array.isArray(value)) return fittedItems(value, schema);
  if (typeof value !== 'string' || types.has('string')) return value;
  if (types.has('boolean') && (value === 'true' || value === 'false')) return value === 'true';
  if (types.has('integer') || types.has('number'))
    return numberIn(value, types.has('number')) ?? value;
  const parsed = types.has('array') || types.has('object') ? parseJson(value) : undefined;
  if (types.has('array') && Array.isArray(parsed)) return fittedItems(parsed, schema);
  return types.has('object') && isObject(parsed) ? parsed : value;
}

function fittedItems(items: readonly Json[], { items: schema }: JsonObject): Json {
  return isObject(schema) ? items.map((item) => fitted(item, schema)) : items;
}

function typesOf({ type, anyOf }: JsonObject): Set<Json | undefined> {
  const alternatives = Array.isArray(anyOf) ? anyOf.filter(isObject) : [];
  return new Set([type, ...alternatives.map((alternative) => alternative['type'])].flat());
}

/** `5`, `-3` and, where fractions are allowed, `0.5`: text that is the number's own and no other's. */
function numberIn(text: string, allowsFractions: boolean): number | undefined {
  if (!/^-?\d+(?:\.\d+)?$/.test(text)) return undefined;
  const number = Number(text);
  if (textOf(number) !== text) return undefined;
  return allowsFractions || Number.isInteger(number) ? number : undefined;
}

/** The digits of a number, where they are all there. */
function textOf(number: number): string | undefined {
  const text = String(number);
  if (!/^-?\d+(?:\.\d+)?$/.test(text) || Object.is(number, -0)) return undefined;
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? undefined : text;
}
