import { type Form, form, formOf, type Shape, shapeOf, widened } from './form.ts';
import type { Described } from './openapi.ts';
import type { Exchange } from './transcripts.ts';

/** What one endpoint takes and answers, as committed. `sheet`: the paragraph of ../shared/apis/<service>.md (or the upstream's own source) that corrects its description. `reply` null: it answers text or nothing. */
export interface Endpoint {
  sheet?: string;
  query: string[];
  body?: string[];
  reply: Shape | null;
}

/** What `derived/<name>.json` holds. */
export interface Derived {
  source: string;
  endpoints: Record<string, Endpoint>;
}

/** What a fact sheet adds to a description, or corrects in it. */
export interface Sheet {
  /** Where the sheet says so. */
  says: string;
  query?: readonly string[];
  body?: readonly string[];
  reply?: Shape;
}

/** One upstream API, and where its facts are. */
export interface Upstream {
  /** Of the derived file. */
  name: string;
  /** Which fake it is the measure of: of which service, which of its servers, and whether in its older or its newer release. */
  of: { service: string; server?: number; old?: boolean };
  source: string;
  /** Every endpoint Lares asks, `METHOD /path/{parameter}`; the first that matches counts. */
  asked: readonly string[];
  /** What its schema says of an endpoint. */
  describe?(method: string, path: string): Described | undefined;
  /** What its server was seen to answer. */
  recorded?(): Exchange[];
  /** Recorded answers that are no measure, of releases too old or not kept whole, and which Lares reads all the same. */
  older?(): Exchange[];
  sheet?: Readonly<Record<string, Sheet>>;
}

/** The endpoint a request went to. */
export function endpointOf(
  endpoints: readonly string[],
  method: string,
  path: string,
): string | undefined {
  const request = `${method} ${path}`;
  return endpoints.find((endpoint) => patternOf(endpoint).test(request));
}

const patterns = new Map<string, RegExp>();

/** What requests to an endpoint look like, made once: thousands of them are held against it. */
function patternOf(endpoint: string): RegExp {
  const pattern = patterns.get(endpoint) ?? new RegExp(`^${sourceOf(endpoint)}$`);
  patterns.set(endpoint, pattern);
  return pattern;
}

const sourceOf = (endpoint: string): string =>
  endpoint
    .split(/(\{[^}]+\})/)
    .map((part) => {
      if (part.endsWith('...}')) return '.+';
      return part.startsWith('{') ? '[^/]+' : part.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
    })
    .join('');

/** The facts about every endpoint asked, from the descriptions and recordings in the shared folder. */
export function derive(upstream: Upstream): Derived {
  const { source, asked, recorded } = upstream;
  const seen = recorded?.() ?? [];
  return {
    source,
    endpoints: Object.fromEntries(
      asked.map((endpoint) => [
        endpoint,
        facts(
          upstream,
          endpoint,
          seen.filter(({ method, path }) => endpointOf(asked, method, path) === endpoint),
        ),
      ]),
    ),
  };
}

function facts(
  { name, describe, sheet }: Upstream,
  endpoint: string,
  seen: readonly Exchange[],
): Endpoint {
  const [method = '', path = ''] = endpoint.split(' ');
  const described = describe?.(method, path);
  const told = sheet?.[endpoint];
  if (!described && !told && seen.length === 0)
    throw new Error(`${name}: nothing is known of ${endpoint}`);
  const known = seen.reduce<Form | undefined>(
    (so, { body }) => widened(so, body),
    told?.reply ? corrected(described?.reply ?? form(), told.reply) : described?.reply,
  );
  const [query, body] = [
    [...(described?.query ?? []), ...(told?.query ?? [])].sort(),
    [...(described?.body ?? []), ...(told?.body ?? [])].sort(),
  ];
  return {
    ...(told && { sheet: told.says }),
    query,
    ...(body.length > 0 && { body }),
    reply: known ? shapeOf(known) : null,
  };
}

/** A form in which what the sheet says counts more than the description. */
function corrected(described: Form, sheet: Shape): Form {
  const better = formOf(sheet);
  const apply = (at: Form, right: Form): Form => {
    const open = at.declared.has('any') || at.rest?.declared.has('any');
    if (right.declared.size > 0) at.declared = right.declared;
    if (open && right.declared.size > 0) delete at.rest;
    for (const [key, field] of right.fields)
      at.fields.set(key, {
        form: apply(at.fields.get(key)?.form ?? form(), field.form),
        optional:
          field.form.declared.size > 0 ? field.optional : (at.fields.get(key)?.optional ?? true),
      });
    if (right.rest) at.rest = apply(at.rest ?? form(), right.rest);
    if (right.items) at.items = apply(at.items ?? form(), right.items);
    return at;
  };
  return apply(described, better);
}

/** The committed text: a line a field, lists of names on one line. */
export const printed = (derived: Derived): string =>
  `${JSON.stringify(derived, null, 1).replace(/\[\n[^[\]{}]*\]/g, (list) => list.replace(/\n\s*/g, ' ').replace('[ ', '[').replace(' ]', ']'))}\n`;

/** A shape that stands at a path of another. */
export const at = (path: string, shape: Shape): Shape =>
  Object.fromEntries(
    Object.entries(shape).map(([inside, types]) => [
      [path, inside].filter((part) => part !== '').join(inside.startsWith('[]') ? '' : '.'),
      types,
    ]),
  );
