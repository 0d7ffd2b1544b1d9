import * as z from 'zod';
import { Gaps, gapsText } from '../../../core/gap.ts';
import { lines, Limit, omitted, table } from '../../../core/base/table.ts';
import { plural } from '../../../core/base/units.ts';
import { read } from '../client.ts';
import { gapsIn, permitted } from '../permitted.ts';
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
    limit: Limit,
  }),
  output: z.object({
    query: z.string(),
    total: z.int().describe('Matches, shown or not'),
    hits: z.array(Hit),
    found: z.partialRecord(z.enum(kinds), z.int()).describe('Matches by kind'),
    gaps: Gaps.optional(),
  }),
  async run({ query, kind, limit }, netbox) {
    const labelOf = instanceLabel(netbox);
    const terms = parseQuery(query);
    const searched = kind === 'any' ? kindsFor(terms) : [kind];
    const answers = await netbox.all((client) =>
      permitted(searched.map((model) => searches[model](client, terms, limit))),
    );
    const totals: Partial<Record<Kind, number>> = {};
    for (const { value } of answers)
      for (const [i, answer] of value.entries()) {
        const model = searched[i];
        if (model && 'value' in answer) totals[model] = (totals[model] ?? 0) + answer.value.total;
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
    const total = Object.values(totals).reduce((sum, count) => sum + count, 0);
    return {
      query,
      total,
      hits: ranked(hits).slice(0, limit),
      found: totals,
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
      omitted(hits.length, total, 'give more of the name, or a kind'),
      gapsText(gaps),
    ),
});
