import type { Base } from './base.ts';
import type { JobInventory } from './semaphore-types.ts';

/** Every guest that runs, under each of its tags; a password stands among the variables, as it does in real ones. */
export function createInventories({ guests }: Base): JobInventory[] {
  const live = guests.filter(({ status, template }) => status === 'running' && !template);
  const section = (group: string, members: typeof live): string =>
    `[${group}]\n${members.map(({ name, ip }) => `${name} ansible_host=${ip}`).join('\n')}\n`;
  const steady = live.filter(({ vlan }) => vlan !== 50);
  const groups = [...new Set(steady.flatMap(({ tags }) => tags))].map((tag) =>
    section(
      tag,
      steady.filter(({ tags }) => tags.includes(tag)),
    ),
  );
  const variables = '[all:vars]\nansible_user=ops\nansible_become_password=Brittle-Teapot-7\n';
  return [
    {
      templateId: null,
      id: 1,
      projectId: 1,
      name: 'Everything',
      type: 'static',
      content: `# made by hand\n${groups.join('\n')}\n${variables}`,
    },
    {
      templateId: null,
      id: 2,
      projectId: 1,
      name: 'Proxies',
      type: 'static',
      content: `${section(
        'proxy',
        live.filter(({ tags }) => tags.includes('proxy')),
      )}\n${variables}`,
    },
    {
      templateId: null,
      id: 3,
      projectId: 1,
      name: 'New hosts',
      type: 'file',
      content: 'inventories/new.yml',
    },
    {
      templateId: null,
      id: 4,
      projectId: 2,
      name: 'Dev boxes',
      type: 'static',
      content: section(
        'dev',
        live.filter(({ vlan }) => vlan === 50),
      ),
    },
  ];
}

/** The hosts that an inventory of the world names in these groups or by these names; all of them without a limit. */
export function hostsOf(
  { content, type }: Pick<JobInventory, 'content' | 'type'>,
  limit: readonly string[] = [],
): string[] {
  if (type !== 'static') return ['new-host'];
  const groups = new Map<string, Set<string>>();
  let group = 'ungrouped';
  for (const line of content.split('\n')) {
    const [, section] = /^\[(.+)\]$/.exec(line) ?? [];
    if (section) group = section;
    else if (line && !line.startsWith('#') && !group.includes(':')) {
      const host = line.split(' ')[0] ?? '';
      groups.set(host, (groups.get(host) ?? new Set(['all', host])).add(group));
    }
  }
  return [...groups]
    .filter(([, names]) => limit.length === 0 || limit.some((word) => names.has(word)))
    .map(([host]) => host);
}
