import { constants } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { InputError } from '../../core/base/errors.ts';
import type { Redactor } from '../../core/config/secrets.ts';
import type { Gap } from '../../core/gap.ts';
import { headingOf, type Heading } from './heading.ts';

/** One Markdown file of the operator's folder. */
export interface Document extends Heading {
  /** From the folder, with `/`. What it is asked for by. */
  path: string;
  bytes: number;
  /** Milliseconds. */
  changedAt: number;
}

/** A look at the whole folder. */
export interface Folder {
  documents: readonly Document[];
  /** What lies in the folder and is neither served nor searched, and why. */
  gaps: readonly Gap[];
}

/** Bytes of a file that are read: more is neither served nor searched, and that is said. */
export const maxBytes = 256 * 1024;
const maxFiles = 2_000;
const maxDepth = 12;

/** Headings by file and its version, so that a second look reads nothing again. */
const headings = new Map<string, { version: string; heading: Heading }>();

/** Every Markdown file below the folder, whatever is linked into it from outside left out. Throws an InputError when the folder itself cannot be read. */
export async function documentsIn(root: string): Promise<Folder> {
  const real = await realpath(root).catch((cause: unknown) => {
    throw new InputError('the folder of documents cannot be read', {
      cause,
      hint: 'LARES_DOCS names it: check that it exists and may be read.',
    });
  });
  const gaps: Gap[] = [];
  const documents: Document[] = [];
  const folders: [path: string, depth: number][] = [['', 0]];
  for (let next = folders.shift(); next; next = folders.shift()) {
    const [folder, depth] = next;
    const entries = await readdir(join(real, folder), { withFileTypes: true }).catch(
      () => undefined,
    );
    if (!entries) gaps.push({ what: folder || 'the folder itself', why: 'cannot be read' });
    for (const entry of (entries ?? []).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      if (entry.isDirectory()) {
        if (depth < maxDepth) folders.push([path, depth + 1]);
        else gaps.push({ what: path, why: `more than ${maxDepth} folders deep` });
      } else if (
        entry.isSymbolicLink() &&
        (await stat(join(real, path)).catch(() => undefined))?.isDirectory()
      ) {
        gaps.push({ what: path, why: 'a link to a folder is not followed' });
      } else if (/\.(md|markdown)$/i.test(entry.name)) {
        if (documents.length >= maxFiles)
          return {
            documents,
            gaps: [...gaps, { what: 'the rest', why: `there are more than ${maxFiles} documents` }],
          };
        try {
          documents.push(await describe(real, path, basename(root)));
        } catch (error) {
          gaps.push({ what: path, why: error instanceof Error ? error.message : String(error) });
        }
      }
    }
  }
  return { documents, gaps };
}

async function describe(real: string, path: string, rootName: string): Promise<Document> {
  const file = await within(real, path);
  const { size, mtimeMs } = await stat(file);
  const version = `${size} ${mtimeMs}`;
  const known = headings.get(file);
  const heading =
    known?.version === version
      ? known.heading
      : headingOf((await start(file, 16 * 1024)).text, path, rootName);
  headings.set(file, { version, heading });
  return { path, bytes: size, changedAt: mtimeMs, ...heading };
}

/** The file that a path means, links followed; never one outside the folder. */
async function within(real: string, path: string): Promise<string> {
  const file = await realpath(join(real, path));
  if (!file.startsWith(real.endsWith(sep) ? real : real + sep))
    throw new Error('leads out of the folder');
  return file;
}

/** The beginning of a plain file. A link that was put there since is not followed, and a pipe is not waited for. */
async function start(file: string, limit: number): Promise<{ text: string; bytes: number }> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new Error('is not a file');
    const buffer = Buffer.alloc(Math.min(limit, stats.size));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    // A character that the limit cuts in two is left out.
    return {
      text: new TextDecoder('utf-8').decode(buffer.subarray(0, bytesRead), { stream: true }),
      bytes: stats.size,
    };
  } finally {
    await handle.close();
  }
}

/** The text of one document that `documentsIn` knows, at most its first `maxBytes`, without what `sanitize` takes out; `bytes` is its whole size. Throws when it has gone, or leads out of the folder by now. */
export async function contentOf(
  root: string,
  { path }: Pick<Document, 'path'>,
  sanitize: Redactor,
): Promise<{ text: string; bytes: number }> {
  const content = await start(await within(await realpath(root), path), maxBytes);
  return { ...content, text: sanitize(content.text) };
}

/** By path, what is different once a document was written to: two of them tell what came, went or changed. */
export const signatureOf = ({ documents }: Folder): Map<string, string> =>
  new Map(
    documents.map(({ path, bytes, changedAt, title }) => [path, `${bytes} ${changedAt} ${title}`]),
  );
