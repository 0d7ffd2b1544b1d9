import type { Ref } from '../../core/map.ts';
import { withoutPort, type Hosts } from './inventory-hosts.ts';
import { elsewhere } from './refs.ts';
import type { Inventory } from './schema/index.ts';

/** Connections that lead to the host itself, not to a container or to where Semaphore runs. */
const remote = new Set([
  'ssh',
  'smart',
  'paramiko',
  'paramiko_ssh',
  'winrm',
  'psrp',
  'httpapi',
  'netconf',
  'network_cli',
]);

/**
 * Where Ansible goes for these hosts of an INI inventory. Left out are those that only it can tell: ranges, addresses made by a template,
 * names whose address stands among the variables of a group, and whatever is played on the machine of Semaphore itself.
 */
export function placesOf(
  { content }: Inventory,
  { addresses }: Hosts,
  hosts: readonly string[],
): Ref[] {
  const variables = variableLines(content);
  if (variables.some(leadsAway)) return [];
  const namesLead = !variables.some((line) => /^ansible_(?:ssh_)?host\s*=/.test(line));
  const unreached = hostsNotReached(content);
  const places = hosts.flatMap((host) => {
    const endpoint = addresses.get(host) ?? (namesLead ? host : undefined);
    return endpoint === undefined || unreached.has(host) ? [] : (elsewhere(endpoint) ?? []);
  });
  return [...new Set(places)];
}

const linesOf = (content: string): string[] => content.split('\n').map((line) => line.trim());

/** Of every `[group:vars]`. */
function variableLines(content: string): string[] {
  let isVariable = false;
  return linesOf(content).filter((line) => {
    const [, suffix] = /^\[[^\]]*?(?::(\w+))?\]$/.exec(line) ?? [];
    if (line.startsWith('[')) isVariable = suffix === 'vars';
    return isVariable;
  });
}

const hostsNotReached = (content: string): Set<string> =>
  new Set(
    linesOf(content)
      .filter(leadsAway)
      .map((line) => withoutPort(line.split(/\s/)[0] ?? '')),
  );

/** Whether the connection of a line is to something else than the host; `community.docker.docker` is `docker`. */
function leadsAway(line: string): boolean {
  const [, connection] = /(?:^|\s)ansible_connection\s*=\s*["']?([\w.-]+)/.exec(line) ?? [];
  return connection !== undefined && !remote.has(connection.replace(/^.*\./, ''));
}
