import { gzipSync } from 'node:zlib';
import type { Answer, Reply, Seen } from '../../../demo/loopback.ts';
import { catchUp } from '../../../demo/world/proxmox.ts';
import { Access, authenticate } from './access.ts';
import { check, integer, readParameters, string, type Parameters } from './parameters.ts';
import { died, forbidden, Problem } from './problem.ts';
import type { Call, Cluster, Route } from './route.ts';
import { scrambledJson } from './shuffle.ts';

const inPath: Parameters = {
  node: { ...string, required: true },
  vmid: { ...integer, minimum: 100, required: true },
  upid: { ...string, required: true },
};
interface Request {
  method: string;
  path: string;
  format: 'json' | 'extjs';
  raw: Map<string, unknown>;
}

/** Answers as pveproxy does: wire format, authentication, then permission, parameters, forwarding, and at last the handler. */
export function answerer(cluster: Cluster, routes: readonly Route[]): Answer {
  return (seen) => {
    catchUp(cluster.world, cluster.world.proxmox);
    cluster.agenda.settle(false);
    if (cluster.world.node(cluster.knobs.node).offline) return { drop: true };
    let request: Request;
    try {
      request = parseRequest(seen);
    } catch (error) {
      return plain(asProblem(error), seen.method === 'HEAD');
    }
    const { body, reply } = answer(cluster, routes, seen, request);
    return compressed(
      { ...reply, ...(body === undefined ? {} : { body: scrambledJson(body, cluster.random) }) },
      seen,
    );
  };
}

/** Everything that pve-http-server refuses before it asks who is calling. */
function parseRequest({ method, path, query, headers, body }: Seen): Request {
  if (!['GET', 'POST', 'PUT', 'DELETE'].includes(method))
    throw new Problem(501, `method '${method}' not available`);
  if (headers['transfer-encoding'])
    throw new Problem(501, 'chunked transfer encoding not supported');
  const [, format, inner = '/'] = /^\/api2\/+([^/]+)(\/.*)?$/.exec(path) ?? [];
  if (format === undefined) throw new Problem(501, `no such file '${path}'`);
  if (format !== 'json' && format !== 'extjs')
    throw new Problem(501, `no formatter for uri ${inner}, ${format}`);
  return {
    method,
    path: decodeURIComponent(inner),
    format,
    raw: readParameters(method, query, body, headers['content-type'] ?? ''),
  };
}

function answer(
  cluster: Cluster,
  routes: readonly Route[],
  { headers }: Seen,
  request: Request,
): { reply: Reply; body?: unknown } {
  let token;
  try {
    token = authenticate(cluster.knobs.tokens, headers.authorization, headers.cookie);
  } catch (error) {
    return { reply: { ...status(asProblem(error)), delayMs: cluster.knobs.rejectDelayMs } };
  }
  try {
    const match = find(routes, request);
    const call: Call = {
      ...match,
      values: check(new Map(), {}),
      access: new Access(token, cluster.world),
      cluster,
    };
    const unreachable = prepare(call, match.route, request);
    if (unreachable) return { reply: unreachable };
    if (match.route.watches) cluster.agenda.settle(true);
    const data = match.route.run(call) ?? null;
    const body = {
      data,
      ...(call.total === undefined ? {} : { total: call.total }),
      ...(request.format === 'extjs' ? { success: 1 } : {}),
    };
    return { reply: { ...ok, delayMs: call.delayMs ?? 0 }, body };
  } catch (error) {
    return refusal(asProblem(error), request.format);
  }
}

/** Permission on the path as it was asked, then parameters, then who answers; a reply means that nobody did. */
function prepare(
  call: Call,
  { needs, refusesTokens, parameters = {}, forwarded }: Route,
  { path, raw }: Request,
): Reply | undefined {
  if (refusesTokens)
    throw forbidden(`URI '${path}' not available with API token, need proper ticket.\n`);
  if (needs)
    call.access.demand(
      needs[0].replace(/\{(\w+)\}/g, (_, name: string) => call.path[name] ?? ''),
      ...needs.slice(1),
    );
  const declared = Object.fromEntries(
    Object.keys(call.path).map((name) => [name, inPath[name] ?? string]),
  );
  call.values = check(new Map([...raw, ...Object.entries(call.path)]), {
    ...parameters,
    ...declared,
  });
  return forwarded ? forward(call) : undefined;
}

function forward({
  path: { node: name = '' },
  cluster: { world, knobs },
}: Call): Reply | undefined {
  if (name === knobs.node || name === 'localhost') return undefined;
  const node = world.nodes.find((other) => other.name === name);
  if (!node)
    throw died(
      `hostname lookup '${name}' failed - failed to get address info for: ${name}: Name or service not known`,
    );
  if (node.offline?.symptom === 'refused') return status(new Problem(595, 'Connection refused'));
  if (node.offline)
    return { ...status(new Problem(596, 'Connection timed out')), delayMs: knobs.proxyTimeoutMs };
  return undefined;
}

function find(
  routes: readonly Route[],
  { method, path }: Request,
): { route: Route; path: Record<string, string> } {
  for (const route of routes) {
    const match = route.method === method ? patternOf(route).exec(path) : null;
    if (match) return { route, path: { ...match.groups } };
  }
  throw new Problem(501, `Method '${method} ${path}' not implemented`);
}

const patterns = new Map<string, RegExp>();

function patternOf({ path }: Route): RegExp {
  const pattern =
    patterns.get(path) ?? new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}/?$`);
  patterns.set(path, pattern);
  return pattern;
}

const headersFor = (code: number) => ({
  server: 'pve-api-daemon/3.0',
  connection: code >= 400 ? 'close' : 'Keep-Alive',
});
const json = { 'content-type': 'application/json;charset=UTF-8' };
const ok: Reply = { status: 200, headers: { ...headersFor(200), ...json } };
const firstLine = (message: string): string => message.split('\n')[0] ?? '';
const status = (problem: Problem): Reply => ({
  status: problem.status,
  reason: firstLine(problem.message),
  headers: headersFor(problem.status),
  delayMs: problem.delayMs,
});
const plain = (problem: Problem, bare: boolean): Reply => ({
  ...status(problem),
  body: bare ? '' : problem.message,
});
const asProblem = (error: unknown): Problem =>
  error instanceof Problem
    ? error
    : died(error instanceof Error ? (error.stack ?? error.message) : String(error));

function refusal(problem: Problem, format: Request['format']): { reply: Reply; body: unknown } {
  const message = problem.status === 501 ? problem.message : `${problem.message}\n`;
  const body = { data: null, message, errors: problem.errors };
  // The extjs formatter reports errors inside a 200.
  if (format === 'extjs')
    return { reply: ok, body: { ...body, success: 0, status: problem.status } };
  return {
    reply: { ...status(problem), headers: { ...headersFor(problem.status), ...json } },
    body,
  };
}

function compressed(reply: Reply, { headers }: Seen): Reply {
  if (
    !reply.body ||
    reply.body.length <= 1024 ||
    !/\bgzip\b/.test(String(headers['accept-encoding']))
  )
    return reply;
  return {
    ...reply,
    headers: { ...reply.headers, 'content-encoding': 'gzip' },
    body: gzipSync(reply.body),
  };
}
