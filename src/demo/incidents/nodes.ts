import { day, minute } from '../world/clock.ts';
import type { World } from '../world/index.ts';
import type { Incident } from './incident.ts';

function lose(world: World, name: string, symptom: 'refused' | 'timeout' = 'refused'): void {
  world.node(name).offline = { since: world.now() - 4 * minute, symptom };
}

/** The HA manager has fenced the node and started its guests elsewhere. */
function recover(world: World, from: string, to: string): void {
  for (const guest of world.guests)
    if (guest.ha && guest.node === from)
      Object.assign(guest, { node: to, startedAt: world.now() - minute });
}

export const nodeIncidents = {
  'node-offline': {
    title: 'The node pve-mini3 has been off for four minutes; HA has moved authentik',
    expect: 'proxmox.node-offline/pve-mini3',
    apply(world) {
      lose(world, 'pve-mini3');
      recover(world, 'pve-mini3', 'pve-mini1');
    },
  },
  'node-silent': {
    title: 'The node pve-big1 no longer answers anybody',
    expect: 'proxmox.node-offline/pve-big1',
    apply: (world) => lose(world, 'pve-big1', 'timeout'),
  },
  'quorum-lost': {
    title: 'Two of four nodes are gone and with them the quorum',
    expect: 'proxmox.no-quorum',
    apply(world) {
      for (const name of ['pve-mini3', 'pve-mini5']) lose(world, name);
      world.proxmox.cluster.quorate = false;
    },
  },
  'ha-manager-dead': {
    title: 'The HA manager has stopped, and nobody would move authentik',
    expect: 'proxmox.ha-manager-dead/master',
    apply(world) {
      world.proxmox.cluster.haDead = true;
    },
  },
  'ha-manager-unused': {
    title: 'The HA manager has stopped, and no guest is under HA: nothing is wrong',
    apply(world) {
      world.proxmox.cluster.haDead = true;
      for (const guest of world.guests) guest.ha = null;
    },
  },
  'node-memory-full': {
    title: 'The node pve-mini1 is nearly out of memory',
    expect: 'proxmox.node-memory/pve-mini1',
    apply(world) {
      const node = world.node('pve-mini1');
      node.memoryUsedBytes = Math.round(node.memoryBytes * 0.97);
    },
  },
  'node-root-full': {
    title: 'The root file system of pve-mini5 is nearly full',
    expect: 'proxmox.storage-full/pve-mini5:local',
    apply(world) {
      const node = world.node('pve-mini5');
      node.rootUsedBytes = Math.round(node.rootBytes * 0.96);
      for (const storage of world.proxmox.storages)
        if (storage.name === 'local' && storage.nodes.includes(node.name))
          storage.usedBytes = node.rootUsedBytes;
    },
  },
  'node-certificate-expiring': {
    title: 'The certificate of pve-mini1 ends in five days',
    expect: 'proxmox.certificate-expiring/pve-mini1',
    apply(world) {
      for (const certificate of world.proxmox.certificates)
        if (certificate.node === 'pve-mini1' && certificate.file === 'pve-ssl.pem')
          certificate.notAfter = world.now() + 5 * day;
    },
  },
} satisfies Record<string, Incident>;
