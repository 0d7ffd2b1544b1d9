import { ownRules, type DriftKind, type OwnRule } from '../../core/drift.ts';
import type { Gap } from '../../core/gap.ts';
import type { Kind, Ref } from '../../core/map.ts';
import { byTitle, compareText } from './order.ts';
import type { Difference, DriftRow } from './drift-row.ts';
import { aboutText, Evidence } from './evidence.ts';
import type { Rule } from './rule.ts';
import { rules } from './rules/index.ts';
import type { Source, Sources } from './sources.ts';

/** Everything that could be compared, and what could not. */
export interface Comparison {
  /** In the order of the rules, and of their subjects within each. */
  rows: readonly DriftRow[];
  /** Rules that were gone by, with or without a difference. */
  compared: readonly { kind: DriftKind; rule: string }[];
  /** What could not be compared: never the same as no difference. */
  gaps: readonly Gap[];
  /** Rules that do not exist here, since nobody describes a side of them. */
  absent: readonly { kind: DriftKind; rule: string }[];
}

/** Compares what the sources say, of these kinds. */
export function compare(
  { sources, map, pools }: Sources,
  kinds: ReadonlySet<DriftKind>,
): Comparison {
  const evidence = new Evidence(map, describersOf(sources), pools);
  const rows: DriftRow[] = [];
  const compared: Comparison['compared'][number][] = [];
  const absent: Comparison['absent'][number][] = [];
  const missing = new Map<string, string[]>();
  const miss = (rule: string, reason: string): void => {
    missing.set(reason, [...(missing.get(reason) ?? []), rule]);
  };
  for (const rule of rules.filter(({ kind }) => kinds.has(kind))) {
    const lacking = lackingFor(rule, sources);
    if (lacking === 'absent') absent.push({ kind: rule.kind, rule: rule.rule });
    else if (lacking) miss(rule.rule, lacking);
    else {
      compared.push({ kind: rule.kind, rule: rule.rule });
      rows.push(...rowsOf(rule, rule.rows(evidence)));
    }
  }
  for (const [rule, kind] of Object.entries(ownRules) as [OwnRule, DriftKind][]) {
    if (!kinds.has(kind)) continue;
    const comparing = sources.filter(({ compares }) => compares.includes(rule));
    if (comparing.length === 0) absent.push({ kind, rule });
    const answers = comparing.filter(({ own }) => own[rule] !== undefined);
    if (answers.length > 0) compared.push({ kind, rule });
    for (const source of comparing)
      if (source.own[rule] === undefined) miss(rule, reasonOf(source, 'it did not compare'));
    rows.push(
      ...rowsOf(
        { rule, kind },
        answers.flatMap((source) => ownRows(source, rule, evidence)),
      ),
    );
  }
  const gaps = [...missing].map(([why, names]) => ({ what: names.join(', '), why }));
  return { rows, compared, gaps, absent };
}

/** The same differences, whatever the order in which they were found. */
function rowsOf(
  { rule, kind }: Pick<Rule, 'rule' | 'kind'>,
  differences: readonly Difference[],
): DriftRow[] {
  return differences
    .map((difference) => ({
      id: `drift.${rule}/${difference.subject}`,
      kind,
      rule,
      ...difference,
    }))
    .toSorted((a, b) => compareText(a.subject, b.subject) || compareText(a.about, b.about));
}

function describersOf(sources: readonly Source[]): ReadonlyMap<Kind, readonly string[]> {
  const describers = new Map<Kind, string[]>();
  for (const { title, describes } of sources)
    for (const kind of describes) describers.set(kind, [...(describers.get(kind) ?? []), title]);
  return describers;
}

/** Why a rule cannot be gone by; `absent` where a side of it does not exist here. */
function lackingFor({ needs, heeds = [] }: Rule, sources: readonly Source[]): string | undefined {
  const describes = (kind: Kind): boolean =>
    sources.some((source) => source.describes.includes(kind));
  if (!needs.every(describes)) return 'absent';
  for (const kind of [...needs, ...heeds])
    for (const source of sources)
      if (source.describes.includes(kind) && !source.whole.has(kind))
        return reasonOf(source, `it may have told less than every ${kind} there is`);
  return undefined;
}

const maxReason = 300;

const reasonOf = ({ title, reasons }: Source, fallback: string): string => {
  const [first, ...others] = reasons;
  if (first === undefined) return `${title}: ${fallback}`;
  const reason = first.length > maxReason ? `${first.slice(0, maxReason)}…` : first;
  return others.length > 0 ? `${reason}; and ${others.length} more` : reason;
};

function ownRows(source: Source, rule: OwnRule, evidence: Evidence): Difference[] {
  const own = source.own[rule] ?? [];
  if (rule !== 'not-backed-up') return own.map((row) => ({ ...row, sure: 'certain' }));
  const covered = backedUp(evidence);
  return own.map(({ statements, ...row }) => {
    const about = covered.get(row.about);
    if (about === undefined) return { ...row, statements, sure: 'certain' };
    // Somebody may look after it in another way, or its last backup is about to be the last.
    const backup = { by: evidence.titleOf('backup'), says: about };
    return { ...row, statements: [...statements, backup], sure: 'likely' };
  });
}

/** Guests whose newest backup is as new as it should be, and what is told of that. */
function backedUp({ map }: Evidence): ReadonlyMap<Ref, string> {
  const guests = new Map<Ref, string>();
  for (const backup of byTitle(map.ofKind('backup')))
    for (const { how, to, weak } of backup.links)
      if (how === 'backs up' && backup.state === 'up' && !weak && !backup.idle)
        guests.set(to, aboutText(backup));
  return guests;
}
