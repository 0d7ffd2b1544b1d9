import type { Explanation } from './explanation.ts';

type Station = NonNullable<Explanation['chain']>[number];

/** Between which shares of the whole each list gives way: what is beside the matter is gone before anything that tells what is wrong, and where, is touched. */
const yields = {
  sides: { from: 1, until: 0.6 },
  lately: { from: 0.9, until: 0.45 },
  dependants: { from: 0.8, until: 0.4 },
  also: { from: 0.8, until: 0.4 },
  candidates: { from: 1, until: 0 },
  gaps: { from: 0.6, until: 0.1 },
  disagreements: { from: 0.5, until: 0.1 },
  trouble: { from: 0.4, until: 0.05 },
  chain: { from: 0.4, until: 0.05 },
} as const satisfies Partial<Record<keyof Explanation, { from: number; until: number }>>;

type List = keyof typeof yields;

/** The same with about that share of its parts; how many rows are left out is said. */
export function shorten(explanation: Explanation, share: number): Explanation {
  const omitted: Record<string, number> = { ...explanation.omitted };
  const short: Explanation = { ...explanation };
  for (const list of Object.keys(yields) as List[]) {
    const rows = explanation[list];
    if (!rows || rows.length === 0) continue;
    const kept = Math.min(rows.length, Math.max(fewest(list, share), shareOf(rows, list, share)));
    if (kept === rows.length) continue;
    omitted[list] = (omitted[list] ?? 0) + rows.length - kept;
    Object.assign(short, { [list]: kept === 0 ? undefined : firstRows(explanation, list, kept) });
  }
  return Object.keys(omitted).length > 0 ? { ...short, omitted } : short;
}

function shareOf(rows: readonly unknown[], list: List, share: number): number {
  const { from, until } = yields[list];
  const part = (share - until) / (from - until);
  return Math.round(rows.length * Math.min(1, Math.max(0, part)));
}

/** Below these shares the rows must be enormous. */
const tight = 0.05;
const tighter = 0.02;

/** Rows that stay whatever the share: of what is wrong one to the last; of the chain its ends and the thing itself, as long as that can be. */
function fewest(list: List, share: number): number {
  if (list === 'trouble' || list === 'candidates') return 1;
  if (share < tighter) return 0;
  if (list === 'chain') return share < tight ? 2 : 3;
  return list === 'gaps' ? 1 : 0;
}

function firstRows({ ref, chain = [], ...lists }: Explanation, list: List, kept: number): unknown {
  return list === 'chain' ? chainWithin(chain, kept, ref) : lists[list]?.slice(0, kept);
}

/** A chain of at most so many stations, cut in its middle: what was asked about stays first of all, then what is broken, from the bottom, and then its ends. */
export function chainWithin(
  chain: readonly Station[],
  most: number,
  subject: string | undefined,
): Station[] {
  const fromEnds = chain.map((_, i) => {
    const fromBottom = i % 2 === 0;
    const step = Math.floor(i / 2);
    return fromBottom ? chain.length - 1 - step : step;
  });
  const rank = (i: number): number => {
    if (chain[i]?.ref === subject) return 0;
    return isBroken(chain[i]) ? 1 : 2;
  };
  const kept = new Set(fromEnds.toSorted((a, b) => rank(a) - rank(b)).slice(0, most));
  return chain.filter((_, i) => kept.has(i));
}

const isBroken = (station: Station | undefined): boolean =>
  station?.state === 'down' || station?.state === 'degraded';
