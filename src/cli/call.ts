import { allTools, call, errorText, offers } from '../catalog.ts';
import { InputError } from '../core/base/errors.ts';
import { nearest } from '../core/base/nearest.ts';
import { lines } from '../core/base/table.ts';
import { parseJson, type Json, type JsonObject } from '../core/base/json.ts';
import type { ObjectSchema } from '../core/tool-manifest.ts';
import { coloured } from './colour.ts';
import { defineCommand, exit, type Common } from './command.ts';
import { print, printJson, withRuntime } from './run.ts';

export const callCommand = defineCommand({
  name: 'call',
  summary: 'call one tool: same schema, same gate as for a client',
  arguments: [
    { syntax: '<tool>' },
    { syntax: '[arguments...]', description: '--name value for each; see `lares tools`' },
  ],
  common: 'all',
  passThrough: true,
  examples,
  run: callTool,
});

/** The simplest write there is, so that the help shows the way from preview to effect. */
function examples(): string {
  const write = allTools.find(({ kind }) => kind === 'write');
  if (!write) return '';
  const given = (write.input.required ?? []).map((name) => `--${name} ${name.toUpperCase()}`);
  const line = `lares call ${[write.name, ...given].join(' ')}`;
  return lines(
    `Example: ${line}            shows what would happen`,
    `         ${line} --confirm  does it`,
  );
}

function callTool(tool: string, words: readonly string[], options: Common): Promise<number> {
  const common = { ...options, ...trailing(words) };
  return withRuntime(common, async (runtime, caller) => {
    try {
      const shape = offers(runtime).find(({ name }) => name === tool)?.input;
      const { text, data } = await call(runtime, tool, shape ? parse(words, shape) : {}, caller);
      if (common.json) printJson(data);
      else print(coloured(text));
      return exitOf(data);
    } catch (error) {
      if (common.json) printJson({ error: errorText(runtime, error) });
      else process.stderr.write(`lares: ${errorText(runtime, error)}\n`);
      return exit.unchecked;
    }
  });
}

/** A script goes on only after what is done or was only shown: not after a failure, and not where the end or a part is not known. */
function exitOf(data: JsonObject): number {
  if (data['outcome'] === 'failed') return exit.broken;
  const open = data['outcome'] === 'unfinished' || data['outcome'] === 'unknown';
  return open || 'partial' in data ? exit.unchecked : exit.fine;
}

/** The options of Lares itself may also stand behind the tool's name. */
export function trailing(words: readonly string[]): Common {
  let common: Common = {};
  for (const [at, word] of words.entries()) {
    if (word === '--json') common = { ...common, json: true };
    const [, inline] = /^--env(?:-file)?(?:=(.*))?$/s.exec(word) ?? [undefined, undefined];
    const file = isEnvFile(word) ? (inline ?? words[at + 1]) : undefined;
    if (file !== undefined) common = { ...common, envFile: file };
  }
  return common;
}

const isEnvFile = (word: string): boolean => /^--env(?:-file)?(?:=|$)/.test(word);

/** `--name value`, `--name=value`, and `--flag` for a boolean, read by the tool's own schema; a repeated name makes a list. */
export function parse(words: readonly string[], shape: ObjectSchema): JsonObject {
  const args: Record<string, Json> = {};
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const [, flag = '', given] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (flag === '')
      throw new InputError(`${JSON.stringify(word)} is not an argument`, {
        hint: `Write ${flagFor(word, shape)}. It takes: ${Object.keys(shape.properties).join(', ') || 'nothing'}.`,
      });
    if (flag === 'json') continue;
    if (isEnvFile(word)) {
      if (given === undefined) i++;
      continue;
    }
    const name = flag.replaceAll('-', '_') in shape.properties ? flag.replaceAll('-', '_') : flag;
    const property = Object.hasOwn(shape.properties, name) ? shape.properties[name] : undefined;
    if (!property)
      throw new InputError(`--${flag} is not an argument of this tool`, {
        hint: suggestion(flag, shape),
      });
    const boolean = property['type'] === 'boolean';
    const next = words[i + 1];
    const value = given ?? (boolean && next !== 'true' && next !== 'false' ? 'true' : words[++i]);
    if (value === undefined || (given === undefined && isFlag(value, shape)))
      throw new InputError(`--${flag} needs a value`);
    args[name] =
      property['type'] === 'array'
        ? [...((args[name] as Json[] | undefined) ?? []), ...itemsIn(value)]
        : read(value, property);
  }
  return args;
}

/** Whether a word is an option of Lares or of the tool, and so no value of the one before it. */
const isFlag = (word: string, { properties }: ObjectSchema): boolean =>
  word === '--json' ||
  isEnvFile(word) ||
  (word.startsWith('--') &&
    Object.hasOwn(properties, word.slice(2).replace(/=.*$/s, '').replaceAll('-', '_')));

/** What was probably meant by a word without a name. */
function flagFor(word: string, { required = [], properties }: ObjectSchema): string {
  const [, name = '', value = ''] = /^(\w[\w-]*)=(.+)$/s.exec(word) ?? [];
  if (Object.hasOwn(properties, name.replaceAll('-', '_'))) return `--${name} ${value}`;
  const [only, ...others] = required;
  return only !== undefined && others.length === 0 ? `--${only} ${word}` : '--name value';
}

/** A list may be written as JSON too. */
function itemsIn(value: string): Json[] {
  const parsed = value.startsWith('[') ? parseJson(value) : undefined;
  return Array.isArray(parsed) ? (parsed as Json[]) : [value];
}

function suggestion(flag: string, { properties }: ObjectSchema): string {
  const near = nearest(flag, Object.keys(properties));
  return near
    ? `Did you mean --${near}?`
    : `It takes: ${Object.keys(properties).join(', ') || 'nothing'}.`;
}

/** A number where a number may stand, as far as its text is exactly that. What else the schema wants is made of the text like that of any client. */
function read(value: string, property: JsonObject): Json {
  const types = [
    property['type'],
    ...((property['anyOf'] as JsonObject[] | undefined) ?? []).map((option) => option['type']),
  ].flat();
  const mayBeNumber = types.some((type) => type === 'number' || type === 'integer');
  return mayBeNumber && String(Number(value)) === value ? Number(value) : value;
}
