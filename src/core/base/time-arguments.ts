import { InputError } from './errors.ts';

const units: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  min: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

/** Seconds of a duration as Prometheus writes it (`90s`, `1h30m`, `2w`), or of a bare number of seconds; undefined for anything else. */
export function durationSeconds(text: string): number | undefined {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
  if (!/^(?:\d+(?:\.\d+)?(?:ms|min|[smhdwy]))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|min|[smhdwy])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 0),
    0,
  );
}

/** Seconds of a duration that a caller gave; longer than nothing. */
export function parseDuration(name: string, text: string): number {
  const seconds = durationSeconds(text.trim());
  if (seconds === undefined || seconds <= 0)
    throw new InputError(`${name}: ${JSON.stringify(text)} is not a duration`, {
      hint: 'Write it like 30s, 15m, 6h or 7d.',
    });
  return seconds;
}

/** Unix seconds of `now`, `2h` ago (also `-2h`, `now-2h`), ISO 8601 (UTC unless it names a zone) or unix seconds. */
export function parseTime(name: string, text: string, nowMs: number): number {
  const written = text.trim();
  if (written === 'now') return nowMs / 1000;
  const back = /^(?:now)?\s*-\s*(\S+)$/.exec(written)?.[1] ?? /^\d\S*[a-z]$/.exec(written)?.[0];
  const seconds = back === undefined ? undefined : durationSeconds(back);
  if (seconds !== undefined) return nowMs / 1000 - seconds;
  if (/^\d{9,10}(?:\.\d+)?$/.test(written)) return Number(written);
  const zoned = /^\d{4}-\d\d-\d\d[T ][\d:.]+$/.test(written)
    ? `${written.replace(' ', 'T')}Z`
    : written;
  const at = /^\d{4}-\d\d/.test(written) ? Date.parse(zoned) : Number.NaN;
  if (Number.isNaN(at))
    throw new InputError(`${name}: ${JSON.stringify(text)} is not a time`, {
      hint: 'Write it like 2h (ago), 7d, now or 2026-11-23T09:30:00Z.',
    });
  return at / 1000;
}
