import { isIP } from 'node:net';

/** FTL ≥ v6.3 stores one space where it was sent several, or a tab. */
export const normalised = (entry: string): string => entry.replace(/[ \t]+/g, ' ').trim();

/** The first problem of a whole list: every change checks all of it, so one bad old entry makes every later change fail (FTL src/config/validator.c). */
export const validate = (
  array: 'hosts' | 'cnameRecords',
  entries: readonly string[],
): string | undefined => (array === 'hosts' ? hosts(entries) : cnames(entries));

const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;

function hosts(entries: readonly string[]): string | undefined {
  for (const [i, entry] of entries.entries()) {
    const [address = '', ...names] = entry.replace(/#.*/s, '').trim().split(/\s+/);
    if (isIP(address) === 0)
      return `dns.hosts[${i}]: neither a valid IPv4 nor IPv6 address ("${address}")`;
    if (names.length === 0)
      return `dns.hosts[${i}]: entry does not have at least one hostname ("${entry}")`;
    const bad = names.find((name) => !name.split('.').every((part) => label.test(part)));
    if (bad !== undefined) return `dns.hosts[${i}]: invalid hostname ("${bad}")`;
  }
  return undefined;
}

/** Names are not checked at all here, only that there are parts and that no name stands twice. */
function cnames(entries: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (const [i, entry] of entries.entries()) {
    const parts = entry.split(',');
    if (parts.length < 2)
      return `dns.cnameRecords[${i}]: not a valid CNAME definition (too few elements)`;
    const empty = parts.findIndex((part) => part.trim() === '');
    if (empty >= 0) return `dns.cnameRecords[${i}]: contains an empty string at position ${empty}`;
    for (const name of namesIn(parts)) {
      if (seen.has(name))
        return `dnsmasq: duplicate CNAME at line ${91 + i} of /etc/pihole/dnsmasq.conf.temp: "cname=${entry}"`;
      seen.add(name);
    }
  }
  return circleIn(entries);
}

/** dnsmasq follows each CNAME before it starts, and does not start with a circle. */
function circleIn(entries: readonly string[]): string | undefined {
  const targets = new Map(
    entries.flatMap((entry) => {
      const parts = entry.split(',');
      const target = parts.filter((part, i) => i === 0 || !/^\d+$/.test(part)).at(-1);
      return namesIn(parts).map((name) => [name, target?.trim().toLowerCase()] as const);
    }),
  );
  for (const start of targets.keys()) {
    const passed = new Set<string>();
    for (let at: string | undefined = start; at !== undefined; at = targets.get(at)) {
      if (passed.has(at)) return `dnsmasq: CNAME loop involving "${start}"`;
      passed.add(at);
    }
  }
  return undefined;
}

const namesIn = (parts: readonly string[]): string[] =>
  parts
    .slice(0, parts.length > 2 && /^\d+$/.test(parts.at(-1) ?? '') ? -2 : -1)
    .map((name) => name.trim().toLowerCase());
