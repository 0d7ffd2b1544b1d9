import { InputError } from '../../core/errors.ts';

const units: Readonly<Record<string, number>> = { min: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** A moment in ms: `24h`, `7d`, `2w` back from now, or ISO 8601. */
export function momentOf(text: string, now: number): number {
  const [, amount, unit = ''] = /^-?(\d{1,5}) ?(min|h|d|w)$/.exec(text.trim()) ?? [];
  const at = amount === undefined ? Date.parse(text) : now - Number(amount) * (units[unit] ?? 0);
  if (Number.isNaN(at) || at < 0) throw new InputError(`since: ${JSON.stringify(text.slice(0, 60))} is no time`, { hint: 'Like 90min, 24h, 7d, 2w, or 2026-11-22T18:00:00Z.' });
  return at;
}
