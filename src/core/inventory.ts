import type { JsonObject } from './base/json.ts';
import type { Gap } from './gap.ts';
import type { Kind as ThingKind, Thing } from './map.ts';

/** What clients may ask about by name. */
export type Kind = 'guest' | 'node' | 'name' | 'site' | 'address';

/** One thing that a service knows of, in words that all services share. */
export interface KnownThing {
  kind: Kind;
  /** What it is asked for by: `30062`, `pve1`, `nas.lab.example.net`, `10.0.20.9`. */
  id: string;
  /** What people call it, where that is not the id. */
  name?: string | undefined;
  /** Its state, its kind and where it is, for one cell of a table. */
  about?: string | undefined;
  /** Addresses and names it has, stands for or leads to; a port may follow. */
  points?: readonly string[] | undefined;
  /** The read that tells all about it. */
  more?: { tool: string; arguments: JsonObject } | undefined;
}

/** What one service knows by name. */
export interface Inventory {
  known: readonly KnownThing[];
  /** The same as parts of the map. */
  things?: readonly Thing[] | undefined;
  /** Kinds of which these are all there are, so that one which is not among them does not exist. */
  whole?: readonly ThingKind[] | undefined;
  /** Addresses that something gives out, both ends included: whose one is changes by itself. */
  pools?: readonly AddressPool[] | undefined;
  /** What was not looked at, or left out, and why. */
  gaps: readonly Gap[];
}

/** Addresses from one to another, such as a DHCP pool. */
export interface AddressPool {
  start: string;
  end: string;
}

/** `names` is what a few requests tell; `addresses` may ask every guest, or the one of that id. */
export type Depth = 'names' | 'addresses' | { addressesOf: string };

/** When people ask for a plan. */
export const occasions = ['morning', 'restart', 'backups', 'dns', 'changes', 'capacity'] as const;
/** One of them. */
export type Occasion = (typeof occasions)[number];

/** What a service adds to a plan: one of its tools, and what to look for in the answer. In an argument `{guest}` stands for the id of the guest that the plan is about, `{guestName}` and `{name}` for names. */
export interface Step {
  tool: string;
  arguments?: JsonObject;
  look: string;
  /** Its answer is part of the plan from the start. */
  embed?: true;
  /** When, in a plan that changes something; without it, before. */
  phase?: 'change' | 'after';
}

/** What a service adds to which plan. */
export type Steps = Partial<Readonly<Record<Occasion, readonly Step[]>>>;
