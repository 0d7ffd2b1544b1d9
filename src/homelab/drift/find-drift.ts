import * as z from 'zod';
import { isMuted } from '../../core/config/globals.ts';
import { driftKinds, type DriftKind } from '../../core/drift.ts';
import { Gaps, gapsText } from '../../core/gap.ts';
import type { Call } from '../../core/http/index.ts';
import type { MemoKey } from '../../core/memo.ts';
import { page, pageInput, pageOutput } from '../../core/page.ts';
import type { Runtime } from '../../core/runtime.ts';
import { jsonLine } from '../../core/base/text.ts';
import { lines } from '../../core/base/table.ts';
import { plural } from '../../core/base/units.ts';
import { Next } from '../incidents/incident-row.ts';
import { homelabRead } from '../read-tool.ts';
import { compare, type Comparison } from './comparison.ts';
import { readSources, type Sources } from './sources.ts';

const Row = z.object({
  id: z.string().describe('What LARES_MUTE takes'),
  kind: z.enum(driftKinds),
  rule: z.string(),
  subject: z.string(),
  statements: z.array(z.object({ by: z.string(), says: z.string() })),
  sure: z
    .enum(['certain', 'likely'])
    .describe('likely: something that could excuse it is not told'),
  next: Next.optional(),
});
type Row = z.output<typeof Row>;

const Total = z.object({ kind: z.enum(driftKinds), rule: z.string(), differences: z.int() });

/** What the sources say differently about the same thing. */
export const findDrift = homelabRead({
  name: 'find_drift',
  title: 'Find where services disagree',
  description: 'Find where services disagree.',
  example: {},
  input: z.strictObject({
    kind: z.array(z.enum(driftKinds)).min(1).optional().describe('Only'),
    ...pageInput({ max: 200 }),
  }),
  output: z.object({
    rows: z.array(Row),
    totals: z.array(Total).describe('Of all that was compared, 0 for what agrees'),
    muted: z.int().optional(),
    absent: z
      .array(z.object({ kind: z.enum(driftKinds), rule: z.string() }))
      .optional()
      .describe('Rules that lack a source here'),
    gaps: Gaps.optional(),
    ...pageOutput,
  }),
  rows: 'rows',
  narrow: 'name a kind',
  async run({ kind = driftKinds, limit, cursor }, runtime, call) {
    const sources = await sourcesFor(runtime, cursor, call);
    const { rows, compared, gaps, absent } = withoutHidden(
      compare(sources, new Set<DriftKind>(kind)),
      runtime,
    );
    const heard = rows.filter(({ id, finding }) => !isSilenced(runtime, id, finding));
    const { rows: shown, ...rest } = page(heard, { limit, cursor });
    return {
      rows: shown.map(({ about: _, finding: __, ...row }) => ({
        ...row,
        statements: [...row.statements],
      })),
      totals: compared.map((total) => ({
        ...total,
        differences: heard.filter(({ rule }) => rule === total.rule).length,
      })),
      ...(heard.length < rows.length && { muted: rows.length - heard.length }),
      ...(absent.length > 0 && { absent: [...absent] }),
      ...(gaps.length > 0 && { gaps: [...gaps] }),
      ...rest,
    };
  },
  text: (answer) =>
    lines(headline(answer), ...answer.rows.map(rowText), gapsText(answer.gaps), absentText(answer)),
});

/** Who sees only some services cannot know what does not exist here: those rules are not compared for them. */
function withoutHidden(comparison: Comparison, { only }: Pick<Runtime, 'only'>): Comparison {
  const { absent, gaps } = comparison;
  if (!only || absent.length === 0) return comparison;
  const hidden = {
    what: absent.map(({ rule }) => rule).join(', '),
    why: `they need more than this caller may see: only ${only.join(', ') || 'nothing'}`,
  };
  return { ...comparison, absent: [], gaps: [...gaps, hidden] };
}

const isSilenced = ({ globals, now }: Runtime, id: string, finding: string | undefined): boolean =>
  [id, ...(finding === undefined ? [] : [finding])].some((muted) =>
    isMuted(muted, globals.mute, now()),
  );

interface Totals {
  total: number;
  totals: readonly z.output<typeof Total>[];
  muted?: number | undefined;
  gaps?: readonly unknown[] | undefined;
  absent?: readonly { kind: DriftKind }[] | undefined;
}

/** What was not compared is never called without difference. */
function headline({ total, totals, muted = 0, gaps = [] }: Totals): string {
  const silent = muted > 0 ? ` (${muted} muted)` : '';
  if (totals.length === 0) return `Nothing was compared${silent}.`;
  if (total > 0) {
    const counts = totals.filter(({ differences }) => differences > 0);
    const words = counts.map(({ rule, differences }) => `${differences} ${rule}`);
    return `${plural(total, 'difference')}${silent}: ${words.join(', ')}.`;
  }
  const kinds = [...new Set(totals.map(({ kind }) => kind))].join(', ');
  return gaps.length > 0
    ? `No difference${silent} in what was compared (${kinds}), and not everything was.`
    : `No difference${silent} in ${kinds}.`;
}

/** Said once, and not one by one: it is as it is meant to be. */
function absentText({ absent = [], totals, gaps = [] }: Totals): string {
  if (absent.length === 0) return '';
  const kinds = [...new Set(absent.map(({ kind }) => kind))].join(', ');
  const isAll = totals.length + gaps.length === 0;
  return `Not here, for lack of a source: ${isAll ? 'any comparison' : plural(absent.length, 'comparison')} (${kinds}).`;
}

function rowText({ rule, subject, statements, sure, next }: Row): string {
  const sides = statements.map(({ by, says }) => `${by}: ${says}`).join(' | ');
  const more = next ? ` → ${next.tool} ${jsonLine(next.arguments)}` : '';
  return `${rule} ${subject} – ${sides}${sure === 'likely' ? ' (likely)' : ''}${more}`;
}

interface Kept {
  at: number;
  sources: Sources;
}

const kept: MemoKey<{ latest?: Kept }> = { name: 'drift' };
/** Pages of one list are of one moment, for so long. */
const maxAgeMs = 5 * 60_000;

/** Read anew for a first page: reading takes a while, so the pages after it are of the same. */
async function sourcesFor(
  runtime: Runtime,
  cursor: string | undefined,
  { signal }: Pick<Call, 'signal'>,
): Promise<Sources> {
  const memory = runtime.memo.get(kept, () => ({}));
  const { latest } = memory;
  if (cursor !== undefined && latest && runtime.now() - latest.at <= maxAgeMs)
    return latest.sources;
  const sources = await readSources(runtime, signal);
  memory.latest = { at: runtime.now(), sources };
  return sources;
}
