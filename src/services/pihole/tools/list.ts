import * as z from 'zod';
import { lines, table } from '../../../core/base/table.ts';
import { page, pageInput, pageOutput } from '../../../core/page.ts';
import { plural } from '../../../core/base/units.ts';
import { read } from '../client.ts';
import { danglingCnames } from '../dangling.ts';
import { compareRecords, isDrifting, ttlsText, type ComparedRecord } from '../drift.ts';
import { oddEntries, recordsOf, type DnsRecord } from '../records.ts';

const Row = z.object({
  name: z.string(),
  type: z.enum(['A', 'AAAA', 'CNAME']),
  value: z.string().describe('Address or target'),
  ttlSeconds: z.int().optional(),
  on: z.array(z.string()).describe('Instances that have it'),
  missingOn: z.array(z.string()).describe('Instances that answered and do not have it: drift'),
  ttls: z
    .array(z.object({ instance: z.string(), ttlSeconds: z.int().nullable() }))
    .optional()
    .describe('Where the TTLs differ'),
  problem: z.string().optional().describe('Why a CNAME may be answered without an address'),
});
type Row = z.output<typeof Row>;

export const listRecords = read({
  name: 'dns_list_records',
  title: 'List local DNS records',
  description:
    'List local A, AAAA and CNAME records, on which Pi-hole each stands, and which differ.',
  example: { filter: 'lab.example.net', limit: 10 },
  input: z.strictObject({
    filter: z.string().optional().describe('Part of name or value'),
    type: z.enum(['A', 'AAAA', 'CNAME']).optional().describe('Type'),
    drift: z.boolean().default(false).describe('Only records that differ'),
    ...pageInput(),
  }),
  output: z.object({
    records: z.array(Row),
    ...pageOutput,
    among: z.int().describe('Records, without the filter'),
    drifting: z
      .int()
      .describe('Records, among all, that are not the same on every instance that answered'),
    instances: z.array(z.string()).describe('Instances that answered'),
    compared: z
      .boolean()
      .describe('false: only one instance answered, so nothing can be said about drift'),
    odd: z
      .array(z.object({ instance: z.string(), entry: z.string() }))
      .describe('Stored lines that hold no record'),
  }),
  rows: 'records',
  narrow: 'narrow with filter or type',
  async run({ filter = '', type, drift, ...request }, pihole) {
    const answers = await pihole.all((instance) => instance.dns());
    const compared = compareRecords(
      answers.map(({ instance, value }) => ({ instance, records: recordsOf(value) })),
    );
    const text = filter.toLowerCase();
    const matching = compared.filter(
      (row) =>
        (type === undefined || row.type === type) &&
        (!drift || isDrifting(row)) &&
        `${row.name} ${row.value}`.includes(text),
    );
    const problems = problemsOf(
      answers.map(({ instance, value }) => ({ instance, records: recordsOf(value) })),
    );
    const { rows, ...pageResult } = page(matching, request);
    return {
      records: rows.map((row) => withProblem(row, problems)),
      ...pageResult,
      among: compared.length,
      drifting: compared.filter(isDrifting).length,
      instances: answers.map(({ instance }) => instance),
      compared: answers.length > 1,
      odd: answers.flatMap(({ instance, value }) =>
        oddEntries(value).map((entry) => ({ instance, entry })),
      ),
    };
  },
  text: ({ records, total, among, drifting, instances, compared, odd }) =>
    lines(
      `${total < among ? `${total} of ` : ''}${plural(among, 'record')} on ${instances.join(' and ')}. ${driftText(compared, drifting, instances)}`,
      table(
        records,
        columns(
          instances,
          records.some(({ problem }) => problem !== undefined),
        ),
      ),
      odd
        .map(({ instance, entry }) => `Not understood on ${instance}: ${JSON.stringify(entry)}`)
        .join('\n'),
    ),
});

/** Why names of CNAMEs end nowhere, as far as the records of each instance say. */
function problemsOf(
  instances: readonly { instance: string; records: readonly DnsRecord[] }[],
): Map<string, string> {
  const problems = new Map<string, string>();
  for (const { records } of instances)
    for (const { name, end, isCircle } of danglingCnames(records))
      problems.set(name, isCircle ? 'leads in a circle' : `${end} is no local record`);
  return problems;
}

function withProblem(
  row: ComparedRecord,
  problems: ReadonlyMap<string, string>,
): z.input<typeof Row> {
  const problem = row.type === 'CNAME' ? problems.get(row.name) : undefined;
  return { ...row, ...(problem !== undefined && { problem }) };
}

function driftText(compared: boolean, drifting: number, instances: readonly string[]): string {
  if (!compared) return `Only ${instances.join()} answered: nothing was compared.`;
  return drifting === 0
    ? 'All instances have the same records.'
    : `${plural(drifting, 'record')} differ${drifting === 1 ? 's' : ''} between the instances (drift).`;
}

const columns = (
  instances: readonly string[],
  hasProblems: boolean,
): Record<string, (row: Row) => string | undefined> => ({
  name: ({ name }) => name,
  type: ({ type }) => type,
  value: ({ value, ttlSeconds }) =>
    ttlSeconds === undefined ? value : `${value} (TTL ${ttlSeconds} s)`,
  on: (row) => placeText(row, instances),
  ...(hasProblems && { problem: ({ problem }: Row) => problem }),
});

function placeText({ on, missingOn, ttls }: Row, instances: readonly string[]): string {
  if (ttls !== undefined && missingOn.length === 0) return `DRIFT: TTL ${ttlsText(ttls)}`;
  if (missingOn.length > 0) return `DRIFT: on ${on.join(', ')}, not on ${missingOn.join(', ')}`;
  return on.length === instances.length && on.length > 1 ? 'all' : on.join(', ');
}
