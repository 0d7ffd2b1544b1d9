import type { Reply, Seen } from '../../../demo/loopback.ts';
import { badRequest, body, gone, nothing, problem } from './reply.ts';
import { checkMs, type Machine } from './machine.ts';
import { normalised, validate } from './validate.ts';

type ArrayName = 'hosts' | 'cnameRecords';
type Tree = { [key: string]: Tree | unknown };

/** `/api/config…`. The path is decoded (`+` is a space) before it is split, so an entry with a slash is cut there. */
export function config(
  machine: Machine,
  { method, path, query, body: text }: Seen,
  readOnlySession: boolean,
): Reply {
  const [, , , ...parts] = decodeURIComponent(path.replaceAll('+', ' ')).split('/');
  if (method === 'GET') return shown(machine, parts, query.get('detailed') === 'true');
  if (method !== 'PUT' && method !== 'DELETE' && method !== 'PATCH')
    return problem(404, 'not_found', 'Not found', path);
  if (readOnlySession)
    return problem(
      403,
      'forbidden',
      'Unable to change configuration (read-only)',
      'The current app session is not allowed to modify Pi-hole config settings (webserver.api.app_sudo is false)',
    );
  const restart = query.get('restart') !== 'false' || !machine.since('6.3');
  if (method === 'PATCH') return patch(machine, text, restart);
  const [section = '', name = '', value, ...cut] = parts;
  if (parts.length < 2 || name === '')
    return badRequest(
      'Invalid path depth',
      'Use, e.g., PUT /api/config/dns/upstreams/127.0.0.1 to add "127.0.0.1" to config.dns.upstreams',
    );
  if (section !== 'dns' || !isArray(name) || value === undefined || cut.length > 0)
    return nothing();
  if (machine.instance.byEnvironment.includes(`dns.${name}`)) return byEnvironment(name);
  return change(machine, method, name, value, restart);
}

const isArray = (name: string): name is ArrayName => name === 'hosts' || name === 'cnameRecords';
const byEnvironment = (name: string): Reply =>
  badRequest(
    'Config items set via environment variables cannot be changed via the API',
    `dns.${name}`,
  );

function change(
  machine: Machine,
  method: 'PUT' | 'DELETE',
  name: ArrayName,
  value: string,
  restart: boolean,
): Reply {
  const now = machine.instance[name];
  if (method === 'DELETE' && !now.includes(value)) return nothing();
  if (method === 'PUT' && now.includes(value))
    return badRequest('Item already present', 'Uniqueness of items is enforced');
  if (name === 'cnameRecords' && !machine.beginCheck())
    return {
      ...badRequest('Invalid configuration', 'cannot read /etc/pihole/dnsmasq.conf.temp'),
      delayMs: checkMs,
    };
  const delayMs = name === 'cnameRecords' ? checkMs : 0;
  const next = method === 'PUT' ? [...now, value] : now.filter((entry) => entry !== value);
  const wrong = method === 'PUT' ? validate(name, next) : undefined;
  if (wrong)
    return badRequest(
      wrong.startsWith('dnsmasq:') ? 'Invalid configuration' : 'Invalid value',
      wrong,
    );
  if (!machine.losesChanges) save(machine, name, next, restart);
  return { ...(method === 'PUT' ? body({}, 201) : gone), delayMs };
}

function patch(machine: Machine, text: string, restart: boolean): Reply {
  const sent = (
    JSON.parse(text || '{}') as { config?: { dns?: Partial<Record<ArrayName, unknown>> } }
  ).config;
  if (!sent) return problem(400, 'body_error', 'No "config" object in body data');
  if (machine.instance.readOnly)
    return problem(403, 'forbidden', 'The config is currently in read-only mode');
  for (const name of ['hosts', 'cnameRecords'] as const) {
    const next = sent.dns?.[name];
    if (next === undefined) continue;
    if (!Array.isArray(next))
      return badRequest('Config item is invalid', `dns.${name}: not of type array`);
    if (machine.instance.byEnvironment.includes(`dns.${name}`)) return byEnvironment(name);
    const wrong = validate(name, next as string[]);
    if (wrong) return badRequest('Config item validation failed', wrong);
    save(machine, name, next as string[], restart);
  }
  return body({ config: tree(machine) });
}

/** Hosts act at once; a changed list of CNAMEs restarts FTL, unless that was declined. */
function save(machine: Machine, name: ArrayName, next: string[], restart: boolean): void {
  const { instance } = machine;
  if (instance.readOnly)
    machine.onDisk ??= { hosts: [...instance.hosts], cnameRecords: [...instance.cnameRecords] };
  instance[name] = next.map((entry) =>
    machine.since('6.3') && name === 'hosts' ? normalised(entry) : entry,
  );
  if (name === 'cnameRecords' && restart) machine.restart();
}

/** The part of the configuration under a path, in its place; an unknown path is an empty 200. */
function shown(machine: Machine, parts: readonly string[], detailed: boolean): Reply {
  let value: unknown = tree(machine);
  for (const part of parts)
    value = typeof value === 'object' && value !== null ? (value as Tree)[part] : undefined;
  if (value === undefined) return body({ config: {} });
  let config = detailed ? withDetails(machine, parts.join('.'), value) : value;
  for (const part of parts.toReversed()) config = { [part]: config };
  return body(detailed ? { topics: [], dns_servers: [], config } : { config: config as object });
}

function withDetails(machine: Machine, path: string, value: unknown): unknown {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        withDetails(machine, path === '' ? key : `${path}.${key}`, inner),
      ]),
    );
  return {
    description: '',
    allowed: '',
    type: Array.isArray(value) ? 'string array' : typeof value,
    value,
    default: Array.isArray(value) ? [] : null,
    modified: true,
    flags: {
      restart_dnsmasq: path === 'dns.cnameRecords',
      session_reset: false,
      env_var: machine.instance.byEnvironment.includes(path),
    },
  };
}

const tree = (machine: Machine): Tree => ({
  dns: {
    upstreams: machine.instance.upstreams,
    hosts: machine.instance.hosts,
    cnameRecords: machine.instance.cnameRecords,
    port: 53,
    domain: machine.since('6.3')
      ? { name: machine.world.network.zone, local: true }
      : machine.world.network.zone,
    specialDomains: {
      mozillaCanary: true,
      iCloudPrivateRelay: true,
      designatedResolver: true,
    },
    blocking: {
      active: machine.instance.blocking.on,
      mode: machine.instance.blocking.mode,
      edns: 'TEXT',
    },
  },
  webserver: {
    api: {
      max_sessions: machine.instance.seats,
      pwhash: '$BALLOON-SHA256$v=1$s=1024,t=32$c2FsdA==$aGFzaA==',
      password: '********',
      totp_secret: '********',
      app_sudo: machine.instance.appSudo,
    },
  },
  misc: { readOnly: machine.instance.readOnly },
});
