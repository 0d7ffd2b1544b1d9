import { both, either, form, type Form } from './form.ts';

/** The parts of JSON Schema, of the OpenAPI versions and of the Proxmox API viewers that say what a value is. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  nullable?: boolean;
  'x-nullable'?: boolean;
  properties?: Record<string, Schema>;
  required?: string[];
  /** Proxmox: a property is required unless this is set. */
  optional?: number | boolean;
  additionalProperties?: boolean | number | Schema;
  items?: Schema;
  allOf?: Schema[];
  oneOf?: Schema[];
  anyOf?: Schema[];
}

/** How one description is to be read. */
export interface Dialect {
  /** The schema a reference names, and the file in which its own references are. */
  resolve(reference: string, file: string): { schema: Schema; file: string };
  /** Proxmox VE prints booleans as 0 and 1. */
  booleans?: 'integer';
  requiredUnlessOptional?: boolean;
}

/** What a schema allows; a schema within itself is anything. */
export function described(
  schema: Schema,
  dialect: Dialect,
  file = '',
  within: readonly string[] = [],
): Form {
  if (schema.$ref) {
    const target = dialect.resolve(schema.$ref, file);
    const name = `${target.file}${schema.$ref}`;
    return within.includes(name)
      ? form('any')
      : described(target.schema, dialect, target.file, [...within, name]);
  }
  const parts = [
    own(schema, dialect, file, within),
    ...(schema.allOf ?? []).map((part) => described(part, dialect, file, within)),
  ].reduce(both);
  const ways = (schema.oneOf ?? schema.anyOf ?? []).map((way) =>
    described(way, dialect, file, within),
  );
  const whole = ways.length > 0 ? both(parts, ways.reduce(either)) : parts;
  if (schema.nullable || schema['x-nullable']) whole.declared.add('null');
  return contents(whole);
}

/** An object of which no field is described may hold anything, and so may a value without a type. */
function contents(whole: Form): Form {
  if (whole.declared.size === 0 || (whole.declared.size === 1 && whole.declared.has('null')))
    return whole.fields.size > 0
      ? { ...whole, declared: new Set([...whole.declared, 'object']) }
      : form('any');
  if (whole.declared.has('object') && whole.fields.size === 0) whole.rest ??= form('any');
  return whole;
}

function own(schema: Schema, dialect: Dialect, file: string, within: readonly string[]): Form {
  const types = schema.type === undefined ? [] : [schema.type].flat();
  const self = form(
    ...types.map((type) => (type === 'boolean' ? (dialect.booleans ?? type) : type)),
  );
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const optional = dialect.requiredUnlessOptional
      ? Boolean(property.optional)
      : !schema.required?.includes(key);
    self.fields.set(key, { form: described(property, dialect, file, within), optional });
  }
  const { additionalProperties: more } = schema;
  if (typeof more === 'object') self.rest = described(more, dialect, file, within);
  if (schema.items) self.items = described(schema.items, dialect, file, within);
  return self;
}
