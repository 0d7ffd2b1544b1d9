import { fullMessage } from '../../core/base/errors.ts';
import { oneLine } from '../../core/base/text.ts';
import { path } from '../../core/http/path.ts';
import type { Presented } from '../../core/http/tls-probe.ts';
import type { Service } from '../../core/service.ts';
import { titleOf, type HttpResponse, type Product, type Setup } from '../../core/setup.ts';
import { originsFor, pathsAbove, type Origin } from './address.ts';
import { openDoor, type Door } from './probe.ts';

/** A service that can be added here, and how. */
export interface Candidate {
  service: Service;
  setup: Setup;
}

/** What answers at an address, recognised without credentials. */
export interface Site extends Candidate {
  /** With the path below which it is; no slash at its end. */
  url: string;
  product: Product;
  /** Of https. */
  certificate: Presented | undefined;
}

/** What came of a look: the product that was meant, another one that Lares knows, or neither and why. */
export type Look =
  | { site: Site; isMeant: boolean }
  | { site?: undefined; strangers: readonly string[]; silences: readonly string[] };

/** Looks for a service where an address may lead, and for the others where it is not it. Sends GETs without credentials to that host alone. Rejects with an InputError for what is no address, and with the reason of the signal. */
export async function look(
  address: string,
  meant: Candidate,
  candidates: readonly Candidate[],
  signal: AbortSignal,
): Promise<Look> {
  const queue = originsFor(address, meant.setup.ports);
  const others = candidates.filter(({ service }) => service !== meant.service);
  const tried = new Set<string>();
  const strangers: string[] = [];
  const silences: string[] = [];
  let stray: Site | undefined;
  for (let origin = queue.shift(); origin !== undefined; origin = queue.shift()) {
    if (!isNew(origin, tried)) continue;
    let door: Door;
    try {
      door = await openDoor(origin.url, signal);
    } catch (error) {
      signal.throwIfAborted();
      silences.push(fullMessage(error));
      continue;
    }
    try {
      const site = await siteBehind(door, origin, [meant]);
      if (site) return { site, isMeant: true };
      const page = await door.below(origin.paths[0] ?? '').get(path`/`);
      const onward = page && redirectOf(page, origin);
      if (onward && tried.size < maxOrigins) queue.unshift(onward);
      stray ??= await siteBehind(door, origin, others);
      if (page) strangers.push(strangerText(origin.url, page));
      else silences.push(`${origin.url}: ${door.problem ?? 'no answer'}`);
    } finally {
      door.close();
    }
  }
  return stray ? { site: stray, isMeant: false } : { strangers, silences };
}

const maxOrigins = 6;

function isNew({ url, paths }: Origin, tried: Set<string>): boolean {
  const key = `${url}${paths[0] ?? ''}`;
  const fresh = !tried.has(key);
  tried.add(key);
  return fresh;
}

/** The longest path first: what is below it is more to the point than what is at the root of the same server. */
async function siteBehind(
  door: Door,
  origin: Origin,
  candidates: readonly Candidate[],
): Promise<Site | undefined> {
  for (const below of origin.paths)
    for (const candidate of candidates) {
      const product = await candidate.setup.recognise(door.below(below));
      if (product)
        return { ...candidate, url: door.url + below, product, certificate: door.certificate };
    }
  return undefined;
}

/** Where a page leads on, on the same host. Nothing else is followed: it was not what the person named. */
function redirectOf(page: HttpResponse, { url }: Origin): Origin | undefined {
  const { location } = page.headers;
  if (page.status < 300 || page.status >= 400 || !location || !URL.canParse(location, url))
    return undefined;
  const to = new URL(location, url);
  if (!/^https?:$/.test(to.protocol) || to.hostname !== new URL(url).hostname) return undefined;
  return { url: to.origin, paths: pathsAbove(to.pathname) };
}

/** What answers, in a few words: its title, its server, where it leads. */
function strangerText(url: string, { status, headers, text }: HttpResponse): string {
  const title = titleOf({ text });
  const { location, server } = headers;
  const parts = [
    `${status}`,
    location && `leads to ${oneLine(location)}`,
    title && `a page titled "${oneLine(title, 60)}"`,
    server && `by ${oneLine(String(server), 40)}`,
  ];
  return `${url} answers ${parts.filter(Boolean).join(', ')}`;
}
