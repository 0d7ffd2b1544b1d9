import * as z from 'zod';
import { Gaps, gapsText, type Gap } from '../../../core/gap.ts';
import { lines, Limit, omitted, table } from '../../../core/base/table.ts';
import { plural } from '../../../core/base/units.ts';
import { permitted, read } from '../client.ts';
import { instanceColumn, Instance, labelIn } from './rows.ts';
import { kinds, matches, ranked, searches, wanted, type Kind } from '../search.ts';

const Hit = z.object({
  instance: Instance,
  kind: z.enum(kinds),
  id: z.int(),
  name: z.string(),
  status: z.string().optional(),
  about: z.string(),
  match: z.enum(matches),
});

/** One and many. */
const words: Readonly<Record<Kind, readonly [string, string]>> = {
  device: ['device', 'devices'],
  vm: ['VM', 'VMs'],
  address: ['address', 'addresses'],
  prefix: ['prefix', 'prefixes'],
  vlan: ['VLAN', 'VLANs'],
  site: ['site', 'sites'],
};

export const netboxSearch = read({
  name: 'netbox_search',
  title: 'Search NetBox',
  description:
    'Find devices, VMs, addresses, prefixes, VLANs and sites as documented in NetBox, best match first.',
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
    notChecked: Gaps.optional(),
  }),
  async run({ query, kind, limit }, netbox) {
    const labelOf = labelIn(netbox);
    const asked = kind === 'any' ? kinds : [kind];
    const what = wanted(query);
    const answers = await netbox.all((one) =>
      permitted(asked.map((each) => searches[each](one, what, limit))),
    );
    const found: Partial<Record<Kind, number>> = {};
    const notChecked: Gap[] = [];
    const hits = answers.flatMap(({ instance, value }) =>
      value.flatMap((answer, i) => {
        const each = asked[i] ?? 'device';
        if ('refused' in answer) notChecked.push({ what: words[each][1], why: answer.refused });
        else found[each] = (found[each] ?? 0) + answer.seen.total;
        return 'seen' in answer
          ? answer.seen.rows.map((hit) => ({ instance: labelOf(instance), ...hit }))
          : [];
      }),
    );
    const total = Object.values(found).reduce((sum, count) => sum + count, 0);
    return {
      query,
      total,
      hits: ranked(hits).slice(0, limit),
      found,
      ...(notChecked.length > 0 && { notChecked }),
    };
  },
  text: ({ query, total, hits, found, notChecked }) =>
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
      gapsText(notChecked),
    ),
});
