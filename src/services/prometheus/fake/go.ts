/** A float as Go's strconv.FormatFloat(value, 'f', -1, 64) writes it. */
export function goNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const text = String(value);
  if (!text.includes('e')) return text;
  return Math.abs(value) >= 1 ? BigInt(value).toString() : value.toFixed(30).replace(/0+$/, '');
}

/** The same with %e, which alerts use: `1e+00`. */
export const goExponent = (value: number): string =>
  Number.isFinite(value)
    ? value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
    : goNumber(value);

/** RFC 3339 as Go writes it; null is Go's zero time. */
export const goTime = (ms: number | null): string =>
  ms === null ? '0001-01-01T00:00:00Z' : new Date(ms).toISOString();
