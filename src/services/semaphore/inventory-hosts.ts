import type { Inventory } from './schema/index.ts';

/** The names in an inventory, and who is in which group. Variables never leave: they often hold passwords. */
export interface Hosts {
  groups: ReadonlyMap<string, readonly string[]>;
  hosts: readonly string[];
}

/** Groups and hosts of an INI inventory; undefined for YAML, files in a repository and workspaces, which only Ansible can read. */
export function hostsOf({ type, content }: Inventory): Hosts | undefined {
  if (type !== 'static') return undefined;
  const sections = new Map<string, { hosts: string[]; children: string[] }>();
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
      current[kind].push(word);
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
  return { groups, hosts: [...new Set([...sections.values()].flatMap(({ hosts }) => hosts))] };
}

/** Words of a limit that name no host and no group. Patterns (`web*`, `!db`, `~re`, `a[1:3]`) are left to Ansible. */
export const unknownWords = (limit: readonly string[], { groups, hosts }: Hosts): string[] =>
  hosts.some((host) => host.includes('['))
    ? []
    : limit.filter(
        (word) =>
          /^[\w.-]+$/.test(word) &&
          !['all', 'ungrouped', 'localhost', ...groups.keys(), ...hosts].includes(word),
      );

/** The hosts a limit leaves; all of them where it has a word that only Ansible understands. */
export function hostsWithin(limit: readonly string[], { groups, hosts }: Hosts): string[] {
  const named = limit.map(
    (word) => groups.get(word) ?? (hosts.includes(word) ? [word] : undefined),
  );
  return limit.length === 0 || named.includes(undefined)
    ? [...hosts]
    : [...new Set(named.flatMap((members) => members ?? []))];
}

/** The words of limits among arguments of Ansible, in every spelling that argparse takes: `--limit=a,b`, `--lim a`, `-l a`, `-vla`. The last one wins there, over that of the template too. */
export function limitsIn(words: readonly string[]): string[] {
  const values = words.flatMap((word, i) => {
    const [, value] = /^--l(?:i|im|imi|imit)?(?:=(.*))?$/s.exec(word) ??
      /^-[CDJKbhkv]*l(.*)$/s.exec(word) ?? [undefined, null];
    return value === null ? [] : [value || (words[i + 1] ?? '')];
  });
  return values
    .flatMap((value) => value.split(/[,:]/))
    .map((word) => word.trim())
    .filter(Boolean);
}
