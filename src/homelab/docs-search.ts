import * as z from 'zod';
import { ConfigError, InputError } from '../core/base/errors.ts';
import { Gaps, gapsText } from '../core/gap.ts';
import type { Runtime } from '../core/runtime.ts';
import { nearest } from '../core/base/nearest.ts';
import { lines, omitted } from '../core/base/table.ts';
import { plural } from '../core/base/units.ts';
import { clean, quoted } from '../core/base/text.ts';
import { contentOf, documentsIn, mostBytes, type Document } from './documents/folder.ts';
import { documentsRoot } from './documents/root.ts';
import { search, unreadEnd, wordsOf } from './documents/search.ts';
import { homelabRead } from './tool.ts';

const linesAtOnce = 200;
const mostGaps = 20;

export const docsSearch = homelabRead({
  name: 'docs_search',
  title: "Search the operator's documents",
  description: "Search the operator's own documents about this homelab, or read one.",
  example: { query: 'dns' },
  input: z.strictObject({
    query: z.string().max(500).default('').describe('Words'),
    document: z.string().optional().describe('Read this one, by its path'),
    line: z.int().min(1).default(1).describe('Read from here'),
    limit: z.int().min(1).max(20).default(5).describe('Most documents (5)'),
  }),
  output: z.object({
    total: z.int().describe('Documents that match'),
    documents: z.array(
      z.object({
        path: z.string(),
        title: z.string(),
        description: z.string().optional(),
        passages: z.array(z.object({ line: z.int(), text: z.string() })),
      }),
    ),
    next: z.int().optional().describe('Line to go on reading from'),
    gaps: Gaps.optional(),
  }),
  async run({ query, document, line, limit }, runtime) {
    const root = folderOf(runtime);
    if (document !== undefined) return part(root, await known(root, document), line);
    if (wordsOf(query).length === 0)
      throw new InputError('query holds no word to search for', {
        hint: 'Give words, or document to read one.',
      });
    const { hits, gaps } = await search(root, query);
    return {
      total: hits.length,
      documents: hits
        .slice(0, limit)
        .map(({ document: { path, title, description }, passages }) => ({
          path,
          title,
          description,
          passages,
        })),
      ...(gaps.length > 0 && { gaps: gaps.slice(0, mostGaps) }),
    };
  },
  text: ({ total, documents, next, gaps }) =>
    lines(
      total === 0
        ? 'No document contains any of these words.'
        : next === undefined && documents.length > 1
          ? `${plural(total, 'document')} match${total === 1 ? 'es' : ''}, the best first.`
          : '',
      ...documents.map(({ path, title, passages }) =>
        lines(
          `${title} (${path})`,
          ...passages.map(({ line, text }) => quoted(`From line ${line}`, text.split('\n'))),
        ),
      ),
      next !== undefined &&
        `It goes on: docs_search {"document":${JSON.stringify(documents[0]?.path)},"line":${next}}`,
      omitted(documents.length, total, 'more words'),
      gapsText(gaps),
    ),
});

/** The folder of documents. Throws a ConfigError where there is none for this caller. */
export function folderOf(runtime: Runtime): string {
  const root = documentsRoot(runtime);
  if (root === undefined)
    throw new ConfigError('there are no documents here', {
      hint: 'LARES_DOCS names a folder of Markdown.',
    });
  return root;
}

/** Only what was listed can be read: a path is never joined to the folder as it comes. */
export async function known(root: string, path: string): Promise<Document> {
  const { documents } = await documentsIn(root);
  const found = documents.find((one) => one.path === path);
  if (found) return found;
  const near =
    nearest(
      path,
      documents.map((one) => one.path),
    ) ?? documents.find((one) => one.path.toLowerCase().includes(path.toLowerCase()))?.path;
  throw new InputError(`No document ${JSON.stringify(path)}`, {
    hint: near ? `Did you mean ${near}?` : 'docs_search finds them by their words.',
  });
}

async function part(root: string, { path, title, description }: Document, from: number) {
  const { text, bytes } = await contentOf(root, { path });
  const all = clean(text, mostBytes).split('\n');
  const shown = all.slice(from - 1, from - 1 + linesAtOnce);
  let size = 0;
  const fitting = shown
    .map((line) => clean(line, 2_000))
    .filter((line) => (size += line.length + 1) <= 3_900);
  const end = from - 1 + Math.max(1, fitting.length);
  return {
    total: 1,
    documents: [
      {
        path,
        title,
        description,
        passages: [{ line: from, text: fitting.join('\n') || clean(shown[0] ?? '', 3_900) }],
      },
    ],
    ...(end < all.length && { next: end + 1 }),
    ...(bytes > mostBytes && { gaps: [unreadEnd({ path })] }),
  };
}
