import { idOf, kindOf, type Link, type Ref, type Thing } from '../../core/map.ts';

/** A thing whose links can still be set. */
type Joinable = Thing & { links: Link[] };

/** `undefined`: several go by it. */
type Bearers = ReadonlyMap<string, Joinable | undefined>;

/** Links whose instance is open lead to the one thing that goes by that id or alias. Where there is none, more than one, or one that is called otherwise, there is no link. */
export function joinAcrossInstances(things: ReadonlyMap<Ref, Joinable>): void {
  const open: Joinable[] = [];
  for (const thing of things.values()) if (thing.links.some(isOpen)) open.push(thing);
  if (open.length === 0) return;
  const bearers = bearersOf(things);
  for (const thing of open)
    thing.links = thing.links.flatMap((link) => (isOpen(link) ? resolved(link, bearers) : [link]));
}

const isOpen = ({ to }: Link): boolean => to.startsWith('/*/', to.indexOf('/'));

function resolved(link: Link, bearers: Bearers): Link[] {
  const bearer = bearers.get(link.to);
  return bearer && agrees(link, bearer) ? [{ ...link, to: bearer.ref }] : [];
}

function agrees({ named }: Link, { title }: Joinable): boolean {
  if (named === undefined) return true;
  const words = named.toLowerCase().split(/[^\p{L}\p{N}_.-]+/u);
  return words.includes(title.toLowerCase());
}

/** By what an open link may call them. */
function bearersOf(things: ReadonlyMap<Ref, Joinable>): Bearers {
  const bearers = new Map<string, Joinable | undefined>();
  for (const thing of things.values()) {
    const id = idOf(thing.ref);
    const own = id.slice(id.indexOf('/') + 1);
    for (const name of new Set([own, ...(thing.aliases ?? [])])) {
      const key = `${kindOf(thing.ref)}/*/${name}`;
      bearers.set(key, bearers.has(key) ? undefined : thing);
    }
  }
  return bearers;
}
