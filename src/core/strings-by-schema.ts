import type * as z from 'zod';
import { isObject, type Json } from './base/json.ts';

/** What a string of an answer is: a `line`, as nearly all are; `multiline` text, whose line breaks mean something; one of a `closed` set of our own words; or the `key` of a record. */
export type StringKind = 'line' | 'multiline' | 'closed' | 'key';

/** What the strings at one place of an answer are, and at the places below it. */
interface Place {
  kind: Exclude<StringKind, 'key'>;
  fields: ReadonlyMap<string, Place>;
  /** Every item of a list, and every value of a record. */
  items?: Place | undefined;
}

const anyLine: Place = { kind: 'line', fields: new Map() };

/** The same value with every string in it replaced, each as what its schema says it is. Keys that the schema itself names are none of them. */
export function mapBySchema(
  schema: z.ZodType,
  value: Json,
  change: (text: string, kind: StringKind) => string,
): Json {
  return mapAt(placeOf(schema), value, change);
}

function mapAt(
  place: Place,
  value: Json,
  change: (text: string, kind: StringKind) => string,
): Json {
  if (typeof value === 'string') return change(value, place.kind);
  if (Array.isArray(value))
    return value.map((item: Json) => mapAt(place.items ?? below(place), item, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      if (item === undefined) return [];
      const field = place.fields.get(key);
      return [
        field
          ? [key, mapAt(field, item, change)]
          : [change(key, 'key'), mapAt(place.items ?? below(place), item, change)],
      ];
    }),
  );
}

/** What stands under a place that its schema says no more about. */
const below = ({ kind }: Place): Place =>
  kind === 'multiline' ? { kind, fields: new Map() } : anyLine;

const places = new WeakMap<z.core.$ZodType, Place>();

function placeOf(schema: z.core.$ZodType): Place {
  const known = places.get(schema);
  if (known) return known;
  // A schema that leads back to itself is any line below its second appearance.
  places.set(schema, anyLine);
  const place = describePlace(schema as z.ZodType);
  places.set(schema, place);
  return place;
}

function describePlace(schema: z.ZodType): Place {
  if (schema.meta()?.['multiline'] === true) return { kind: 'multiline', fields: new Map() };
  const def = schema._zod.def as unknown as Def;
  switch (def.type) {
    case 'enum':
    case 'literal':
      return { kind: 'closed', fields: new Map() };
    case 'object':
      return {
        kind: 'line',
        fields: new Map(
          Object.entries(def.shape ?? {}).map(([key, field]) => [key, placeOf(field)]),
        ),
        items: def.catchall && placeOf(def.catchall),
      };
    case 'array':
      return { kind: 'line', fields: new Map(), items: def.element && placeOf(def.element) };
    case 'record':
      return { kind: 'line', fields: new Map(), items: def.valueType && placeOf(def.valueType) };
    case 'union':
      return joined((def.options ?? []).map(placeOf));
    case 'intersection':
      return joined([def.left, def.right].flatMap((side) => (side ? [placeOf(side)] : [])));
    case 'tuple':
      return {
        kind: 'line',
        fields: new Map(),
        items: joined((def.items ?? []).map(placeOf)),
      };
    default: {
      const inner = def.innerType ?? def.out ?? def.getter?.();
      return inner ? placeOf(inner) : anyLine;
    }
  }
}

/** What any of several schemas may put at one place: breaks are kept where one of them keeps them, and only what all of them close is closed. */
function joined(options: readonly Place[]): Place {
  const fields = new Map<string, Place>();
  for (const option of options)
    for (const [key, place] of option.fields) {
      const known = fields.get(key);
      fields.set(key, known ? joined([known, place]) : place);
    }
  const items = options.flatMap((option) => option.items ?? []);
  const [kind = 'line', ...otherKinds] = new Set(options.map((option) => option.kind));
  const isMultiline = kind === 'multiline' || otherKinds.includes('multiline');
  const shared = otherKinds.length === 0 ? kind : 'line';
  return {
    kind: isMultiline ? 'multiline' : shared,
    fields,
    ...(items.length > 0 && { items: items.length === 1 ? items[0] : joined(items) }),
  };
}

/** The parts of zod's definitions that lead further down. */
interface Def {
  type: string;
  shape?: Readonly<Record<string, z.core.$ZodType>>;
  catchall?: z.core.$ZodType;
  element?: z.core.$ZodType;
  valueType?: z.core.$ZodType;
  options?: readonly z.core.$ZodType[];
  left?: z.core.$ZodType;
  right?: z.core.$ZodType;
  items?: readonly z.core.$ZodType[];
  innerType?: z.core.$ZodType;
  out?: z.core.$ZodType;
  getter?(): z.core.$ZodType;
}
