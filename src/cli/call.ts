import { call, errorText, offers } from '../catalog.ts';
import { InputError } from '../core/base/errors.ts';
import { nearest } from '../core/base/nearest.ts';
import type { Json, JsonObject } from '../core/base/json.ts';
import type { ObjectSchema } from '../core/tool-manifest.ts';
import { coloured } from './colour.ts';
import { exit, withRuntime, print, printJson, type Common } from './run.ts';

export function callCommand(
  tool: string,
  words: readonly string[],
  options: Common,
): Promise<number> {
  const common = { ...options, ...trailing(words) };
  return withRuntime(common, async (runtime, caller) => {
    try {
      const shape = offers(runtime).find(({ name }) => name === tool)?.input;
      const { text, data } = await call(runtime, tool, shape ? parse(words, shape) : {}, caller);
      if (common.json) printJson(data);
      else print(coloured(text));
      return 'partial' in data ? exit.unchecked : exit.fine;
    } catch (error) {
      if (common.json) printJson({ error: errorText(runtime, error) });
      else process.stderr.write(`lares: ${errorText(runtime, error)}\n`);
      return exit.unchecked;
    }
  });
}

/** The options of Lares itself may also stand behind the tool's name. */
export function trailing(words: readonly string[]): Common {
  const file = words.indexOf('--env-file');
  return {
    ...(words.includes('--json') && { json: true }),
    ...(file >= 0 && words[file + 1] !== undefined && { envFile: words[file + 1] as string }),
  };
}

/** `--name value`, `--name=value`, and `--flag` for a boolean, read by the tool's own schema; a repeated name makes a list. */
export function parse(words: readonly string[], shape: ObjectSchema): JsonObject {
  const args: Record<string, Json> = {};
  for (let i = 0; i < words.length; i++) {
    const [, flag = '', given] = /^--([^=]+)(?:=(.*))?$/s.exec(words[i] ?? '') ?? [];
    if (flag === '')
      throw new InputError(`${JSON.stringify(words[i])} is not an argument`, {
        hint: `Write --name value. It takes: ${Object.keys(shape.properties).join(', ') || 'nothing'}.`,
      });
    if (flag === 'json') continue;
    if (flag === 'env-file') {
      if (given === undefined) i++;
      continue;
    }
    const name = flag.replaceAll('-', '_') in shape.properties ? flag.replaceAll('-', '_') : flag;
    const property = shape.properties[name];
    if (!property)
      throw new InputError(`--${flag} is not an argument of this tool`, {
        hint: suggestion(flag, shape),
      });
    const boolean = property['type'] === 'boolean';
    const next = words[i + 1];
    const value = given ?? (boolean && next !== 'true' && next !== 'false' ? 'true' : words[++i]);
    if (value === undefined) throw new InputError(`--${flag} needs a value`);
    const typed = read(value, property);
    args[name] =
      property['type'] === 'array' ? [...((args[name] as Json[] | undefined) ?? []), typed] : typed;
  }
  return args;
}

function suggestion(flag: string, { properties }: ObjectSchema): string {
  const near = nearest(flag, Object.keys(properties));
  return near
    ? `Did you mean --${near}?`
    : `It takes: ${Object.keys(properties).join(', ') || 'nothing'}.`;
}

/** A value as the schema wants it; what does not fit stays text, so that the tool's own check says what is wrong. */
function read(value: string, property: JsonObject): Json {
  const types = [
    property['type'],
    ...((property['anyOf'] as JsonObject[] | undefined) ?? []).map((one) => one['type']),
  ].flat();
  if (types.includes('boolean') && (value === 'true' || value === 'false')) return value === 'true';
  if (
    types.some((type) => type === 'number' || type === 'integer') &&
    value.trim() !== '' &&
    !Number.isNaN(Number(value))
  )
    return Number(value);
  return value;
}
