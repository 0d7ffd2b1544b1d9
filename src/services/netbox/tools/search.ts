import * as z from 'zod';
import { Gaps, gapsText } from '../../../core/gap.ts';
import { InputError } from '../../../core/base/errors.ts';
import { pageInput, pageOutput, type PageRequest } from '../../../core/page.ts';
import { lines, table } from '../../../core/base/table.ts';
import { plural } from '../../../core/base/units.ts';
import { read, type Page } from '../client.ts';
import { gapsIn, permitted, type Permitted } from '../permitted.ts';
import { Instance, instanceColumn, instanceLabel } from '../../../core/instances.ts';
import { kinds, kindsFor, matches, parseQuery, ranked, searches, type Kind } from '../search.ts';

const Hit = z.object({
  instance: Instance,
  kind: z.enum(kinds),
  id: z.int(),
  name: z.string(),
  status: z.string().optional(),
  about: z.string(),
  match: z.enum(matches),
});

/** Singular and plural. */
const words: Readonly<Record<Kind, readonly [string, string]>> = {
  device: ['device', 'devices'],
  vm: ['VM', 'VMs'],
  address: ['address', 'addresses'],
  prefix: ['prefix', 'prefixes'],
  range: ['range', 'ranges'],
  vlan: ['VLAN', 'VLANs'],
  site: ['site', 'sites'],
};

/**
 * Where a page begins. Hits are ranked within blocks, each of so many rows of every kind: that keeps its order while NetBox is asked for
 * further rows, which a ranking of everything would not.
 */
interface Place {
  block: number;
  /** Rows of the block that were shown already. */
  skip: number;
  /** Rows of every kind in one block. */
  size: number;
}

function placeOf({ limit, cursor }: PageRequest): Place {
  if (cursor === undefined) return { block: 0, skip: 0, size: limit };
  const [, block, skip, size] = /^(\d{1,6})\.(\d{1,6})\.(\d{1,3})$/.exec(cursor) ?? [];
  if (size === undefined)
    throw new InputError(`${JSON.stringify(cursor.slice(0, 80))} is no cursor of this list`, {
      hint: 'Pass `next` of the page before as it is, or no cursor for the first page.',
    });
  return { block: Number(block), skip: Number(skip), size: Number(size) };
}

/** The cursor after `shown` hits of a block of `hits`; `longest` is how many rows the longest list has. */
function nextAfter(
  { block, skip, size }: Place,
  shown: number,
  hits: number,
  longest: number,
): { next?: string } {
  if (skip + shown < hits) return { next: `${block}.${skip + shown}.${size}` };
  return (block + 1) * size < longest ? { next: `${block + 1}.0.${size}` } : {};
}

const lengthOf = (answer: Permitted<Page<unknown>>): number =>
  'value' in answer ? answer.value.total : 0;

export const netboxSearch = read({
  name: 'netbox_search',
  title: 'Search NetBox',
  description:
    'Find devices, VMs, addresses, prefixes, ranges, VLANs and sites as documented in NetBox, best match first.',
  example: { query: 'n8n' },
  input: z.strictObject({
    query: z
      .string()
      .trim()
      .refine((text) => text !== '', 'must not be empty')
      .describe('Name, address, MAC, serial, VLAN or word'),
    kind: z
      .enum(['any', ...kinds])
      .default('any')
      .describe('Only these'),
    ...pageInput(),
  }),
  rows: 'hits',
  narrow: 'give more of the name, or a kind',
  output: z.object({
    query: z.string(),
    ...pageOutput,
    hits: z.array(Hit),
    found: z.partialRecord(z.enum(kinds), z.int()).describe('Matches by kind'),
    gaps: Gaps.optional(),
  }),
  async run({ query, kind, ...request }, netbox) {
    const terms = parseQuery(query);
    const searched = kind === 'any' ? kindsFor(terms) : [kind];
    const place = placeOf(request);
    const part = { offset: place.block * place.size, limit: place.size };
    const labelOf = instanceLabel(netbox);
    const answers = await netbox.all((client) =>
      permitted(searched.map((model) => searches[model](client, terms, part))),
    );
    const found: Partial<Record<Kind, number>> = {};
    const longest = Math.max(0, ...answers.flatMap(({ value }) => value.map(lengthOf)));
    for (const { value } of answers)
      for (const [i, answer] of value.entries()) {
        const model = searched[i];
        if (model && 'value' in answer) found[model] = (found[model] ?? 0) + answer.value.total;
      }
    const hits = answers.flatMap(({ instance, value }) =>
      value.flatMap((answer) =>
        'value' in answer
          ? answer.value.rows.map((hit) => ({ instance: labelOf(instance), ...hit }))
          : [],
      ),
    );
    const gaps = answers.flatMap(({ value }) =>
      gapsIn(
        value,
        searched.map((model) => words[model][1]),
      ),
    );
    const shown = ranked(hits).slice(place.skip, place.skip + request.limit);
    return {
      query,
      total: Object.values(found).reduce((sum, count) => sum + count, 0),
      ...nextAfter(place, shown.length, hits.length, longest),
      hits: shown,
      found,
      ...(gaps.length > 0 && { gaps }),
    };
  },
  text: ({ query, total, hits, found, gaps }) =>
    lines(
      total === 0
        ? `NetBox has nothing for ${JSON.stringify(query)} among what the token may view (objects it may not view look the same as none).`
        : `${plural(total, 'match', 'matches')} for ${JSON.stringify(query)}: ${kinds.flatMap((kind) => (found[kind] ? [plural(found[kind], ...words[kind])] : [])).join(', ')}.`,
      table(hits, {
        ...instanceColumn(hits),
        kind: ({ kind }) => kind,
        name: ({ name }) => name,
        status: ({ status }) => status,
        match: ({ match }) => match,
        id: ({ id }) => id,
        about: ({ about }) => about,
      }),
      gapsText(gaps),
    ),
});
