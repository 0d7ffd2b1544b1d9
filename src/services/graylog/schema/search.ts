import * as z from 'zod';

/** A field of a message: numbers and booleans stay what they are, lists become one text. */
export type Value = string | number | boolean;

/** One log message. `fields` holds everything else that was indexed with it. */
export interface Message {
  /** ISO 8601 with milliseconds, UTC: the time the sender wrote, not that of arrival. */
  timestamp?: string | undefined;
  source?: string | undefined;
  text?: string | undefined;
  streams: readonly string[];
  fields: Readonly<Record<string, Value>>;
}

function plainValue(value: unknown): Value | undefined {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (Array.isArray(value)) return value.map((item) => plainValue(item) ?? '').join(', ');
  return value === null || value === undefined ? undefined : JSON.stringify(value);
}

function plainText(value: unknown): string | undefined {
  const plain = plainValue(value);
  return plain === undefined ? undefined : String(plain);
}

/** Any field of a document may be of any type: senders decide (graylog-recorded-6.x-messages.json). */
const Document = z
  .record(z.string(), z.unknown())
  .transform(({ timestamp, source, message, streams, ...rest }): Message => ({
    timestamp: plainText(timestamp),
    source: plainText(source),
    text: plainText(message),
    streams: Array.isArray(streams) ? streams.map(String) : [],
    fields: Object.fromEntries(
      Object.entries(rest).flatMap(([name, value]) => {
        const plain = plainValue(value);
        return plain === undefined ? [] : [[name, plain]];
      }),
    ),
  }));

const Result = z
  .object({
    messages: z.array(z.object({ message: Document }).transform(({ message }) => message)),
    total_results: z.number(),
    effective_timerange: z.object({ from: z.string(), to: z.string() }),
  })
  .transform(({ messages, total_results, effective_timerange: { from, to } }) => ({
    messages,
    total: total_results,
    from,
    to,
  }));

/** What one question found. `total` counts every match; `from` and `to` (ISO 8601) are what was really searched. */
export type SearchResult = z.output<typeof Result>;

const Problem = z.object({
  type: z.string().nullish(),
  description: z.string().nullish(),
  search_type_id: z.string().nullish(),
});
const Problems = z
  .array(Problem)
  .nullish()
  .transform((list) => list ?? []);

/** The answer of POST /views/search/sync. Errors stand beside a 200: for the whole search, or for each query. A query that did not finish is left out. */
export const SearchJob = z.object({
  errors: Problems,
  execution: z.object({ done: z.boolean(), cancelled: z.boolean().nullish() }),
  results: z.record(
    z.string(),
    z.object({ errors: Problems, search_types: z.record(z.string(), Result) }),
  ),
});
export type SearchJob = z.output<typeof SearchJob>;

/** The answer of POST /search/validate; `explanations` is left out where there are none. */
export const Validation = z.object({
  status: z.string(),
  explanations: z
    .array(
      z.object({
        error_type: z.string(),
        error_message: z.string(),
        begin_line: z.number().nullish(),
        begin_column: z.number().nullish(),
        end_line: z.number().nullish(),
        end_column: z.number().nullish(),
        related_property: z.string().nullish(),
      }),
    )
    .nullish()
    .transform((list) => list ?? []),
});
export type Validation = z.output<typeof Validation>;

/** The answer of GET /views/fields: the names of all fields that were ever stored. */
export const FieldNames = z
  .array(z.object({ name: z.string() }))
  .transform((fields) => fields.map(({ name }) => name));

/** The name of the group of messages that have no source. */
const empty = '(Empty Value)';

/** The hosts in the answer of POST /search/aggregate by `source` (AggregationTabularResponseCreator.java): each row begins with its group. */
export const Sources = z
  .object({ datarows: z.array(z.tuple([z.string()], z.unknown())) })
  .transform(({ datarows }) =>
    datarows.map(([source]) => source).filter((source) => source !== empty && source !== '-'),
  );
