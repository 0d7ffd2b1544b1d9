import type { HttpResponse } from './http/transport.ts';
import type { Path, Query } from './http/path.ts';

export type { HttpResponse } from './http/transport.ts';

/** A look at one address without credentials: GETs and nothing else, no redirect followed. */
export interface Probe {
  /** The path that is looked below: `/graylog`; empty at the root. */
  readonly path: string;
  /** The answer below the address that is looked at, of any status; undefined where none came. Asking the same again costs nothing. */
  get(path: Path, query?: Query): Promise<HttpResponse | undefined>;
}

/** What a service recognised of itself at an address. */
export interface Product {
  /** Undefined where it tells none to strangers. */
  version?: string | undefined;
  /** Why Lares cannot use it as it is, and what to do. */
  unsupported?: string | undefined;
  /** It hides behind a login that others have too: why a person must say what it is. */
  unsure?: string | undefined;
  /** It answers everybody: no secret has to be made. */
  open?: true | undefined;
  /** What to know before it is added. */
  notes?: readonly string[] | undefined;
}

/** What a recipe is made for. */
export interface RecipeFor extends Product {
  /** The address that was accepted, without a slash at its end. */
  url: string;
  /** Lares shall do more there than look. */
  writes: boolean;
}

/** How the least credential is made, and which variables hold it. */
export interface Recipe {
  /** What this way is called where there are several. */
  title: string;
  /** Commands to paste or clicks to make, as a person reads them; commands stand alone on their lines. */
  lines: readonly string[];
  fields: readonly RecipeField[];
}

/** A variable to ask for, under the name of its field. Whether it is a secret says the configuration. */
export interface RecipeField {
  field: string;
  /** What it is when the recipe was followed to the letter. */
  suggestion?: string;
  /** May be left empty. */
  optional?: true;
}

/** How `lares init` adds a service. Loaded when somebody adds one. */
export interface Setup {
  /** Where it listens as it comes, in the order in which they are tried. */
  ports: readonly { port: number; scheme: 'http' | 'https' }[];
  /** What guests, targets and sites are called that may be this. */
  names: RegExp;
  /** What Lares can do there besides looking; undefined: nothing. */
  writes?: string;
  /** How the fingerprint of its certificate is read on the machine itself. */
  fingerprint?: string;
  /** Whether it is this that answers; undefined: it is something else. */
  recognise(probe: Probe): Promise<Product | undefined>;
  /** The ways to make a credential, the best first. */
  recipes(wish: RecipeFor): readonly Recipe[];
}

/** The title of a web page; empty where there is none. */
export const titleOf = (answer: Pick<HttpResponse, 'text'> | undefined): string =>
  /<title[^>]*>([^<]*)<\/title>/i.exec(answer?.text ?? '')?.[1]?.trim() ?? '';

/** `9` of `9.0.3`; undefined where there is no number. */
export function majorOf(version: string | undefined): number | undefined {
  const major = /\d+/.exec(version ?? '')?.[0];
  return major === undefined ? undefined : Number(major);
}
