import { pageText } from '../../core/call.ts';
import { InputError } from '../../core/base/errors.ts';
import type { Runtime } from '../../core/runtime.ts';
import type { Call } from '../../core/http/index.ts';
import type { Kind } from '../../core/inventory.ts';
import { nearest } from '../../core/base/nearest.ts';
import { ago } from '../../core/base/units.ts';
import { healthOf } from '../latest-health.ts';
import { manualOf } from '../manuals.ts';
import { about } from './about.ts';
import { documentPage, documentsPage } from './documents.ts';
import { guestsPage, ipsPage } from './inventory.ts';
import { docsUri, healthUri, templatesOf } from './list.ts';
import { mapPage } from './map.ts';
import { pitfallsPage, servicesPage } from './services.ts';

/** One resource as it leaves Lares. */
export interface Page {
  uri: string;
  mimeType: string;
  text: string;
}

const pages: Readonly<Record<string, (runtime: Runtime, call: Call) => Promise<string>>> = {
  [healthUri]: healthPage,
  'lares://map': mapPage,
  'lares://inventory/ips': ipsPage,
  'lares://inventory/guests': guestsPage,
  'lares://inventory/services': servicesPage,
  'lares://pitfalls': pitfallsPage,
  [docsUri]: documentsPage,
};

const kinds: Readonly<Record<string, Kind>> = {
  guest: 'guest',
  node: 'node',
  dns: 'name',
  site: 'site',
  host: 'address',
};

/** One resource, bounded, cleaned and redacted like every answer. Throws an InputError where there is none of that name. */
export async function read(runtime: Runtime, uri: string, call: Call): Promise<Page> {
  const text = await pageOf(runtime, uri, call);
  return {
    uri,
    mimeType: /^lares:\/\/(pitfalls$|docs\/|manual\/)/.test(uri) ? 'text/markdown' : 'text/plain',
    text: pageText(runtime, text),
  };
}

function pageOf(runtime: Runtime, uri: string, call: Call): Promise<string> {
  const page = Object.hasOwn(pages, uri) ? pages[uri] : undefined;
  if (page) return page(runtime, call);
  const [, host = '', rest = ''] = /^lares:\/\/([a-z]+)\/(.+)$/.exec(uri) ?? [];
  const path = decoded(rest);
  const kind = Object.hasOwn(kinds, host) ? kinds[host] : undefined;
  if (path !== undefined && path !== '') {
    if (kind) return about(runtime, kind, path, call);
    if (host === 'docs') return documentPage(runtime, path);
    if (host === 'manual') return manualOf(runtime, path);
  }
  const near = nearest(uri, [
    ...Object.keys(pages),
    ...templatesOf(runtime).map(({ uriTemplate }) => uriTemplate),
  ]);
  throw new InputError(`No resource ${JSON.stringify(uri)}`, {
    hint: near ? `Did you mean ${near}?` : '`lares resources` lists them.',
  });
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

async function healthPage(runtime: Runtime): Promise<string> {
  const seen = await healthOf(runtime, runtime.globals.refreshMs);
  return `Checked ${runtime.now() - seen.at < 1_000 ? 'just now' : ago(seen.at, runtime.now())}.\n${seen.text}`;
}
