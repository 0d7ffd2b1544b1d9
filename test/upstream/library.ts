import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { type Described, type Document, OpenApi } from './openapi.ts';
import { exchanges, type Exchange } from './transcripts.ts';

const folder = new URL('../../../shared/apis/data/', import.meta.url);

/** Whether the upstream descriptions and recordings are there; they are not part of the repository. */
export const present: boolean = existsSync(fileURLToPath(folder));

const cache = new Map<string, unknown>();

export const text = (file: string): string => readFileSync(new URL(file, folder), 'utf8');
export const json = (file: string): Document =>
  cached(file, () => JSON.parse(text(file)) as unknown);
export const openApi = (file: string): OpenApi =>
  new OpenApi(file, (name) =>
    cached(name, () =>
      name.endsWith('.json')
        ? (JSON.parse(text(name)) as unknown)
        : (parse(text(name), { merge: true }) as unknown),
    ),
  );
/** Describes the endpoints below a base path by an OpenAPI document. */
export const below =
  (base: string, file: string) =>
  (method: string, path: string): Described | undefined =>
    path.startsWith(base) ? openApi(file).operation(method, path.slice(base.length)) : undefined;

export const transcript = (...files: string[]): Exchange[] =>
  files.flatMap((file) => exchanges(text(`live/${file}.txt`)));

/** A recorded answer that stands alone in a file, with the request it answered. */
export const answered = (endpoint: string, body: unknown): Exchange => {
  const [method = 'GET', path = '/'] = endpoint.split(' ');
  return { method, path, query: [], body };
};

function cached(file: string, read: () => unknown): Document {
  const value = cache.get(file) ?? read();
  cache.set(file, value);
  return value as Document;
}
