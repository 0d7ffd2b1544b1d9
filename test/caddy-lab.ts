import { onTestFinished } from 'vitest';
import type { FakeService } from '../src/demo/fake-service.ts';
import type { Seen } from '../src/demo/loopback.ts';
import type { ProxyNode, ProxySite } from '../src/demo/world/proxy.ts';
import { createWorld, type World } from '../src/demo/world/index.ts';
import { fake, type CaddyFakeOptions } from '../src/services/caddy/fake/index.ts';
import { lab, type Lab } from './harness.ts';

export interface CaddyLab extends Lab {
  caddy: FakeService;
  node(name: string): ProxyNode;
  /** One site, on every Caddy or on the named one. */
  sites(name: string, on?: string): ProxySite[];
  /** Everything that arrived at both admin APIs. */
  received(): Seen[];
}

/** A lab whose Caddies are set up otherwise. Its time stands still: what is counted between two samples is always a second. */
export async function caddyLab({
  env = {},
  world = createWorld({ now: Date.now() }),
  ...options
}: CaddyFakeOptions & {
  env?: Record<string, string | undefined>;
  world?: World;
} = {}): Promise<CaddyLab> {
  const caddy = await fake(world, options);
  onTestFinished(() => caddy.close());
  const node = (name: string): ProxyNode => {
    const proxy = world.proxy.nodes.find((candidate) => candidate.name === name);
    if (!proxy) throw new Error(`no ${name}`);
    return proxy;
  };
  return {
    ...(await lab({ only: ['caddy'], world, env: { ...caddy.env, ...env } })),
    caddy,
    node,
    sites: (name, on) =>
      world.proxy.nodes
        .filter((proxy) => on === undefined || proxy.name === on)
        .flatMap(({ sites }) => sites.filter(({ host }) => host === world.fqdn(name))),
    received: () => caddy.servers.flatMap(({ requests }) => [...requests]),
  };
}

export const paths = (seen: readonly Seen[]): string[] =>
  [...new Set(seen.map(({ method, path }) => `${method} ${path}`))].sort();

/** A config with one TLS server. */
export const server =
  (routes: unknown, more: object = {}, apps: object = {}) =>
  () => ({ apps: { http: { servers: { srv0: { listen: [':443'], routes, ...more } } }, ...apps } });
/** A handler that proxies to one upstream. */
export const proxy = (dial: string, more: object = {}) => ({
  handler: 'reverse_proxy',
  upstreams: [{ dial }],
  ...more,
});
/** A route for some hosts. */
export const on = (host: string[], ...handle: object[]) => ({
  match: [{ host }],
  handle,
  terminal: true,
});
