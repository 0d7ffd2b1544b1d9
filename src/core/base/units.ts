/** One second in milliseconds, the unit of every moment and span that is not named otherwise. */
export const second = 1_000;
/** One minute in milliseconds. */
export const minute = 60 * second;
/** One hour in milliseconds. */
export const hour = 60 * minute;
/** One day in milliseconds. */
export const day = 24 * hour;

const scales = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** A number of bytes in powers of 1024: `12.0 GiB`. */
export function bytes(n: number): string {
  const power = n < 1 ? 0 : Math.min(scales.length - 1, Math.floor(Math.log2(n) / 10));
  const scaled = n / 1024 ** power;
  return `${scaled >= 100 || power === 0 ? Math.round(scaled) : scaled.toFixed(1)} ${scales[power]}`;
}

/** A share of 0..1 as `87 %`; what is below 10 % but not nothing keeps a decimal. */
export const percent = (share: number): string =>
  `${share > 0 && share < 0.1 ? (share * 100).toFixed(1) : Math.round(share * 100)} %`;

/** Seconds in the two largest units: `3 d 4 h`. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  const parts: [number, string][] = [
    [Math.floor(s / 86_400), 'd'],
    [Math.floor(s / 3_600) % 24, 'h'],
    [Math.floor(s / 60) % 60, 'min'],
    [s % 60, 's'],
  ];
  const first = parts.findIndex(([n]) => n > 0);
  if (first < 0) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([n]) => n > 0)
    .map(([n, unit]) => `${n} ${unit}`)
    .join(' ');
}

/** How long ago a moment was, both in milliseconds. */
export const ago = (at: number, now: number): string =>
  at > now + 999 ? `in ${duration((at - now) / 1000)}` : `${duration((now - at) / 1000)} ago`;

/** Milliseconds as ISO 8601 to the second. */
export const iso = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

/** A number a person can read at a glance: `432,800`. */
export const count = (n: number): string => n.toLocaleString('en-US', { maximumFractionDigits: 1 });

/** A number and its noun: `1 guest`, `3 guests`. */
export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${n} ${n === 1 ? one : many}`;
