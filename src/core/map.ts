import { canonicalAddress, isOwnMachine } from './base/address.ts';
import type { JsonObject } from './base/json.ts';

/** What a homelab consists of, in words that all services share. */
export const kinds = [
  'node',
  'guest',
  'storage',
  'device',
  'address',
  'name',
  'site',
  'upstream',
  'target',
  'instance',
  'datastore',
  'backup',
  'source',
  'job',
  'workflow',
] as const;
export type Kind = (typeof kinds)[number];

/**
 * A thing's name, unique in the homelab: `guest/<instance>/<vmid>`, `node/<instance>/<name>`, `address/10.0.20.9`, `name/nas.lab.example.net`.
 * Things that are the same for every service (addresses, names, sites) carry no instance, so that services meet in them.
 */
export type Ref = `${Kind}/${string}`;

/** What a link says, read from what depends to what it depends on. The table says which kinds it may join, and whether what stops below stops what stands on it. */
export const verbs = {
  'runs on': { from: ['guest', 'storage', 'datastore'], to: ['node', 'guest'], carries: true },
  'stored on': { from: ['guest', 'backup'], to: ['storage', 'datastore'], carries: true },
  'belongs to': {
    from: ['address', 'name'],
    to: ['guest', 'node', 'device', 'instance'],
    carries: true,
  },
  'resolves to': { from: ['name'], to: ['address', 'name'], carries: true },
  'forwards to': { from: ['site'], to: ['upstream', 'site'], carries: true },
  'reached at': {
    from: ['upstream', 'target', 'instance', 'source', 'job', 'workflow', 'storage'],
    to: ['address', 'name'],
    carries: true,
  },
  'served by': {
    from: ['site', 'name', 'target', 'workflow', 'job', 'datastore'],
    to: ['instance'],
    carries: true,
  },
  measures: { from: ['target'], to: ['guest', 'node', 'instance', 'device'], carries: true },
  'logs for': { from: ['source'], to: ['guest', 'node', 'device'], carries: true },
  'acts on': {
    from: ['job', 'workflow'],
    to: ['guest', 'node', 'device', 'storage', 'datastore', 'address', 'name'],
    carries: true,
  },
  'backs up': { from: ['backup', 'job'], to: ['guest', 'node'], carries: false },
  is: { from: kinds, to: kinds, carries: true },
} as const satisfies Record<
  string,
  { from: readonly Kind[]; to: readonly Kind[]; carries: boolean }
>;
export type Verb = keyof typeof verbs;

/** One thing stands on another. */
export interface Link {
  // An asterisk stands for an instance that the service does not know: `guest/*/ct/100` is the one guest with that id or alias, if only one has it.
  to: Ref;
  how: Verb;
  /** What it leads to is called so, among other words maybe: with another title it is not the same. */
  named?: string | undefined;
  /** Joined by what may be a coincidence (a host name that is unique today), not by an address. */
  weak?: true | undefined;
  /** Said by documentation, not seen: shown, and never the path of a fault. */
  documented?: true | undefined;
}

/** One thing that a service knows of. Pure data, made of what a check-up reads anyway. */
export interface Thing {
  ref: Ref;
  /** What a person calls it: `n8n`, `pve-mini5`, `nas.lab.example.net`. */
  title: string;
  /** How it is, where the service knows; `unknown` is said, not guessed. */
  state?: 'up' | 'down' | 'degraded' | 'unknown' | undefined;
  /** Its kind, its state and where it is, for one cell of a table. */
  about?: string | undefined;
  /** The read that tells all about it. */
  more?: { tool: string; arguments: JsonObject } | undefined;
  links: readonly Link[];
  /** What it is a part of by its own service, as it is called there: the cluster of a VM. */
  within?: string | undefined;
  /** Meant to be off (a template, `onboot` 0): nobody misses it. */
  idle?: true | undefined;
  /** Other names a person may use for it: MAC addresses, URLs, aliases. */
  aliases?: readonly string[] | undefined;
}

/** What a finding does to what it is about: it is gone, it is worse, it will be, or it is just so. */
export type Effect = 'stops' | 'degrades' | 'risk' | 'note';

export const kindOf = (ref: Ref): Kind => ref.slice(0, ref.indexOf('/')) as Kind;
/** The same question as comparing `kindOf`, without a string for each answer. */
export const isOfKind = (ref: Ref, kind: Kind): boolean =>
  ref.startsWith(kind) && ref[kind.length] === '/';
/** The part after the kind. */
export const idOf = (ref: Ref): string => ref.slice(ref.indexOf('/') + 1);

/** A name as it is compared: lower case, without the dot at its end. */
export const canonicalName = (text: string): string => text.trim().toLowerCase().replace(/\.$/, '');

/**
 * Where an endpoint is reached, as services write it: `10.0.20.9:80`, `[fd00::9]:443`, `nas.lab.example.net`, `http://10.0.20.9/x`.
 * Undefined for what leads nowhere in particular: nothing at all, a placeholder, a path on this machine, and what is another machine for everyone who says it, such as the loopback.
 */
export function placeOf(text: string): Ref | undefined {
  const host = hostIn(text.trim());
  if (!host || /^unix(?:\+\w+)?\//i.test(text.trim())) return undefined;
  const address = canonicalAddress(host.replace(/\/\d+$/, ''));
  const name = canonicalName(host);
  if (isOwnMachine(address ?? name)) return undefined;
  if (address !== undefined) return `address/${address}`;
  // A name of digits alone is a port, or half an address.
  return /^(?![\d.]+$)[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/.test(name) ? `name/${name}` : undefined;
}

/** What is left of an endpoint without its scheme, its credentials, its port and its path; an address keeps its prefix length. */
function hostIn(text: string): string | undefined {
  const bare = text.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '');
  if (canonicalAddress(bare.replace(/\/\d+$/, '')) !== undefined) return bare;
  const authority = bare.replace(/[/?#].*$/, '').replace(/^.*@/, '');
  return /^\[([^\]]+)\](?::\d+)?$/.exec(authority)?.[1] ?? authority.replace(/:\d+$/, '');
}
