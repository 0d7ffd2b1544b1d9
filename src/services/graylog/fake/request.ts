import * as z from 'zod';
import { Problem } from './problem.ts';
import type { Call } from './route.ts';

/** A time range as it stands in a request. */
export const Range = z.union([
  z.strictObject({ type: z.literal('relative'), range: z.int().min(0) }),
  z.strictObject({
    type: z.literal('relative'),
    from: z.int().min(0),
    to: z.int().min(0).optional(),
  }),
  z.strictObject({
    type: z.literal('absolute'),
    from: z.iso.datetime({ precision: 3 }),
    to: z.iso.datetime({ precision: 3 }),
  }),
]);
const Backend = z.strictObject({ type: z.literal('elasticsearch'), query_string: z.string() });
const Filter = z.looseObject({
  type: z.string(),
  id: z.string().optional(),
  filters: z.array(z.looseObject({ type: z.string(), id: z.string().optional() })).optional(),
});

/** What POST /views/search/sync takes (SearchDTO, QueryDTO, MessageList). Unknown properties are refused since 7.0. */
const Body = z.strictObject({
  id: z.string().optional(),
  parameters: z.array(z.unknown()).optional(),
  queries: z
    .array(
      z.strictObject({
        id: z.string(),
        query: Backend,
        timerange: Range,
        filter: Filter.nullish(),
        search_types: z.array(
          z.strictObject({
            id: z.string(),
            type: z.literal('messages'),
            limit: z.int().default(150),
            offset: z.int().default(0),
            sort: z
              .array(z.strictObject({ field: z.string(), order: z.enum(['ASC', 'DESC']) }))
              .optional(),
            query: Backend.optional(),
            timerange: Range.optional(),
            streams: z.array(z.string()).default([]),
            decorators: z.array(z.unknown()).optional(),
          }),
        ),
      }),
    )
    .length(1),
});

/** One question of a search; `from` and `to` in ms, `to` left out. */
export interface SearchType {
  id: string;
  query: string;
  from: number;
  to: number;
  limit: number;
  offset: number;
  streams: string[];
  /** The newest are those that arrived last, whatever time they carry. */
  byArrival: boolean;
}

/** The one query of a search, with its ranges in ms and its queries joined. */
export function parseSearch({ body, world, version }: Call): {
  query: string;
  types: SearchType[];
  streams: string[];
} {
  if (body === '') throw new Problem(400, 'Search body is mandatory');
  const parsed = Body.safeParse(JSON.parse(body));
  const unknown =
    parsed.error?.issues.every(({ code }) => code === 'unrecognized_keys') && version < 700;
  if (!parsed.success)
    throw new Problem(
      unknown ? 500 : 400,
      parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
      { type: 'RequestError', line: 1, column: 1, path: '', reference_path: '' },
    );
  const [only] = parsed.data.queries;
  if (!only) throw new Problem(400, 'Search body is mandatory');
  const now = world.now();
  return {
    query: only.id,
    streams: [only.filter ?? [], only.filter?.filters ?? []]
      .flat()
      .flatMap(({ type, id }) => (type === 'stream' && id ? [id] : [])),
    types: only.search_types.map(({ id, query, timerange, limit, offset, streams, sort }) => {
      const texts = [only.query, query].flatMap((backend) =>
        backend && backend.query_string !== '*' && backend.query_string !== ''
          ? [backend.query_string]
          : [],
      );
      return {
        id,
        limit,
        offset,
        streams,
        byArrival: sort?.[0]?.field === 'gl2_receive_timestamp',
        ...bounds(timerange ?? only.timerange, now),
        query:
          texts.length > 1 ? texts.map((text) => `(${text})`).join(' AND ') : (texts[0] ?? '*'),
      };
    }),
  };
}

/** A relative range of 0 is all of time. */
export function bounds(range: z.output<typeof Range>, now: number): { from: number; to: number } {
  if (range.type === 'absolute') return { from: Date.parse(range.from), to: Date.parse(range.to) };
  if ('range' in range) return { from: range.range === 0 ? 0 : now - range.range * 1000, to: now };
  return { from: now - range.from * 1000, to: now - (range.to ?? 0) * 1000 };
}
