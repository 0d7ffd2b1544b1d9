/** What a JSON value may be: its types, and for objects and arrays what is inside. */
export interface Form {
  /** As the description says; empty where there is none. */
  declared: Set<string>;
  /** As recorded answers show. */
  seen: Set<string>;
  fields: Map<string, { form: Form; optional: Presence }>;
  /** The values of an object whose keys are data. */
  rest?: Form;
  items?: Form;
}

/** Whether a field may be missing; seen `once` and described nowhere, it is not known to be always there. */
export type Presence = boolean | 'once';

/** A form as it is committed: path to types, `?` after those of a field that may be missing. `a.b[].*` is any value of the maps in the list `b` of `a`. */
export type Shape = Readonly<Record<string, string>>;

export const form = (...declared: string[]): Form => ({
  declared: new Set(declared),
  seen: new Set(),
  fields: new Map(),
});

export function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

export const accepts = (types: ReadonlySet<string>, type: string): boolean =>
  types.has(type) || types.has('any') || (type === 'integer' && types.has('number'));

/** The types that count: a recorded answer outweighs a description it contradicts. */
export function typesOf({ declared, seen }: Form): Set<string> {
  const contradicted = [...seen].some((type) => type !== 'null' && !accepts(declared, type));
  const types = new Set(
    contradicted ? [...seen, ...(declared.has('null') ? ['null'] : [])] : [...declared, ...seen],
  );
  if (types.has('any')) return new Set(['any']);
  if (types.has('number')) types.delete('integer');
  return types;
}

/** Where a key of an object stands in a form; PVE calls `net0` to `net31` `net[n]`. */
export const child = ({ fields, rest }: Form, key: string): Form | undefined =>
  (fields.get(key) ?? fields.get(key.replace(/\d+$/, '[n]')))?.form ?? rest;

/** Two descriptions of one value that both hold (`allOf`). */
export function both(a: Form, b: Form): Form {
  const fields = new Map(a.fields);
  for (const [key, field] of b.fields)
    fields.set(key, {
      form: field.form,
      optional: field.optional && (a.fields.get(key)?.optional ?? true),
    });
  const [rest, items] = [a.rest ?? b.rest, a.items ?? b.items];
  return {
    declared: new Set([...a.declared, ...b.declared]),
    seen: new Set([...a.seen, ...b.seen]),
    fields,
    ...(rest && { rest }),
    ...(items && { items }),
  };
}

/** Two descriptions of which one holds (`oneOf`): what only one of them has may be missing. */
export function either(a: Form, b: Form): Form {
  const objects = a.declared.has('object') && b.declared.has('object');
  const fields: Form['fields'] = new Map();
  for (const key of new Set([...a.fields.keys(), ...b.fields.keys()])) {
    const [left, right] = [a.fields.get(key), b.fields.get(key)];
    const inside = left && right ? either(left.form, right.form) : (left ?? right)?.form;
    if (inside)
      fields.set(key, {
        form: inside,
        optional: Boolean(left?.optional ?? objects) || Boolean(right?.optional ?? objects),
      });
  }
  const [rest, items] = [
    a.rest && b.rest ? either(a.rest, b.rest) : (a.rest ?? b.rest),
    a.items && b.items ? either(a.items, b.items) : (a.items ?? b.items),
  ];
  return {
    declared: new Set([...a.declared, ...b.declared]),
    seen: new Set([...a.seen, ...b.seen]),
    fields,
    ...(rest && { rest }),
    ...(items && { items }),
  };
}

/** A form that also holds for a recorded value. What the value lacks may be missing. */
export function widened(known: Form | undefined, value: unknown): Form {
  const wide = known ?? form();
  const fresh = known === undefined;
  wide.seen.add(typeOf(value));
  if (wide.declared.has('any')) return wide;
  if (Array.isArray(value)) for (const one of value) wide.items = widened(wide.items, one);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inside] of Object.entries(value)) {
      const here = child(wide, key);
      if (here && here === wide.rest) wide.rest = widened(here, inside);
      else if (here) widened(here, inside);
      else
        wide.fields.set(key, { form: widened(undefined, inside), optional: fresh ? 'once' : true });
    }
    for (const [key, field] of wide.fields) {
      if (!(key in value)) field.optional = true;
      else if (field.optional === 'once' && !fresh) field.optional = false;
    }
  }
  return wide;
}

/** A form as text, fields in order of their names. */
export function shapeOf(one: Form, path = '', optional = false): Shape {
  const types = [...typesOf(one)].sort().join('|') || 'any';
  const fields = [...one.fields]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => {
      if (/\./.test(key)) throw new Error(`${path}: the key ${key} is data: declare a map`);
      return shapeOf(field.form, path ? `${path}.${key}` : key, field.optional !== false);
    });
  return Object.assign(
    { [path]: types + (optional ? '?' : '') },
    ...fields,
    one.rest && shapeOf(one.rest, path ? `${path}.*` : '*', true),
    one.items && shapeOf(one.items, `${path}[]`),
  ) as Shape;
}

/** The form that a text stands for. */
export function formOf(shape: Shape): Form {
  const root = form();
  for (const [path, text] of Object.entries(shape)) {
    let at = root;
    for (const step of path.match(/\[\]|[^.[\]]+(?:\[n\])?/g) ?? [])
      at = stepInto(at, step, text.endsWith('?'));
    for (const type of text.replace('?', '').split('|')) at.declared.add(type);
  }
  return root;
}

function stepInto(at: Form, step: string, optional: boolean): Form {
  if (step === '[]') return (at.items ??= form());
  if (step === '*') return (at.rest ??= form());
  const field = at.fields.get(step) ?? { form: form(), optional };
  at.fields.set(step, field);
  return field.form;
}
