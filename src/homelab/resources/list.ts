import type { Runtime } from '../../core/runtime.ts';
import { documentsIn, type Document } from '../documents/folder.ts';
import { documentsRoot } from '../documents/root.ts';
import type { Completable } from '../suggestions.ts';

/** A resource as a list shows it. */
export interface Listed {
  uri: string;
  name: string;
  title: string;
  description?: string;
  mimeType: string;
}

/** A kind of resource, by the variable that names one of it. */
export interface Template extends Omit<Listed, 'uri'> {
  /** RFC 6570. */
  uriTemplate: string;
  /** What the variable is completed from. */
  completes: { variable: string; as: Completable };
}

const text = { mimeType: 'text/plain' } as const;
const markdown = { mimeType: 'text/markdown' } as const;

export const healthUri = 'lares://health';
export const docsUri = 'lares://docs';

const fixed: readonly Listed[] = [
  {
    uri: healthUri,
    name: 'health',
    title: 'Is anything broken?',
    description: 'The latest verdict with its age. Can be subscribed to.',
    ...text,
  },
  {
    uri: 'lares://inventory/ips',
    name: 'ips',
    title: 'Every known address',
    description: 'And who says whose it is.',
    ...text,
  },
  {
    uri: 'lares://map',
    name: 'map',
    title: 'What stands on what',
    description: 'Everything that is known, and what it depends on.',
    ...text,
  },
  { uri: 'lares://inventory/guests', name: 'guests', title: 'Every guest', ...text },
  {
    uri: 'lares://inventory/services',
    name: 'services',
    title: 'Configured services',
    description: 'Versions, levels of trust, what each credential may do.',
    ...text,
  },
  {
    uri: 'lares://pitfalls',
    name: 'pitfalls',
    title: 'Known traps',
    description: 'Of the versions that are running.',
    ...markdown,
  },
];

const index: Listed = {
  uri: docsUri,
  name: 'docs',
  title: 'Documents of the operator',
  description: 'All of them, by path.',
  ...text,
};

export const templates: readonly Template[] = [
  {
    uriTemplate: 'lares://guest/{id}',
    name: 'guest',
    title: 'One guest',
    description: 'By number or name: its state, addresses, names and sites.',
    completes: { variable: 'id', as: 'guest' },
    ...text,
  },
  {
    uriTemplate: 'lares://node/{name}',
    name: 'node',
    title: 'One node',
    completes: { variable: 'name', as: 'node' },
    ...text,
  },
  {
    uriTemplate: 'lares://dns/{name}',
    name: 'dns',
    title: 'One DNS name',
    description: 'What is configured, what answers, what it leads to.',
    completes: { variable: 'name', as: 'name' },
    ...text,
  },
  {
    uriTemplate: 'lares://site/{host}',
    name: 'site',
    title: 'One site of the reverse proxy',
    completes: { variable: 'host', as: 'site' },
    ...text,
  },
  {
    uriTemplate: 'lares://host/{address}',
    name: 'host',
    title: 'One address',
    description: 'Who has it, and what leads to it.',
    completes: { variable: 'address', as: 'address' },
    ...text,
  },
  {
    uriTemplate: 'lares://manual/{service}',
    name: 'manual',
    title: 'How Lares works with a service',
    description: 'Credentials, limits, tested versions.',
    completes: { variable: 'service', as: 'service' },
    ...markdown,
  },
];

const docsTemplate: Template = {
  uriTemplate: 'lares://docs/{+path}',
  name: 'document',
  title: 'One document of the operator',
  completes: { variable: 'path', as: 'document' },
  ...markdown,
};

/** The templates a caller may use: that of documents only where it sees them. */
export const templatesOf = (runtime: Runtime): readonly Template[] =>
  documentsRoot(runtime) === undefined ? templates : [...templates, docsTemplate];

/** Bytes of the whole list as JSON: below 1,500 tokens, in any language. */
const maxBytes = 3_600;

/** Nothing is asked of a service. Of a large folder of documents the list holds the first ones, those nearest to its top, and the index has them all. */
export async function listOf(runtime: Runtime): Promise<Listed[]> {
  const root = documentsRoot(runtime);
  if (root === undefined) return [...fixed];
  const resources = [...fixed, index];
  let size = Buffer.byteLength(JSON.stringify(resources));
  for (const document of await nearestToTop(root)) {
    const listed = documentListed(document);
    size += Buffer.byteLength(JSON.stringify(listed)) + 1;
    if (size > maxBytes) break;
    resources.push(listed);
  }
  return resources;
}

/** Every document, those in few folders first; none where the folder cannot be read, which the index says. */
async function nearestToTop(root: string): Promise<Document[]> {
  const depth = ({ path }: Document): number => path.split('/').length;
  try {
    const { documents } = await documentsIn(root);
    return documents.toSorted((a, b) => depth(a) - depth(b));
  } catch {
    return [];
  }
}

const documentListed = ({ path, title, description }: Document): Listed => ({
  uri: documentUri(path),
  name: path,
  title,
  ...(description && { description }),
  ...markdown,
});

export const documentUri = (path: string): string =>
  `${docsUri}/${path.split('/').map(encodeURIComponent).join('/')}`;
