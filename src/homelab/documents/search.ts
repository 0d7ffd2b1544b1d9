import { clean } from '../../core/base/text.ts';
import type { Redactor } from '../../core/config/secrets.ts';
import type { Gap } from '../../core/gap.ts';
import { contentOf, documentsIn, maxBytes, type Document } from './folder.ts';

/** A place in a document; `line` counts from 1. */
export interface Passage {
  line: number;
  text: string;
}

/** A document that contains some of the words. */
export interface Hit {
  document: Document;
  score: number;
  passages: Passage[];
}

/** What a search came to. */
export interface SearchResult {
  /** The best first. */
  hits: Hit[];
  /** What was not searched, and why. */
  gaps: Gap[];
}

const passagesEach = 3;
const around = 2;

/** Documents that contain words of a query: those with more of them, and with rarer ones, first. Throws an InputError when the folder cannot be read. */
export async function search(
  root: string,
  query: string,
  sanitize: Redactor,
): Promise<SearchResult> {
  const words = wordsOf(query);
  const folder = await documentsIn(root);
  const gaps = [...folder.gaps];
  const counted: { document: Document; passages: Passage[]; counts: number[] }[] = [];
  for (const document of folder.documents) {
    let content;
    try {
      content = await contentOf(root, document, sanitize);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      gaps.push({ what: document.path, why });
      continue;
    }
    if (content.bytes > maxBytes) gaps.push(unreadEnd(document));
    const text = clean(content.text, maxBytes);
    const head = `${document.title} ${document.description ?? ''} ${document.path}`.toLowerCase();
    const body = text.toLowerCase();
    const counts = words.map((word) => times(body, word) + 5 * times(head, word));
    if (counts.some((n) => n > 0))
      counted.push({ document, passages: passages(text.split('\n'), words), counts });
  }
  const rarity = words.map((_, i) =>
    Math.log(
      1 +
        folder.documents.length / (1 + counted.filter(({ counts }) => (counts[i] ?? 0) > 0).length),
    ),
  );
  const hits = counted.map(({ counts, ...hit }): Hit => ({
    ...hit,
    score: scoreOf(counts, rarity),
  }));
  return {
    hits: hits.sort((a, b) => b.score - a.score || (a.document.path < b.document.path ? -1 : 1)),
    gaps,
  };
}

/** What is missing of a document that is larger than what is read of it. */
export const unreadEnd = ({ path }: Pick<Document, 'path'>): Gap => ({
  what: `the end of ${path}`,
  why: `only its first ${maxBytes / 1024} KiB are read`,
});

/** Each further time a word stands there counts less than the one before. */
function scoreOf(counts: readonly number[], rarity: readonly number[]): number {
  let score = 0;
  for (const [i, count] of counts.entries())
    if (count > 0) score += (1 + Math.log(count)) * (rarity[i] ?? 1);
  return score;
}

/** The different words of a query in small letters, at most 12. */
export const wordsOf = (query: string): string[] =>
  [...new Set(query.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}._-]*/gu) ?? [])].slice(0, 12);

const times = (text: string, word: string): number => Math.min(50, text.split(word).length - 1);

/** The lines with most of the words, each with its neighbours, none shown twice. */
function passages(lines: readonly string[], words: readonly string[]): Passage[] {
  const rated = lines
    .map((line, i) => ({ i, n: words.filter((word) => line.toLowerCase().includes(word)).length }))
    .filter(({ n }) => n > 0)
    .sort((a, b) => b.n - a.n || a.i - b.i);
  const chosen: number[] = [];
  for (const { i } of rated)
    if (chosen.length < passagesEach && chosen.every((other) => Math.abs(other - i) > 2 * around))
      chosen.push(i);
  return chosen
    .sort((a, b) => a - b)
    .map((i) => {
      const from = Math.max(0, i - around);
      return {
        line: from + 1,
        text: clean(
          lines
            .slice(from, i + around + 1)
            .map((line) => clean(line, 300))
            .join('\n')
            .trimEnd(),
          900,
        ),
      };
    });
}
