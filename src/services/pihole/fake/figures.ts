import type { Reply, Seen } from '../../../demo/loopback.ts';
import { day, second } from '../../../demo/world/clock.ts';
import { badRequest, body, problem } from './reply.ts';
import type { PiholeInstance } from '../../../demo/world/pihole.ts';
import type { Machine } from './machine.ts';

/** `/api/…` paths that only read. Times are unix seconds there. */
export const figures: Record<string, (machine: Machine, seen: Seen) => Reply> = {
  '/api/info/version': ({ instance }) => {
    if (!instance.versionFile)
      return problem(500, 'internal_error', 'Failed to read /etc/pihole/versions');
    const part = {
      local: { branch: 'master', version: instance.version, hash: '8d1add8d' },
      remote: { version: instance.version, hash: '8d1add8d' },
    };
    return body({
      version: { core: part, web: part, ftl: part, docker: { local: null, remote: null } },
    });
  },
  '/api/info/ftl': ({ instance, now }) =>
    body({
      ftl: {
        database: { gravity: listed(instance), groups: 1, lists: 1, clients: 0 },
        privacy_level: instance.privacyLevel,
        pid: instance.pid,
        uptime: now - instance.startedAt,
        allow_destructive: true,
      },
    }),
  '/api/dns/blocking': ({ instance: { blocking, portTaken }, now }) => {
    if (portTaken) return body({ blocking: 'failure', timer: null });
    if (blocking.flipsAt !== null && blocking.flipsAt <= now)
      Object.assign(blocking, { on: !blocking.on, flipsAt: null });
    return body({
      blocking: blocking.on ? 'enabled' : 'disabled',
      timer: blocking.flipsAt === null ? null : (blocking.flipsAt - now) / second,
    });
  },
  '/api/stats/summary': ({ instance }) => {
    const { total, blocked } = instance.queries;
    return body({
      queries: {
        total,
        blocked,
        percent_blocked: total === 0 ? 0 : (blocked / total) * 100,
        unique_domains: 2_411,
        forwarded: Math.round(total / 3),
        cached: Math.round(total / 2),
        frequency: total / (day / second),
        types: {},
        status: {},
        replies: {},
      },
      clients: { active: 41, total: 58 },
      gravity: {
        domains_being_blocked: listed(instance),
        last_update: listed(instance) > 0 ? Math.floor(instance.listsUpdatedAt / second) : 0,
      },
    });
  },
  '/api/info/messages': ({ instance }) =>
    body({
      messages: instance.messages.map(({ id, at, type, plain }) => ({
        id,
        timestamp: at / second,
        type,
        plain,
        html: `<b>${plain}</b>`,
      })),
    }),
  '/api/queries': ({ instance, now }, { query }) => {
    const status = query.get('status');
    if (status !== null && !['FORWARDED', ...overCname].includes(status))
      return badRequest('Requested status is invalid', status);
    if (instance.privacyLevel >= 3)
      return body({ queries: [], cursor: null, recordsTotal: 0, recordsFiltered: 0, draw: 0 });
    const cloaked = instance.cloaked.map((domain) => ({
      ago: 0,
      domain,
      upstream: '9.9.9.9#53',
      reply: 'NONE',
    }));
    const known = { FORWARDED: instance.forwarded, GRAVITY_CNAME: cloaked }[status ?? 'FORWARDED'];
    const rows = (known ?? [])
      .map((row, id) => ({ ...row, id, at: now - row.ago }))
      .filter(({ at }) => at / second >= Number(query.get('from') ?? 0))
      .slice(0, Number(query.get('length') ?? 100));
    return body({
      queries: rows.map(({ id, at, domain, upstream, reply }) => ({
        id,
        time: at / second,
        type: 'A',
        status: status ?? 'FORWARDED',
        dnssec: 'UNKNOWN',
        domain,
        upstream,
        reply: { type: reply, time: 0.011 },
        client: { ip: '10.0.40.10', name: null },
        list_id: null,
        ede: { code: -1, text: null },
        cname: null,
      })),
      cursor: instance.forwarded.length,
      recordsTotal: instance.forwarded.length,
      recordsFiltered: rows.length,
      draw: 0,
    });
  },
  '/api/network/interfaces': (machine) => {
    const own = machine.instance.interfaces;
    const vip = machine.holdsVip()
      ? own
          .slice(0, 1)
          .map(({ name }) => ({ name, address: machine.world.network.vips.dns, prefix: 24 }))
      : [];
    const address = (name: string, text: string, prefix: number) => ({
      family: text.includes(':') ? 'inet6' : 'inet',
      scope: 'universe',
      flags: ['permanent'],
      prefixlen: prefix,
      address: text,
      address_type: 'private',
      label: name,
    });
    return body({
      interfaces: [
        {
          name: 'lo',
          speed: null,
          type: 'loopback',
          state: 'unknown',
          carrier: true,
          addresses: [address('lo', '127.0.0.1', 8), address('lo', '::1', 128)],
        },
        ...[...new Set(own.map(({ name }) => name))].map((name) => ({
          name,
          speed: 10_000,
          type: 'ether',
          state: 'up',
          carrier: true,
          addresses: [...own, ...vip]
            .filter((entry) => entry.name === name)
            .map((entry) => address(name, entry.address, entry.prefix)),
        })),
      ],
    });
  },
};

/** FTL writes -2 where it cannot open the database, and 0 where it did not come as far as loading it. */
function listed({ gravityReadable, portTaken, listedDomains }: PiholeInstance): number {
  if (!gravityReadable) return -2;
  return portTaken ? 0 : listedDomains;
}

export function search({ instance, world, now }: Machine, domain: string): Reply {
  if (!instance.gravityReadable) return badRequest('Database not available');
  const seconds = Math.floor((now - 30 * day) / second);
  const rules = instance.deniedPatterns.filter(({ pattern }) => new RegExp(pattern).test(domain));
  const list = world.pihole.gravity[domain];
  return body({
    search: {
      domains: [
        ...rules.map(({ pattern, reply }, i) => ({
          domain: reply === undefined ? pattern : `${pattern};reply=${reply}`,
          type: 'deny',
          kind: 'regex',
          comment: null,
          enabled: true,
          id: 40 + i,
          date_added: seconds,
          date_modified: seconds,
          groups: [0],
        })),
        ...(instance.denied.includes(domain)
          ? [
              {
                domain,
                type: 'deny',
                kind: 'exact',
                comment: null,
                enabled: true,
                id: 19,
                date_added: seconds,
                date_modified: seconds,
                groups: [0],
              },
            ]
          : []),
      ],
      gravity: list
        ? [
            {
              domain,
              address: list,
              comment: null,
              enabled: true,
              id: 1,
              type: 'block',
              date_added: seconds,
              number: instance.listedDomains,
              groups: [0],
            },
          ]
        : [],
      results: {},
      parameters: { N: 20, partial: false, domain, debug: false },
    },
  });
}

/** Statuses of questions whose answer led through a blocked name. */
const overCname = ['GRAVITY_CNAME', 'REGEX_CNAME', 'DENYLIST_CNAME'];
