import { canonical, type Json } from '../../core/base/json.ts';
import { certificateOf, managedNames, portsOf, tlsPorts } from './certificates.ts';
import { conditionOf, handlerText } from './describe-handlers.ts';
import {
  isProxy,
  isSubroute,
  ResponseRoutes,
  type Config,
  type Handler,
  type MatcherSet,
  type Route,
  type Server,
} from './schema/index.ts';
import { upstreamsOf, type Upstream } from './upstreams.ts';

/** What happens to a request, in words; `when` is empty for every request. */
export interface Rule {
  when: string;
  does: string;
  upstreams: Upstream[];
}

/** A host on the ports of one server, with what Caddy does for it. */
export interface Site {
  /** In lower case, or `anyHost`. */
  host: string;
  ports: number[];
  tlsPort: number | undefined;
  /** Who issues its certificate; undefined for plain HTTP. */
  tls: string | undefined;
  /** Asking for its certificate would order one. */
  onDemand: boolean;
  rules: Rule[];
  /** What it is made of, for comparison only: it holds credentials. */
  config: Json;
  /** Equal exactly when two sites are configured alike. */
  fingerprint: string;
}

/** The host of a site that no host has to match. */
export const anyHost = 'any host';

/** A site while its rules are collected; `raw` is what is compared. */
type Draft = { rules: Rule[]; raw: Json[] };
type Drafts = Map<string, Draft>;

/** The sites of a config: every host matcher, at any depth, of every server. */
export function sitesOf(config: Config): Site[] {
  const managed = managedNames(config);
  return Object.values(config.apps?.http?.servers ?? {}).flatMap((server) =>
    serverSites(config, server, managed),
  );
}

function serverSites(config: Config, server: Server, managed: readonly string[]): Site[] {
  const drafts: Drafts = new Map();
  const named = server.named_routes ?? {};
  for (const route of server.routes ?? []) place(drafts, route, anyHost, '', named);
  for (const route of server.errors?.routes ?? []) place(drafts, route, anyHost, 'on error', named);
  const secure = tlsPorts(config, server);
  return [...drafts].map(([host, { rules, raw }]) => {
    const { issuer, onDemand } = certificateOf(config, server, host, managed);
    const tls = secure.length > 0 ? issuer : undefined;
    return {
      host,
      ports: portsOf(server),
      tlsPort: secure[0],
      tls,
      onDemand,
      rules,
      config: { routes: raw, tls: tls ?? null },
      fingerprint: canonical([raw, tls ?? null]),
    };
  });
}

/** Adds a route's rules to each host it is for: its own, or the one it was found under. */
function place(
  drafts: Drafts,
  route: Route,
  under: string,
  outer: string,
  named: Record<string, Route>,
): void {
  for (const [host, sets] of byHost(route.match ?? [], under)) {
    const draft = drafts.get(host) ?? { rules: [], raw: [] };
    drafts.set(host, draft);
    draft.raw.push(plain({ ...route, match: sets.map(({ host: _, ...matchers }) => matchers) }));
    const when = joined(outer, alternatives(sets));
    for (const rule of handled(drafts, route.handle ?? [], host, when, named))
      append(draft.rules, rule);
  }
}

/** The matcher sets (any of them may match) by the hosts they name. */
function byHost(match: readonly MatcherSet[], under: string): Map<string, MatcherSet[]> {
  const hosts = new Map<string, MatcherSet[]>();
  for (const set of match.length > 0 ? match : [{}])
    for (const host of hostsOf(set) ?? [under]) hosts.set(host, [...(hosts.get(host) ?? []), set]);
  return hosts;
}

const hostsOf = ({ host }: MatcherSet): string[] | undefined =>
  Array.isArray(host)
    ? host
        .filter((name): name is string => typeof name === 'string')
        .map((name) => name.toLowerCase())
    : undefined;
const namesHost = ({ match }: Route): boolean =>
  (match ?? []).some((set) => hostsOf(set) !== undefined);

function alternatives(sets: readonly MatcherSet[]): string {
  const conditions = sets.map(conditionOf);
  return conditions.includes('') ? '' : [...new Set(conditions)].join(' or ');
}

const joined = (outer: string, inner: string): string => [outer, inner].filter(Boolean).join(', ');

/** The rules of a chain of handlers; routes inside that name a host become sites of their own. */
function handled(
  drafts: Drafts,
  handlers: readonly Handler[],
  host: string,
  when: string,
  named: Record<string, Route>,
): Rule[] {
  const rules: Rule[] = [];
  for (const handler of handlers)
    for (const rule of handlerRules(drafts, handler, host, when, named)) append(rules, rule);
  return rules;
}

function handlerRules(
  drafts: Drafts,
  handler: Handler,
  host: string,
  when: string,
  named: Record<string, Route>,
): Rule[] {
  if (isSubroute(handler)) return routed(drafts, handler.routes ?? [], host, when, named);
  if (handler.handler === 'invoke' && typeof handler['name'] === 'string') {
    // A route that leads back to itself ends here: it is taken out of what it may invoke.
    const { [handler['name']]: route, ...others } = named;
    return route ? routed(drafts, [route], host, when, others) : [];
  }
  const does = handlerText(handler);
  const upstreams = isProxy(handler) ? upstreamsOf(handler) : [];
  return [
    ...(does ? [{ when, does, upstreams }] : []),
    ...responseRoutes(handler).flatMap((routes) =>
      routed(drafts, routes, host, joined(when, 'on some responses'), named).filter(
        (rule) => rule.upstreams.length > 0,
      ),
    ),
  ];
}

/** Routes that answers of an upstream are sent through (`handle_response`): of interest where they ask another one. */
function responseRoutes(handler: Handler): Route[][] {
  const { handle_response: responses } = handler;
  if (!Array.isArray(responses)) return [];
  return responses.flatMap((response: unknown) => {
    const { data } = ResponseRoutes.safeParse(response);
    return data?.routes ? [data.routes] : [];
  });
}

function routed(
  drafts: Drafts,
  routes: readonly Route[],
  host: string,
  outer: string,
  named: Record<string, Route>,
): Rule[] {
  const rules: Rule[] = [];
  const conditional = new Set<string>();
  for (const route of routes) {
    if (namesHost(route)) {
      place(drafts, route, host, outer, named);
      continue;
    }
    const own = alternatives(route.match ?? [{}]);
    const group = route.group ?? undefined;
    const when = own || (group !== undefined && conditional.has(group) ? 'otherwise' : '');
    if (group !== undefined && own) conditional.add(group);
    for (const rule of handled(drafts, route.handle ?? [], host, joined(outer, when), named))
      append(rules, rule);
  }
  return rules;
}

/** Steps under the same condition are one rule. */
function append(rules: Rule[], rule: Rule): void {
  const last = rules.at(-1);
  if (last?.when === rule.when)
    rules.splice(-1, 1, {
      when: rule.when,
      does: `${last.does}, ${rule.does}`,
      upstreams: [...last.upstreams, ...rule.upstreams],
    });
  else rules.push(rule);
}

/** A route as it is compared: routes inside that name a host are sites of their own, and names of groups depend on the order of a Caddyfile. */
function plain(value: unknown): Json {
  if (Array.isArray(value))
    return value.filter((item) => !(isRoute(item) && namesHost(item))).map(plain);
  if (typeof value !== 'object' || value === null) return value as Json;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === 'group' ? true : plain(item)]),
  );
}

const isRoute = (value: unknown): value is Route =>
  typeof value === 'object' && value !== null && 'match' in value && Array.isArray(value.match);
