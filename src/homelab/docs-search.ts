import * as z from 'zod';
import { ConfigError, InputError } from '../core/base/errors.ts';
import { Gaps, gapsText } from '../core/gap.ts';
import type { Runtime } from '../core/runtime.ts';
import { nearest } from '../core/base/nearest.ts';
import { lines } from '../core/base/table.ts';
import { page, pageInput, pageOutput } from '../core/page.ts';
import { plural } from '../core/base/units.ts';
import { clean, jsonLine, Multiline, quoted } from '../core/base/text.ts';
import { contentOf, documentsIn, maxBytes, type Document } from './documents/folder.ts';
import { documentsRoot } from './documents/root.ts';
import { search, unreadEnd, wordsOf } from './documents/search.ts';
import { homelabRead } from './read-tool.ts';

const linesAtOnce = 200;
/** Characters of one line, and of all lines of one answer. */
const maxLine = 2_000;
const maxPart = 3_900;
const maxGaps = 20;

/** Searches the operator's documents, or reads one of them in parts. */
export const docsSearch = homelabRead({
  name: 'docs_search',
  title: "Search the operator's documents",
  description: "Search the operator's own documents about this homelab, or read one.",
  example: { query: 'dns' },
  input: z.strictObject({
    query: z.string().max(500).default('').describe('Words'),
    document: z.string().optional().describe('Read this one, by its path'),
    line: z.int().min(1).default(1).describe('Read from here'),
    ...pageInput({ max: 20, fallback: 5 }),
  }),
  output: z.object({
    documents: z.array(
      z.object({
        path: z.string(),
        title: z.string(),
        description: z.string().optional(),
        passages: z.array(z.object({ line: z.int(), text: Multiline })),
      }),
    ),
    ...pageOutput,
    nextLine: z.int().optional().describe('To go on reading from'),
    gaps: Gaps.optional(),
  }),
  rows: 'documents',
  narrow: 'more words find fewer',
  async run({ query, document, line, limit, cursor }, runtime) {
    const root = folderOf(runtime);
    if (document !== undefined)
      return part(root, await documentNamed(root, document), line, runtime);
    if (wordsOf(query).length === 0)
      throw new InputError('query holds no word to search for', {
        hint: 'Give words, or document to read one.',
      });
    const { hits, gaps } = await search(root, query, runtime.sanitize);
    const { rows, ...rest } = page(hits, { limit, cursor });
    return {
      ...rest,
      documents: rows.map(({ document: { path, title, description }, passages }) => ({
        path,
        title,
        description,
        passages,
      })),
      ...(gaps.length > 0 && { gaps: gaps.slice(0, maxGaps) }),
    };
  },
  text: ({ total, documents, nextLine, gaps }) =>
    lines(
      total === 0
        ? 'No document contains any of these words.'
        : nextLine === undefined && documents.length > 1
          ? `${plural(total, 'document')} match${total === 1 ? 'es' : ''}, the best first.`
          : '',
      ...documents.map(({ path, title, passages }) =>
        lines(
          `${title} (${path})`,
          ...passages.map(({ line, text }) => quoted(`From line ${line}`, text.split('\n'))),
        ),
      ),
      nextLine !== undefined &&
        `It goes on: docs_search ${jsonLine({ document: documents[0]?.path, line: nextLine })}`,
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

/** One document by its path. Only what was listed can be read: a path is never joined to the folder as it comes. Throws an InputError with the nearest path where there is none. */
export async function documentNamed(root: string, path: string): Promise<Document> {
  const { documents } = await documentsIn(root);
  const document = documents.find((candidate) => candidate.path === path);
  if (document) return document;
  const paths = documents.map((candidate) => candidate.path);
  const near =
    nearest(path, paths) ??
    paths.find((candidate) => candidate.toLowerCase().includes(path.toLowerCase()));
  throw new InputError(`No document ${JSON.stringify(path)}`, {
    hint: near ? `Did you mean ${near}?` : 'docs_search finds them by their words.',
  });
}

/** Lines of one document from `from` on, at most `linesAtOnce`, in an answer of a size that fits. */
async function part(
  root: string,
  { path, title, description }: Document,
  from: number,
  { sanitize }: Pick<Runtime, 'sanitize'>,
) {
  const { text, bytes } = await contentOf(root, { path }, sanitize);
  const content = clean(text, maxBytes).split('\n');
  const shown = content.slice(from - 1, from - 1 + linesAtOnce);
  const fitting: string[] = [];
  let size = 0;
  for (const line of shown.map((whole) => clean(whole, maxLine))) {
    size += line.length + 1;
    if (size > maxPart) break;
    fitting.push(line);
  }
  const end = from - 1 + Math.max(1, fitting.length);
  return {
    total: 1,
    documents: [
      {
        path,
        title,
        description,
        passages: [{ line: from, text: fitting.join('\n') || clean(shown[0] ?? '', maxPart) }],
      },
    ],
    ...(end < content.length && { nextLine: end + 1 }),
    ...(bytes > maxBytes && { gaps: [unreadEnd({ path })] }),
  };
}
