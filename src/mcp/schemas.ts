import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import type { Offer } from '../catalog.ts';
import { pageInput } from '../core/page.ts';
import type { JsonObject } from '../core/base/json.ts';

type Schema = StandardSchemaWithJSON<unknown, Record<string, unknown>>;

/** A JSON Schema handed through as it is. Parsing is the tool's own; the SDK's check lets everything pass. */
const handedThrough = (json: object): Schema =>
  ({
    '~standard': {
      version: 1,
      vendor: 'lares',
      jsonSchema: { input: () => json, output: () => json },
      validate: (value: unknown) => ({ value }),
    },
  }) as Schema;

const partial = {
  type: 'array',
  description: 'Instances that did not answer: the rest is only part of the truth',
  items: {
    type: 'object',
    properties: { instance: { type: 'string' }, error: { type: 'string' } },
    required: ['instance', 'error'],
  },
};

/** The arguments as a model reads them. Without the words that say nothing to it: that other arguments are refused, and descriptions that a name, or the instructions, say as well. */
export const inputSchema = ({
  input: { additionalProperties: _, properties, ...input },
}: Offer): Schema =>
  handedThrough({
    ...input,
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, { description, ...property }]) => [
        name,
        saysNothing(description, name, property['default'])
          ? property
          : { ...property, description },
      ]),
    ),
  });

/** Every list takes them, and means the same by them: the instructions say what. */
const inEveryList: readonly unknown[] = Object.values(pageInput()).map(
  ({ description }) => description,
);

const saysNothing = (description: unknown, name: string, fallback: unknown): boolean =>
  description === 'Only these' ||
  description === `Rows (${String(fallback)})` ||
  inEveryList.includes(description) ||
  (typeof description === 'string' && description.toLowerCase() === name.replaceAll('_', ' '));

/** A read answers with its own shape; a write with what it would do, or what it did. */
export const outputSchema = ({ kind, output }: Offer): Schema =>
  handedThrough(
    kind === 'read'
      ? { ...output, properties: { ...output.properties, partial } }
      : outcome(output as unknown as JsonObject),
  );

const outcome = (result: JsonObject): object => ({
  type: 'object',
  properties: {
    outcome: {
      enum: ['preview', 'waiting', 'already', 'done', 'unfinished', 'failed', 'unknown'],
      description:
        'preview: nothing was sent; waiting: for a person, nothing was sent; already: nothing to do; unfinished: done in part, or still running; failed: it ran, and failed; unknown: look before trying again',
    },
    target: { type: 'string' },
    summary: { type: 'string' },
    risk: { enum: ['reversible', 'disruptive', 'destructive'] },
    already: { type: 'string' },
    before: {},
    change: {},
    warnings: { type: 'array', items: { type: 'string' } },
    undo: { type: 'object', description: 'The call that takes it back, or why there is none' },
    next: { type: 'string' },
    code: { type: 'string', description: 'What confirm takes' },
    expires: { type: 'string' },
    approve: { type: 'string', description: 'What a person types in a terminal' },
    page: { type: 'string', description: 'Where a person can approve it in a browser' },
    approvedBy: { type: 'string' },
    result,
    partial,
  },
  required: ['outcome', 'target'],
});
