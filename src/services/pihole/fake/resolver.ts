import type { Machine } from './machine.ts';

/** One record of an answer. */
export type Data = {
  type: 'A' | 'AAAA' | 'CNAME' | 'PTR';
  name: string;
  ttl: number;
  data: string;
};
/** A response, as far as a resolver decides it. */
export interface Answers {
  rcode: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED';
  answers: Data[];
}

const lower = (name: string): string => name.toLowerCase().replace(/\.$/, '');

/** What dnsmasq inside FTL answers: blocked first, then its own records (TTL 0), then what the upstreams know. */
export function resolve(machine: Machine, question: string, type: Data['type']): Answers {
  const { instance } = machine;
  const name = lower(question);
  if (type === 'PTR') return pointer(machine, name);
  if (name === 'pi.hole')
    return noError(
      instance.interfaces
        .filter(({ address }) => address.includes(':') === (type === 'AAAA'))
        .slice(0, 1)
        .map(({ address }) => ({ type, name, ttl: 0, data: address })),
    );
  if (instance.blocking.on && specialDomains.includes(name))
    return { rcode: 'NXDOMAIN', answers: [] };
  const rule = isBlocked(machine, name);
  if (rule) return blocked(rule.reply ?? instance.blocking.mode, name, type);
  const chain = chainOf(machine, name);
  const end = chain.at(-1)?.data ?? name;
  const local = addresses(machine, end);
  if (chain.length > 0 || local.length > 0) {
    const matching = local
      .filter((address) => address.includes(':') === (type === 'AAAA'))
      .map((data): Data => ({ type, name: end, ttl: 0, data }));
    // A name that has only an address of the other family is asked upstream all the same (FTL#2561).
    return noError([
      ...chain,
      ...(type === 'CNAME' ? [] : matching),
      ...(matching.length === 0 && chain.length === 0 ? upstream(machine, end, type).answers : []),
    ]);
  }
  if (instance.blocking.on && instance.cloaked.includes(name))
    return blocked(instance.blocking.mode, name, type);
  return upstream(machine, name, type);
}

/** Names by which browsers and phones ask whether they may go past the resolver: FTL says no. */
const specialDomains = ['use-application-dns.net', 'mask.icloud.com', 'mask-h2.icloud.com'];

/** Lists and rules stand in the same database: without it nothing is blocked. */
function isBlocked({ instance, world }: Machine, name: string): { reply?: string } | undefined {
  if (!instance.blocking.on || !instance.gravityReadable) return undefined;
  const rule = instance.deniedPatterns.find(({ pattern }) => new RegExp(pattern).test(name));
  if (rule) return rule;
  return instance.denied.includes(name) || name in world.pihole.gravity ? {} : undefined;
}

const noError = (answers: Data[]): Answers => ({ rcode: 'NOERROR', answers });

function blocked(mode: string, name: string, type: Data['type']): Answers {
  if (mode === 'NXDOMAIN') return { rcode: 'NXDOMAIN', answers: [] };
  if (mode === 'REFUSED') return { rcode: 'REFUSED', answers: [] };
  if (mode === 'NODATA' || type === 'CNAME') return noError([]);
  return noError([{ type, name, ttl: 2, data: type === 'AAAA' ? '::' : '0.0.0.0' }]);
}

function chainOf({ loadedCnames }: Machine, name: string): Data[] {
  const chain: Data[] = [];
  for (let at: string | undefined = name; at !== undefined && chain.length < 10;) {
    const current: string = at;
    at = undefined;
    for (const entry of loadedCnames) {
      const parts = entry.split(',').map((part) => lower(part.trim()));
      const ttl = parts.length > 2 && /^\d+$/.test(parts.at(-1) ?? '') ? Number(parts.pop()) : 0;
      const target = parts.pop();
      if (target === undefined || !parts.includes(current)) continue;
      chain.push({ type: 'CNAME', name: current, ttl, data: target });
      at = target;
    }
  }
  return chain;
}

const hostLines = ({ instance }: Machine): string[][] =>
  instance.hosts.map((entry) => entry.replace(/#.*/s, '').trim().split(/\s+/));
/** What dnsmasq knows of a name without asking anybody: its records and its leases. */
const addresses = (machine: Machine, name: string): string[] => [
  ...hostLines(machine).flatMap(([address = '', ...names]) =>
    names.map(lower).includes(name) ? [address] : [],
  ),
  ...(machine.instance.leases[name] ?? '').split(' ').filter(Boolean),
];

function pointer(machine: Machine, name: string): Answers {
  const quad = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\.in-addr\.arpa$/
    .exec(name)
    ?.slice(1)
    .reverse()
    .join('.');
  const [, host] = hostLines(machine).find(([address]) => address === quad) ?? [];
  return host === undefined
    ? { rcode: 'NXDOMAIN', answers: [] }
    : noError([{ type: 'PTR', name, ttl: 0, data: host }]);
}

/** Nothing asks upstream for the local zone. */
function upstream({ instance, world }: Machine, name: string, type: Data['type']): Answers {
  if (name.endsWith(`.${world.network.zone}`)) return { rcode: 'NXDOMAIN', answers: [] };
  const lately = instance.forwarded.slice(0, 20);
  if (lately.filter(({ reply }) => reply === 'SERVFAIL').length > lately.length / 2)
    return { rcode: 'SERVFAIL', answers: [] };
  const known = world.pihole.internet[name];
  if (!known) return { rcode: 'NXDOMAIN', answers: [] };
  return noError(
    known
      .filter((address) => type !== 'CNAME' && address.includes(':') === (type === 'AAAA'))
      .map((data) => ({ type, name, ttl: 300, data })),
  );
}
