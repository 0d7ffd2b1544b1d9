import type { JsonObject } from '../../src/core/base/json.ts';
import { incidents } from '../../src/demo/incidents/index.ts';
import type { World } from '../../src/demo/world/index.ts';

/** A call, and what has happened to the house before it. */
export type Ask = readonly [tool: string, args: JsonObject, apply?: (world: World) => void];

const after =
  (name: string) =>
  (world: World): void =>
    incidents[name]?.apply(world);
const long = `up{job!="${'x'.repeat(4_000)}"}`;

/** A record that no path can name, because its comment has a slash. */
function slashed(world: World): void {
  for (const { hosts } of world.pihole.instances)
    hosts.push('10.0.10.40 printer.lab.example.net # see wiki/printer');
}

/** An inventory that belongs to a template, which stands in no list. */
function workspace({ semaphore }: World): void {
  for (const inventory of semaphore.inventories) if (inventory.id === 2) inventory.templateId = 3;
}

/** What no example and no incident that is one asks: other kinds of guests and records, fallbacks, and refusals that make Lares ask again. */
export const further: Readonly<Record<string, readonly Ask[]>> = {
  proxmox: [
    ['get_guest', { vmid: 'nextcloud' }],
    ['guest_start', { vmid: 'k3s-lab1', confirm: true }],
    ['guest_stop', { vmid: 'nextcloud', confirm: true }],
    ['guest_stop', { vmid: 'nextcloud', force: true, confirm: true }],
    ['guest_stop', { vmid: 'miniflux', force: true, confirm: true }],
    ['guest_restart', { vmid: 'nextcloud', confirm: true }],
    ['get_guest', { vmid: 'postgres1' }, after('guest-locked')],
  ],
  pbs: [['pbs_list_tasks', { status: 'failed' }, after('offsite-copy-failing')]],
  pihole: [
    [
      'dns_add_record',
      { domain: 'printer.lab.example.net', target: 'files.lab.example.net', confirm: true },
    ],
    ['dns_remove_record', { domain: 'printer.lab.example.net', confirm: true }, slashed],
  ],
  prometheus: [
    ['prom_query', { query: long }],
    ['prom_query', { query: long, range: '1h' }],
    ['prom_query', { query: 'node_memory_free' }],
    ['prom_alerts', { state: 'all' }, after('alert-silenced')],
    ['prom_alerts', { state: 'all' }, after('alert-pending')],
  ],
  graylog: [
    ['search_logs', { query: 'no_such_field:1', range: '1h' }],
    ['service_health', {}, after('log-index-recovering')],
  ],
  semaphore: [
    ['semaphore_list_tasks', { project: 'Homelab', status: 'failed', limit: 50 }],
    ['semaphore_list_templates', { project: 'Homelab' }, workspace],
  ],
  n8n: [['n8n_list_executions', { status: 'failed' }]],
  netbox: [
    ['netbox_search', { query: 'a' }],
    ['netbox_search', { query: '10.0.50.150' }],
    ['netbox_search', { query: 'home-lab' }],
    ['service_health', {}, after('netbox-sandbox-duplicate')],
  ],
};
