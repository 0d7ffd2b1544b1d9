import * as z from 'zod';
import type { Risk } from './gate/policy.ts';
import type { ToolDescription } from './service.ts';
import type { Json, JsonObject } from './base/json.ts';

/** An object schema as JSON Schema 2020-12. */
export interface ObjectSchema {
  type: 'object';
  properties: Readonly<Record<string, JsonObject>>;
  required?: readonly string[];
  additionalProperties?: boolean;
}

/** One tool as `tools.json` holds it: everything a list needs, so that no list ever builds a schema. */
export interface ToolManifest {
  /** The service that has it; `homelab` for those over several. */
  service: string;
  kind: 'read' | 'write';
  risk?: Risk;
  name: string;
  title: string;
  description: string;
  input: ObjectSchema;
  output: ObjectSchema;
}

/** Made by `npm run gen` from the definitions; a test holds the two equal. */
export const manifestOf = (
  service: string,
  tool: ToolDescription & ({ kind: 'read' } | { kind: 'write'; risk: Risk }),
): ToolManifest => ({
  service,
  kind: tool.kind,
  ...(tool.kind === 'write' && { risk: tool.risk }),
  name: tool.name,
  title: tool.title,
  description: tool.description,
  input: shapeOf(tool.input, 'input'),
  output: shapeOf(tool.output, 'output'),
});

function shapeOf(schema: z.ZodObject, io: 'input' | 'output'): ObjectSchema {
  const { $schema: _, ...shape } = z.toJSONSchema(schema, { io }) as Record<string, unknown>;
  const loosened = loosen(shape as JsonObject, io) as unknown as ObjectSchema;
  return io === 'input' ? withLimit(loosened, shape as unknown as ObjectSchema) : loosened;
}

/** How many rows a list gives is worth knowing before asking: who is refused for a thousand has asked in vain. */
function withLimit(loosened: ObjectSchema, { properties }: ObjectSchema): ObjectSchema {
  const maximum = properties['limit']?.['maximum'];
  const limit = loosened.properties['limit'];
  return maximum === undefined || limit === undefined
    ? loosened
    : { ...loosened, properties: { ...loosened.properties, limit: { ...limit, maximum } } };
}

/** What a model does not need to choose well, and would pay for in every conversation: the tool's own schema still has it. */
const silent = new Set([
  'minLength',
  'maxLength',
  'pattern',
  'format',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minItems',
  'maxItems',
  'propertyNames',
  'absent',
  'multiline',
]);

/** What an argument that is left out means anyway: no, as many rows as usual, everything. */
const usualDefaults: readonly unknown[] = [false, 50, '', 'all', 'any'];

/** Inputs without bounds and usual defaults; outputs without closed doors that a newer server could not extend, and without what only a stricter client would refuse an answer for. */
function loosen(json: Json, io: 'input' | 'output', depth = 0): Json {
  if (Array.isArray(json)) return json.map((item: Json) => loosen(item, io, depth + 1));
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).flatMap(([key, value]) => {
      const noise =
        (silent.has(key) && (typeof value !== 'object' || key === 'propertyNames')) ||
        (io === 'input'
          ? key === 'default' && usualDefaults.includes(value)
          : (key === 'additionalProperties' && value === false) ||
            (key === 'required' && Array.isArray(value) && depth > 0));
      return noise || value === undefined ? [] : [[key, loosen(value, io, depth + 1)]];
    }),
  );
}
