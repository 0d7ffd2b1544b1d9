import type {
  jsonSchemaValidator,
  JsonSchemaType,
  JsonSchemaValidator,
} from '@modelcontextprotocol/client';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/client/validators/ajv';

/** The client's own validator, compiled once a schema: thousands of clients are made here, and all meet the same tools. */
class OutputValidator implements jsonSchemaValidator {
  readonly #compiler = new AjvJsonSchemaValidator();
  readonly #compiled = new Map<string, JsonSchemaValidator<unknown>>();

  getValidator<T>(schema: JsonSchemaType): JsonSchemaValidator<T> {
    const key = JSON.stringify(schema);
    const known = this.#compiled.get(key);
    if (known) return known as JsonSchemaValidator<T>;
    const made = this.#compiler.getValidator<T>(schema);
    this.#compiled.set(key, made);
    return made;
  }
}

export const outputValidator: jsonSchemaValidator = new OutputValidator();
