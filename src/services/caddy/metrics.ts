import { ShapeError } from '../../core/base/errors.ts';

/** One sample of the Prometheus text format. */
export interface Sample {
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** The samples of GET /metrics by name, without histogram buckets and without what is not Caddy's or the process's own. */
export type Metrics = ReadonlyMap<string, readonly Sample[]>;

const line = /^([a-z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$/i;
const sample = /^(?:caddy|go|process|promhttp)_\w+(?:\{.*\})? \S+$/m;
const label = /([a-z_]\w*)="((?:[^"\\]|\\.)*)"/gi;
const relevant = /^(?:caddy_|process_start_time_seconds)(?!.*_(?:bucket|sum)$)/;

/** Source: the text exposition format 0.0.4. Throws a ShapeError. Caddy always has samples, its own or Go's: a text without any is something else. */
export function parseMetrics(text: string): Metrics {
  const metrics = new Map<string, Sample[]>();
  if (!sample.test(text))
    throw new ShapeError(
      `GET /metrics: no metrics in it (${text.length} characters, begins ${JSON.stringify(text.slice(0, 40))})`,
      { hint: 'Is the URL that of the admin API itself?' },
    );
  for (const row of text.split('\n')) {
    const [, name = '', labels = '', value = ''] = row.startsWith('#')
      ? []
      : (line.exec(row) ?? []);
    if (!relevant.test(name)) continue;
    const sampled = {
      labels: Object.fromEntries(
        [...labels.matchAll(label)].map(([, key = '', escaped = '']) => [key, unescaped(escaped)]),
      ),
      value: Number(value),
    };
    const known = metrics.get(name);
    if (known) known.push(sampled);
    else metrics.set(name, [sampled]);
  }
  return metrics;
}

const unescaped = (text: string): string =>
  text.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));

/** The value of a metric without labels, or of its first sample; undefined where it has none. */
export const valueOf = (metrics: Metrics, name: string): number | undefined =>
  metrics.get(name)?.[0]?.value;

/** No endpoint tells the version; the gauge of the last reload came with 2.9. */
export const versionOf = (metrics: Metrics): string =>
  metrics.has('caddy_config_last_reload_successful') ? '2.9 or newer' : '2.8 or older';
