import type { Form } from './form.ts';
import { described, type Dialect, type Schema } from './schema.ts';

interface Parameter {
  $ref?: string;
  name?: string;
  in?: string;
  schema?: Schema;
}
interface Operation {
  parameters?: Parameter[];
  'x-query-parameters'?: string[];
  requestBody?: { content?: Record<string, { schema?: Schema }> };
  responses?: Record<string, Response>;
}
interface Response {
  $ref?: string;
  schema?: Schema;
  content?: Record<string, { schema?: Schema }>;
}
export type Document = Record<string, unknown>;

/** What an operation takes and answers. */
export interface Described {
  query: string[];
  body: string[];
  reply?: Form;
}

/** Reads Swagger 2 and OpenAPI 3 documents that may refer to each other by file name. */
export class OpenApi {
  readonly #file: string;
  readonly #load: (file: string) => Document;
  readonly #dialect: Dialect;

  constructor(file: string, load: (file: string) => Document) {
    this.#file = file;
    this.#load = load;
    this.#dialect = {
      resolve: (reference, from) => {
        const { value, file: at } = this.#at(reference, from);
        return { schema: value as Schema, file: at };
      },
    };
  }

  /** The operation of a method and a path template, undefined where the document has none. */
  operation(method: string, path: string): Described | undefined {
    const paths = this.#load(this.#file)['paths'] as Record<string, object>;
    const found = Object.entries(paths).find(
      ([template]) => nameless(template) === nameless(path),
    )?.[1];
    const item = this.#follow((found ?? {}) as { $ref?: string }, this.#file);
    const operation = (item.value as Record<string, Operation>)[method.toLowerCase()];
    if (!operation) return undefined;
    const shared = (item.value as { parameters?: Parameter[] }).parameters ?? [];
    const parameters = [...shared, ...(operation.parameters ?? [])].map((one) =>
      this.#follow(one, item.file),
    );
    const names = parameters.flatMap(({ value: { in: place, name } }) =>
      place === 'query' && name ? [name] : [],
    );
    const reply = this.#reply(operation, item.file);
    return {
      query: [
        ...names,
        ...(operation['x-query-parameters'] ?? []).map((text) => text.split(':')[0] ?? ''),
      ].sort(),
      body: this.#body(operation, parameters, item.file),
      ...(reply && { reply }),
    };
  }

  #reply({ responses = {} }: Operation, file: string): Form | undefined {
    const status = Object.keys(responses).find((code) => code.startsWith('2'));
    if (!status) return undefined;
    const { value, file: at } = this.#follow(responses[status] ?? {}, file);
    const schema = value.schema ?? value.content?.['application/json']?.schema;
    return schema && described(schema, this.#dialect, at);
  }

  #body(
    { requestBody }: Operation,
    parameters: { value: Parameter; file: string }[],
    file: string,
  ): string[] {
    const given = parameters.find(({ value }) => value.in === 'body');
    const schema = given?.value.schema ?? Object.values(requestBody?.content ?? {})[0]?.schema;
    return schema
      ? [...described(schema, this.#dialect, given?.file ?? file).fields.keys()].sort()
      : [];
  }

  #follow<T extends { $ref?: string }>(value: T, file: string): { value: T; file: string } {
    if (!value.$ref) return { value, file };
    const next = this.#at(value.$ref, file);
    return this.#follow(next.value as T, next.file);
  }

  #at(reference: string, from: string): { value: unknown; file: string } {
    const [name, pointer = ''] = reference.split('#');
    const file = name ? `${this.#file.replace(/[^/]*$/, '')}${name}` : from;
    const value = pointer
      .split('/')
      .slice(1)
      .reduce<unknown>(
        (at, step) =>
          (at as Document | undefined)?.[step.replaceAll('~1', '/').replaceAll('~0', '~')],
        this.#load(file),
      );
    if (value === undefined) throw new Error(`${file}: no ${reference}`);
    return { value, file };
  }
}

/** A path template without the names of its parameters and the slash at its end. */
const nameless = (template: string): string =>
  template.replace(/\{[^}]*\}/g, '{}').replace(/\/$/, '');
