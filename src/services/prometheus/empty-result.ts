import { nearest } from '../../core/base/nearest.ts';
import type { Prometheus } from './client.ts';

const keywords = new Set([
  'and',
  'or',
  'unless',
  'atan2',
  'bool',
  'offset',
  'inf',
  'nan',
  'by',
  'without',
  'on',
  'ignoring',
  'group_left',
  'group_right',
  'start',
  'end',
]);

/** The metric names a query asks for, without its functions, labels, strings and durations. Good enough for a suggestion. */
export function metricsIn(query: string): string[] {
  const bare = query
    .replace(/#.*$/gm, ' ')
    .replace(/\{[^}]*?__name__\s*=\s*"([^"]*)"[^}]*\}/g, ' $1 ')
    .replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`/g, ' ')
    .replace(/\{[^}]*\}|\[[^\]]*\]/g, ' ')
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/gi, ' ')
    .replace(/\boffset\s+-?\w+/gi, ' ');
  const names = [...bare.matchAll(/(?<![\w:.])[a-zA-Z_:][\w:]*(?!\s*\(|[\w:])/g)].map(
    ([name]) => name,
  );
  return [...new Set(names)].filter((name) => !keywords.has(name.toLowerCase()));
}

/** Why a query matched nothing, as far as the metric names tell: a sentence a metric, for the first three. Errors of the searches for names are thrown. */
export async function explainEmptyResult(query: string, prometheus: Prometheus): Promise<string[]> {
  const names = metricsIn(query).slice(0, 3);
  return Promise.all(names.map((name) => explainMetric(name, prometheus)));
}

async function explainMetric(name: string, prometheus: Prometheus): Promise<string> {
  const exists = (await prometheus.metricNames(escapeRegExp(name))).includes(name);
  if (exists)
    return `${name} exists: at that time nothing passes the selectors and comparisons of the query.`;
  const near = await similarNames(name, prometheus);
  return `There is no metric ${name}.${near.length > 0 ? ` Near: ${near.join(', ')}.` : ''}`;
}

/** Up to five names that share words with a mistyped one, the closest first. */
async function similarNames(name: string, prometheus: Prometheus): Promise<string[]> {
  const words = name.split(/[_:]+/).filter((word) => word.length >= 3);
  const sharing =
    words.length > 0
      ? await prometheus.metricNames(`.*(${words.map(escapeRegExp).join('|')}).*`)
      : [];
  const candidates =
    sharing.length > 0
      ? sharing
      : await prometheus.metricNames(`${escapeRegExp(name.slice(0, 2))}.*`);
  const sharedWords = (candidate: string): number =>
    words.filter((word) => candidate.includes(word)).length;
  const ranked = candidates.toSorted(
    (a, b) =>
      sharedWords(b) - sharedWords(a) ||
      Math.abs(a.length - name.length) - Math.abs(b.length - name.length) ||
      (a < b ? -1 : 1),
  );
  const closest = nearest(name, candidates);
  return [...new Set([...(closest ? [closest] : []), ...ranked])].slice(0, 5);
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
