import type { Steps } from '../../core/inventory.ts';

/** What Proxmox VE adds to the plans that are handed out as prompts. */
export const steps: Steps = {
  morning: [
    {
      tool: 'infra_overview',
      look: 'nodes that are not online, storages that fill up, guests that stand still although they should run',
    },
  ],
  restart: [
    {
      tool: 'get_guest',
      arguments: { vmid: '{guest}' },
      look: 'it runs, holds no lock, no backup or migration of it is under way, and nothing says that it must not be restarted',
      embed: true,
    },
    {
      tool: 'guest_restart',
      arguments: { vmid: '{guest}' },
      look: 'the preview: show it, and go on only when the person agrees',
      phase: 'change',
    },
    {
      tool: 'get_guest',
      arguments: { vmid: '{guest}' },
      look: 'it runs again, and its uptime is minutes, not days',
      phase: 'after',
    },
  ],
  backups: [{ tool: 'list_guests', look: 'guests that no backup names' }],
  changes: [
    {
      tool: 'list_guests',
      arguments: { status: 'running' },
      look: 'uptimes below a day: these guests were started or restarted since',
    },
  ],
  capacity: [
    {
      tool: 'infra_overview',
      look: 'memory and storage of every node and pool: the fullest first, with its figure',
      embed: true,
    },
    {
      tool: 'node_status',
      arguments: { node: 'NODE' },
      look: 'for each of the two fullest nodes: load, disks with wear, ZFS pools',
    },
  ],
};
