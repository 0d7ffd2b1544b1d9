import type { Runtime } from '../../core/runtime.ts';
import { documentsIn, type Document } from '../documents/folder.ts';

/** A resource as a list shows it. */
export interface Listed {
  uri: string;
  name: string;
  title: string;
  description?: string;
  mimeType: string;
}

export interface Template extends Omit<Listed, 'uri'> {
  uriTemplate: string;
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
    ...text,
  },
  { uriTemplate: 'lares://node/{name}', name: 'node', title: 'One node', ...text },
  {
    uriTemplate: 'lares://dns/{name}',
    name: 'dns',
    title: 'One DNS name',
    description: 'What is configured, what answers, what it leads to.',
    ...text,
  },
  {
    uriTemplate: 'lares://site/{host}',
    name: 'site',
    title: 'One site of the reverse proxy',
    ...text,
  },
  {
    uriTemplate: 'lares://host/{address}',
    name: 'host',
    title: 'One address',
    description: 'Who has it, and what leads to it.',
    ...text,
  },
  {
    uriTemplate: 'lares://manual/{service}',
    name: 'manual',
    title: 'How Lares works with a service',
    description: 'Credentials, limits, tested versions.',
    ...markdown,
  },
];

const docsTemplate: Template = {
  uriTemplate: 'lares://docs/{+path}',
  name: 'document',
  title: 'One document of the operator',
  ...markdown,
};

export const hasDocs = (runtime: Runtime): boolean =>
  runtime.globals.docs !== undefined && runtime.only === undefined;

export const templatesOf = (runtime: Runtime): readonly Template[] =>
  hasDocs(runtime) ? [...templates, docsTemplate] : templates;

/** Bytes of the whole list as JSON: below 1,500 tokens, in any language. */
const mostBytes = 3_600;

/** Nothing is asked of a service. Of a large folder of documents the list holds the first ones, those nearest to its top, and the index has them all. */
export async function listOf(runtime: Runtime): Promise<Listed[]> {
  const { docs } = runtime.globals;
  if (docs === undefined || !hasDocs(runtime)) return [...fixed];
  const folder = await documentsIn(docs).catch(() => undefined);
  const all = [...fixed, index];
  let size = Buffer.byteLength(JSON.stringify(all));
  for (const document of (folder?.documents ?? []).toSorted(
    (a, b) => a.path.split('/').length - b.path.split('/').length,
  )) {
    const listed = documentListed(document);
    size += Buffer.byteLength(JSON.stringify(listed)) + 1;
    if (size > mostBytes) break;
    all.push(listed);
  }
  return all;
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
