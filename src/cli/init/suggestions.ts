import { idOf, kindOf, type Thing } from '../../core/map.ts';
import type { Inventory, KnownThing } from '../../core/inventory.ts';
import type { Candidate } from './look.ts';

/** Something that an added service named and that may be worth adding. Nothing was sent there yet. */
export interface Suggestion {
  candidate: Candidate;
  /** As a person would type it. */
  address: string;
  /** Who named it and how: `guest n8n, named by Proxmox VE`. */
  because: string;
}

/** What the names in an inventory stand for. Things that are off on purpose are left out. */
export function suggestionsFrom(
  inventory: Inventory,
  by: Candidate,
  candidates: readonly Candidate[],
): Suggestion[] {
  const named = [
    ...inventory.known.flatMap(fromKnown),
    ...(inventory.things ?? []).flatMap(fromThing),
  ];
  const suggestions = new Map<string, Suggestion>();
  for (const { name, address, kind } of named)
    for (const candidate of candidates) {
      if (candidate.service === by.service || !candidate.setup.names.test(name)) continue;
      const key = `${candidate.service.id} ${address}`;
      if (suggestions.has(key)) continue;
      const because = `${kind} ${name}, named by ${by.service.title}`;
      suggestions.set(key, { candidate, address, because });
    }
  return [...suggestions.values()];
}

interface Named {
  name: string;
  address: string;
  kind: string;
}

/** A guest is called as its machine is; behind a site stands an upstream. */
function fromKnown({ kind, id, name, points = [] }: KnownThing): Named[] {
  if (kind === 'guest' && name) return [{ name, address: points[0] ?? name, kind }];
  if (kind === 'site') return [{ name: id, address: points[0] ?? id, kind }];
  return [];
}

/** Targets have their address in their title or behind their link. */
function fromThing({ ref, title, links, idle }: Thing): Named[] {
  const kind = kindOf(ref);
  if (kind !== 'target' || idle) return [];
  const place = links.find(({ how }) => how === 'reached at');
  const address = ref.split('/').at(-1) ?? title;
  const names = [ref.split('/')[2], title, address, place && idOf(place.to)];
  return names.flatMap((name) => (name ? [{ name, address, kind }] : []));
}
