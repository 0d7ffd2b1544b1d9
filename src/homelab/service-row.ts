import * as z from 'zod';
import { Gap } from '../core/gap.ts';
import type { ReportedGap } from '../core/health.ts';
import { plural } from '../core/base/units.ts';
import { Next } from './incidents/incident-row.ts';
import { states as stateNames, type ServiceState } from './service-state.ts';

const FindingRow = z.object({
  id: z.string(),
  incident: z.string().optional().describe('Id of the incident it belongs to'),
  severity: z.enum(['critical', 'warning', 'info']),
  subject: z.string(),
  message: z.string(),
  since: z.string().optional(),
  evidence: z.string().optional(),
  next: Next.optional(),
});
/** One service as it is told. */
export const ServiceRow = z.object({
  service: z.string(),
  title: z.string(),
  state: z.enum(stateNames),
  version: z.string().optional(),
  latencyMs: z.int().optional(),
  headline: z.string().optional(),
  facts: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  findings: z.array(FindingRow),
  findingsTotal: z.int().optional(),
  gaps: z.array(Gap).optional(),
  expected: z.literal(true).optional().describe('Unreachable, as what is part-time may be'),
  problem: z.string().optional(),
});
export type ServiceRow = z.output<typeof ServiceRow>;

/** One service but for its findings: what is told of it, without what only Lares needs. */
export function serviceRow({
  service,
  title,
  state,
  version,
  latencyMs,
  headline,
  facts,
  gaps,
  expected,
  problem,
}: Omit<ServiceState, 'findings'>): Omit<ServiceRow, 'findings'> {
  return {
    service,
    title,
    state,
    version,
    latencyMs,
    headline,
    ...(Object.keys(facts).length > 0 && { facts }),
    ...(gaps.length > 0 && {
      gaps: gaps.map(({ extra: _, late: __, ...gap }: ReportedGap): Gap => gap),
    }),
    expected,
    problem,
  };
}

/** The first gaps; the others are one that says how many they are. */
export function shortGaps(gaps: readonly Gap[], count: number): Gap[] {
  if (gaps.length <= count) return [...gaps];
  const why = 'left out of this answer, which would be too large';
  return [...gaps.slice(0, count), { what: plural(gaps.length - count, 'other part'), why }];
}
