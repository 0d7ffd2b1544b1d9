import type { Inventory } from './schema/index.ts';

/** The names in an inventory, and who is in which group. Variables never leave: they often hold passwords. */
export interface Hosts {
  groups: ReadonlyMap<string, readonly string[]>;
  hosts: readonly string[];
  /** Where a host really is (`ansible_host`), where that is not its name. */
  addresses: ReadonlyMap<string, string>;
}

/** Groups and hosts of an INI inventory; undefined for YAML, files in a repository and workspaces, which only Ansible can read. */
export function hostsOf({ type, content }: Inventory): Hosts | undefined {
  if (type !== 'static') return undefined;
  const sections = new Map<string, { hosts: string[]; children: string[] }>();
  const addresses = new Map<string, string>();
  let [group, kind] = ['ungrouped', 'hosts'];
  const section = (name: string): { hosts: string[]; children: string[] } =>
    sections.get(name) ?? { hosts: [], children: [] };
  for (const line of content.split('\n').map((raw) => raw.trim())) {
    const [, name, suffix = 'hosts'] = /^\[([^\]:]+)(?::(\w+))?\]/.exec(line) ?? [];
    if (name !== undefined) [group, kind] = [name.trim(), suffix];
    const current = section(group);
    const word = line.split(/\s/)[0] ?? '';
    if (
      name === undefined &&
      word &&
      !/^[#;]/.test(word) &&
      (kind === 'hosts' || kind === 'children')
    )
      current[kind].push(kind === 'hosts' ? withoutPort(word) : word);
    const [, address] = /\sansible_(?:ssh_)?host=(\S+)/.exec(line) ?? [];
    if (address !== undefined && kind === 'hosts')
      addresses.set(withoutPort(word), address.replace(/^(["'])(.*)\1$/, '$2'));
    sections.set(group, current);
  }
  const members = (name: string, above: readonly string[] = []): string[] =>
    above.includes(name)
      ? []
      : [
          ...section(name).hosts,
          ...section(name).children.flatMap((child) => members(child, [...above, name])),
        ];
  const groups = new Map(
    [...sections.keys()]
      .filter((name) => !['all', 'ungrouped'].includes(name))
      .map((name) => [name, [...new Set(members(name))]]),
  );
  const hosts = [...new Set([...sections.values()].flatMap((section) => section.hosts))];
  return { groups, hosts, addresses };
}

/** `web1:2222` is web1; an IPv6 address and a range keep their colons. */
export const withoutPort = (word: string): string => word.replace(/^([^:[\]]+):\d+$/, '$1');

/** Words of a limit that name no host and no group. Patterns (`web*`, `!db`, `~re`, `a[1:3]`) are left to Ansible. */
export const unknownWords = (limit: readonly string[], { groups, hosts }: Hosts): string[] =>
  hosts.some((host) => host.includes('['))
    ? []
    : limit.filter(
        (word) =>
          /^[\w.-]+$/.test(word) &&
          !['all', 'ungrouped', 'localhost', ...groups.keys(), ...hosts].includes(word),
      );

/** What a limit leaves of an inventory. */
export interface Selection {
  hosts: readonly string[];
  /** False: there is a word that only Ansible understands, so these are the most it can be. */
  exact: boolean;
}

/** Reads the words of a limit that name hosts and groups. Patterns are left to Ansible: with one of them it may be every host. No limit is everything. */
export function hostsWithin(limit: readonly string[], { groups, hosts }: Hosts): Selection {
  if (limit.length === 0) return { hosts, exact: true };
  const named = new Set<string>();
  for (const word of limit) {
    const members =
      word === 'all' ? hosts : (groups.get(word) ?? hosts.filter((host) => host === word));
    if (members.length === 0 && !groups.has(word)) return { hosts, exact: false };
    for (const member of members) named.add(member);
  }
  return { hosts: [...named], exact: !hosts.some((host) => host.includes('[')) };
}
