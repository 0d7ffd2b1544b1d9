import type { Machine } from './machine.ts';

export type Data = {
  type: 'A' | 'AAAA' | 'CNAME' | 'PTR';
  name: string;
  ttl: number;
  data: string;
};
export interface Said {
  rcode: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED';
  answers: Data[];
}

const lower = (name: string): string => name.toLowerCase().replace(/\.$/, '');

/** What dnsmasq inside FTL answers: blocked first, then its own records (TTL 0), then what the upstreams know. */
export function resolve(machine: Machine, asked: string, type: Data['type']): Said {
  const { instance, world } = machine;
  const name = lower(asked);
  if (type === 'PTR') return pointer(machine, name);
  if (name === 'pi.hole')
    return said(
      instance.interfaces
        .filter(({ address }) => address.includes(':') === (type === 'AAAA'))
        .slice(0, 1)
        .map(({ address }) => ({ type, name, ttl: 0, data: address })),
    );
  if (instance.blocking.on && (instance.denied.includes(name) || name in world.pihole.gravity))
    return blocked(instance.blocking.mode, name, type);
  const chain = chainOf(machine, name);
  const end = chain.at(-1)?.data ?? name;
  const here = addresses(machine, end);
  if (chain.length > 0 || here.length > 0) {
    const found = here
      .filter((one) => one.includes(':') === (type === 'AAAA'))
      .map((data): Data => ({ type, name: end, ttl: 0, data }));
    // A name that has only an address of the other family is asked upstream all the same (FTL#2561).
    return said([
      ...chain,
      ...(type === 'CNAME' ? [] : found),
      ...(found.length === 0 && chain.length === 0 ? upstream(machine, end, type).answers : []),
    ]);
  }
  return upstream(machine, name, type);
}

const said = (answers: Data[]): Said => ({ rcode: 'NOERROR', answers });

function blocked(mode: string, name: string, type: Data['type']): Said {
  if (mode === 'NXDOMAIN') return { rcode: 'NXDOMAIN', answers: [] };
  if (mode === 'NODATA' || type === 'CNAME') return said([]);
  return said([{ type, name, ttl: 2, data: type === 'AAAA' ? '::' : '0.0.0.0' }]);
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
const addresses = (machine: Machine, name: string): string[] =>
  hostLines(machine).flatMap(([address = '', ...names]) =>
    names.map(lower).includes(name) ? [address] : [],
  );

function pointer(machine: Machine, name: string): Said {
  const quad = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\.in-addr\.arpa$/
    .exec(name)
    ?.slice(1)
    .reverse()
    .join('.');
  const [, host] = hostLines(machine).find(([address]) => address === quad) ?? [];
  return host === undefined
    ? { rcode: 'NXDOMAIN', answers: [] }
    : said([{ type: 'PTR', name, ttl: 0, data: host }]);
}

/** Nothing leaves the house for its own zone. */
function upstream({ instance, world }: Machine, name: string, type: Data['type']): Said {
  if (name.endsWith(`.${world.network.zone}`)) return { rcode: 'NXDOMAIN', answers: [] };
  const lately = instance.forwarded.slice(0, 20);
  if (lately.filter(({ reply }) => reply === 'SERVFAIL').length > lately.length / 2)
    return { rcode: 'SERVFAIL', answers: [] };
  const known = world.pihole.internet[name];
  if (!known) return { rcode: 'NXDOMAIN', answers: [] };
  return said(
    known
      .filter((one) => type !== 'CNAME' && one.includes(':') === (type === 'AAAA'))
      .map((data) => ({ type, name, ttl: 300, data })),
  );
}
