import type { FakeService } from '../../../demo/fake-service.ts';
import { json, loopback, type Loopback, type Reply, type Seen } from '../../../demo/loopback.ts';
import type { World } from '../../../demo/world/index.ts';
import { authenticate, token, type Token } from './auth.ts';
import { FieldError, filtered, filtersOf } from './filters.ts';
import { devices, machines } from './machines.ts';
import { addresses } from './addresses.ts';
import { prefixes, ranges, sites, vlans, vrfs } from './networks.ts';
import { Serializer, type Row } from './serializer.ts';
import { isFrom } from './version.ts';

export { token, type Token } from './auth.ts';

/** What may be turned while it runs. */
export interface Knobs {
  /** 3.7 to 4.6; the world's by default. */
  version: string;
  tokens: Token[];
  /** Whether reading needs a token at all (LOGIN_REQUIRED: False by default in 3.7, True in 4.x). */
  loginRequired: boolean;
  maxPageSize: number;
  /** What object permissions hide: names of devices and VMs. */
  hidden: string[];
  /** Filters that something in front drops from the query. */
  dropped: string[];
}

export interface FakeNetbox extends Loopback, FakeService {
  readonly env: { NETBOX_URL: string; NETBOX_TOKEN: string };
  readonly knobs: Knobs;
}

const recommended = token('nbt_7bYk2Qm4Xt0d.Vw3sPq8LzR1nTfU6aHcJ9eGiK5oMyBxD2vNqSrEt');

/** The lists: what permissions call them, and their rows. */
const lists: Record<string, { type: string; rows(serializer: Serializer): Row[] }> = {
  'dcim/devices': { type: 'dcim.device', rows: devices },
  'virtualization/virtual-machines': { type: 'virtualization.virtualmachine', rows: machines },
  'ipam/ip-addresses': { type: 'ipam.ipaddress', rows: addresses },
  'ipam/prefixes': { type: 'ipam.prefix', rows: prefixes },
  'ipam/ip-ranges': { type: 'ipam.iprange', rows: ranges },
  'ipam/vrfs': { type: 'ipam.vrf', rows: vrfs },
  'ipam/vlans': { type: 'ipam.vlan', rows: vlans },
  'dcim/sites': { type: 'dcim.site', rows: sites },
};

/** The read half of NetBox's REST API over a world. Its `next` links name a host nobody can reach, as behind a proxy that drops X-Forwarded-Host. */
export async function fakeNetbox(world: World, settings: Partial<Knobs> = {}): Promise<FakeNetbox> {
  const knobs: Knobs = {
    version: world.netbox.version,
    tokens: [structuredClone(recommended)],
    loginRequired: true,
    maxPageSize: 1000,
    hidden: [],
    dropped: [],
    ...settings,
  };
  const server = await loopback((seen) => {
    if (!world.isUp('netbox')) return { drop: true };
    const reply = answer(world, knobs, seen);
    return {
      ...reply,
      headers: {
        ...reply.headers,
        // 4.2 tells it only to requests that have a body.
        ...(isFrom(knobs.version, '4.3') && {
          'api-version': knobs.version.split('.').slice(0, 2).join('.'),
        }),
        'x-request-id': '5d7d33a1-2c0d-4bd6-9a5f-3f8fd0a3d8e1',
      },
    };
  });
  return Object.assign(server, {
    env: { NETBOX_URL: server.url, NETBOX_TOKEN: knobs.tokens[0]?.text ?? '' },
    knobs,
    servers: [server],
  });
}

export { fakeNetbox as fake };

/** What a proxy that drops X-Forwarded-Host makes of links. */
const internal = 'http://netbox.internal:8080';

const refused = (detail: string): Reply => json({ detail }, 403);
const page = (status: number): Reply => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!DOCTYPE html><html><head><title>Page Not Found</title></head></html>',
});

function answer(world: World, knobs: Knobs, { method, path, query, headers }: Seen): Reply {
  if (!path.startsWith('/api/')) return page(404);
  if (!path.endsWith('/'))
    return method === 'GET' ? { status: 301, headers: { location: `${path}/` } } : page(500);
  const user = authenticate(headers.authorization, knobs.tokens, knobs.version);
  if (typeof user === 'object' && 'detail' in user) return refused(user.detail);
  const name = path.slice('/api/'.length, -1);
  if (name === 'status')
    return user === 'anonymous' && knobs.loginRequired
      ? refused('Authentication credentials were not provided.')
      : json(status(world, knobs.version));
  const list = lists[name];
  if (!list) return page(404);
  if (user === 'anonymous') return refused('Authentication credentials were not provided.');
  if (method !== 'GET') return refused('You do not have permission to perform this action.');
  if (user.view && !user.view.includes(list.type))
    return refused('You do not have permission to perform this action.');
  return listed(
    world,
    knobs,
    name,
    list.rows(new Serializer(world, knobs.version, internal)),
    query,
  );
}

function status({ netbox }: World, version: string): object {
  const apps = {
    django_filters: '25.2',
    django_rq: '4.1.0',
    drf_spectacular: '0.29.0',
    rest_framework: '3.17.1',
  };
  return {
    'django-version': '5.2.7',
    ...(isFrom(version, '4.4')
      ? { hostname: 'netbox', installed_apps: apps }
      : { 'installed-apps': apps }),
    'netbox-version': isFrom(version, '4.3') ? version : `${version}-Docker-3.2.0`,
    ...(isFrom(version, '4.3') && { 'netbox-full-version': `${version}-Docker-5.0.1` }),
    plugins: netbox.plugins,
    'python-version': '3.12.3',
    'rq-workers-running': netbox.workers,
  };
}

function listed(
  world: World,
  knobs: Knobs,
  list: string,
  rows: readonly Row[],
  query: URLSearchParams,
): Reply {
  for (const name of knobs.dropped) query.delete(name);
  const visible = rows.filter((row) => !knobs.hidden.includes(String(row['name'])));
  try {
    return json(
      paged(
        filtered(visible, filtersOf(world)[list] ?? {}, query, knobs.version),
        knobs,
        list,
        query,
      ),
    );
  } catch (error) {
    if (error instanceof FieldError) return json(error.body, 400);
    throw error;
  }
}

/** netbox/api/pagination.py: garbage is the default, zero is the most there may be. */
function paged(
  rows: readonly Row[],
  { maxPageSize, version }: Knobs,
  list: string,
  query: URLSearchParams,
): object {
  const requested = /^\d+$/.test(query.get('limit') ?? '') ? Number(query.get('limit')) : 50;
  const limit = Math.min(requested || maxPageSize, maxPageSize);
  const offset = Number(query.get('offset') ?? 0) || 0;
  const link = (to: number): string => `${internal}/api/${list}/?limit=${limit}&offset=${to}`;
  return {
    count: rows.length,
    next: offset + limit < rows.length ? link(offset + limit) : null,
    previous: offset > 0 ? link(Math.max(0, offset - limit)) : null,
    results: rows.slice(offset, offset + limit).map((row) => shaped(row, query, version)),
  };
}

/** `fields` from 4.0; `brief` is true for any text, even "false"; `exclude=config_context` until 4.7. */
function shaped(row: Row, query: URLSearchParams, version: string): object {
  const fields = isFrom(version, '4.0') ? query.get('fields')?.split(',') : undefined;
  const brief = query.get('brief') ? ['id', 'url', 'display', 'name', 'description'] : undefined;
  const names =
    fields ??
    brief ??
    Object.keys(row).filter(
      (name) => name !== 'config_context' || !query.get('exclude')?.includes('config_context'),
    );
  return Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name)));
}
