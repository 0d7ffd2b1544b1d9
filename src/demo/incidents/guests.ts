import { minute } from '../world/clock.ts';
import { pastTask, startTask } from '../world/proxmox-tasks.ts';
import type { Guest } from '../world/guests.ts';
import type { Incident } from './incident.ts';

const stop = (guest: Guest): void => {
  Object.assign(guest, { status: 'stopped', startedAt: null, memoryUsedBytes: 0, cpuUsage: 0 });
};

export const guestIncidents = {
  'guest-down': {
    title: 'The container paperless, which should run, is stopped',
    expect: 'proxmox.guest-down/30061',
    apply: (world) => stop(world.guest('paperless')),
  },
  'guest-io-error': {
    title: 'The VM immich is halted by an I/O error',
    expect: 'proxmox.guest-error/30066',
    apply: (world) => {
      world.guest('immich').status = 'io-error';
    },
  },
  'guest-paused': {
    title: 'The VM postgres2 is paused',
    expect: 'proxmox.guest-error/30041',
    apply: (world) => {
      world.guest('postgres2').status = 'paused';
    },
  },
  'guest-locked': {
    title: 'A snapshot of the VM nextcloud died and left its lock behind',
    expect: 'proxmox.guest-locked/30060',
    apply(world) {
      const { node, vmid } = Object.assign(world.guest('nextcloud'), { lock: 'snapshot' });
      pastTask(world.proxmox.tasks, {
        node,
        type: 'qmsnapshot',
        id: String(vmid),
        user: 'root@pam',
        startedAt: world.now() - 90 * minute,
        seconds: 600,
        exit: 'unexpected status',
      });
    },
  },
  'guest-stopped-on-purpose': {
    title: 'The VM dev-linux is stopped and does not start at boot: nothing is wrong',
    apply(world) {
      const guest = world.guest('dev-linux');
      stop(guest);
      guest.onboot = false;
    },
  },
  'guest-restarting': {
    title: 'The container n8n is being restarted right now: nothing is wrong',
    apply(world) {
      const guest = world.guest('n8n');
      stop(guest);
      startTask(world.proxmox.tasks, {
        node: guest.node,
        type: 'vzreboot',
        id: String(guest.vmid),
        user: 'root@pam',
        startedAt: world.now() - 4_000,
      });
    },
  },
  'guest-stopped-by-somebody': {
    title: 'Somebody shut the container paperless down an hour ago, though it starts at boot',
    expect: 'proxmox.guest-down/30061',
    apply(world) {
      const guest = world.guest('paperless');
      stop(guest);
      pastTask(world.proxmox.tasks, {
        node: guest.node,
        type: 'vzshutdown',
        id: String(guest.vmid),
        user: 'admin@pve',
        startedAt: world.now() - 60 * minute,
        seconds: 9,
      });
    },
  },
  'guest-converted-to-template': {
    title: 'The VM restore-test becomes a template: nothing is wrong',
    apply(world) {
      Object.assign(world.guest('restore-test'), { template: true, onboot: true });
    },
  },
  'stop-mode-backup': {
    title: 'A backup in stop mode holds the container wiki for a few minutes: nothing is wrong',
    apply(world) {
      const guest = world.guest('wiki');
      stop(guest);
      guest.lock = 'backup';
      const log = [
        `INFO: Starting Backup of VM ${guest.vmid} (lxc)`,
        'INFO: status = running',
        'INFO: backup mode: stop',
        'INFO: ionice priority: 7',
      ];
      startTask(world.proxmox.tasks, {
        node: guest.node,
        type: 'vzdump',
        id: String(guest.vmid),
        user: 'root@pam',
        startedAt: world.now() - 2 * minute,
        log,
      });
    },
  },
} satisfies Record<string, Incident>;
