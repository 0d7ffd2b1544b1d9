import { badParameters, Problem } from './problem.ts';

/** How one parameter is declared; `root` may only be set by root@pam. */
export interface Parameter {
  type: 'string' | 'integer' | 'boolean';
  values?: readonly string[];
  required?: boolean;
  root?: boolean;
  minimum?: number;
}
export type Parameters = Record<string, Parameter>;
type Raw = Map<string, unknown>;

export const integer: Parameter = { type: 'integer', minimum: 0 };
export const boolean: Parameter = { type: 'boolean' };
export const string: Parameter = { type: 'string' };
export const oneOf = (...values: string[]): Parameter => ({ type: 'string', values });

/** The parameters of a request, checked: unknown and malformed ones have been refused. */
export class Values {
  readonly #values: ReadonlyMap<string, string>;

  constructor(values: ReadonlyMap<string, string>) {
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }
  text(name: string): string {
    return this.#values.get(name) ?? '';
  }
  number(name: string, fallback = 0): number {
    return Number(this.#values.get(name) ?? fallback);
  }
  flag(name: string): boolean {
    return this.#values.get(name) === '1';
  }
}

/** Checks everything as PVE::JSONSchema does and names every mistake at once. */
export function check(raw: Raw, declared: Parameters): Values {
  const errors: Record<string, string> = {};
  const values = new Map<string, string>();
  for (const [name, value] of raw) {
    const parameter = declared[name];
    const text = typeof value === 'boolean' ? (value ? '1' : '0') : String(value);
    const mistake = parameter
      ? mistakeIn(text, parameter)
      : 'property is not defined in schema and the schema does not allow additional properties';
    if (mistake) errors[name] = mistake;
    else values.set(name, text);
  }
  for (const [name, { required }] of Object.entries(declared))
    if (required && !raw.has(name)) errors[name] = 'property is missing and it is not optional';
  if (Object.keys(errors).length > 0) throw badParameters(errors);
  return new Values(values);
}

function mistakeIn(text: string, { type, values, root, minimum }: Parameter): string | undefined {
  if (type === 'boolean' && !/^[01]$/.test(text))
    return `type check ('boolean') failed - got '${text}'`;
  if (type === 'integer' && !/^-?\d+$/.test(text))
    return `type check ('integer') failed - got '${text}'`;
  if (minimum !== undefined && Number(text) < minimum)
    return `value must have a minimum value of ${minimum}`;
  if (values && !values.includes(text))
    return `value '${text}' does not have a value in the enumeration '${values.join(', ')}'`;
  if (root && text !== '0') return 'Only root may use this option.';
  return undefined;
}

/** Parameters of query and body. Only form and JSON bodies exist for PVE; GET and DELETE may not have any. */
export function readParameters(
  method: string,
  query: URLSearchParams,
  body: string,
  contentType: string,
): Raw {
  const raw: Raw = new Map(query);
  if (body === '') return raw;
  if (method === 'GET' || method === 'DELETE')
    throw new Problem(501, `Unexpected content for method '${method}'`);
  const type = contentType.split(';')[0]?.trim();
  if (type === 'application/json') for (const [name, value] of readJson(body)) raw.set(name, value);
  else if (type === 'application/x-www-form-urlencoded')
    for (const [name, value] of new URLSearchParams(body)) raw.set(name, value);
  else throw new Problem(506, `upload 'Content-Type '${contentType}' not implemented`);
  return raw;
}

function readJson(body: string): [string, unknown][] {
  try {
    return Object.entries(JSON.parse(body));
  } catch {
    throw new Problem(
      500,
      `malformed JSON string, neither tag, array, object, number, string or atom, at character offset 0 (before "${body.slice(0, 20)}")`,
    );
  }
}
