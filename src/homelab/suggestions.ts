import type { Runtime } from '../core/runtime.ts';
import type { Kind } from '../core/inventory.ts';
import { oneLine } from '../core/base/text.ts';
import { activeServices } from './read-tool.ts';
import { documentsIn } from './documents/folder.ts';
import { documentsRoot } from './documents/root.ts';
import { inventoryOf, ofKind } from './inventory.ts';
import { findingsIn, healthOf } from './latest-health.ts';

/** What can be completed. */
export type Completable = Kind | 'finding' | 'document' | 'service';

/** Somebody is typing: what was seen a minute ago will do. */
const maxAgeMs = 60_000;
const maxName = 200;

/** Everything of that kind whose name begins with what was typed, then what contains it. */
export async function suggest(
  runtime: Runtime,
  what: Completable,
  typed: string,
): Promise<string[]> {
  const part = typed.toLowerCase();
  const names = new Set(
    (await candidates(runtime, what)).map((name) => oneLine(runtime.redact(name), maxName)),
  );
  const starting: string[] = [];
  const containing: string[] = [];
  for (const name of names) {
    const position = name.toLowerCase().indexOf(part);
    if (name === '' || position < 0) continue;
    (position === 0 ? starting : containing).push(name);
  }
  return [...starting, ...containing];
}

async function candidates(runtime: Runtime, what: Completable): Promise<string[]> {
  if (what === 'service') return activeServices(runtime).map(({ service }) => service.id);
  if (what === 'finding') return findingsIn(await healthOf(runtime, maxAgeMs)).map(({ id }) => id);
  if (what === 'document') {
    const root = documentsRoot(runtime);
    return root === undefined ? [] : (await documentsIn(root)).documents.map(({ path }) => path);
  }
  const seen = await inventoryOf(runtime, 'names', maxAgeMs);
  if (what === 'address')
    return seen.entries
      .flatMap(({ points = [] }) => points)
      .filter((point) => /^[\d.]+$|^[\da-f:]+$/i.test(point))
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return ofKind(seen, what).flatMap(({ id, name }) => [...(name === undefined ? [] : [name]), id]);
}
