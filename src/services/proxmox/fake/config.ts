import { createHash } from 'node:crypto';
import type { Guest } from '../../../demo/world/guests.ts';

const GiB = 2 ** 30;
type Config = Record<string, string | number | [string, string][] | undefined>;

/** A guest's configuration: numbers are numbers except where Proxmox keeps a property list or, for VM memory, a string. */
export function config(guest: Guest): Config {
  const entries = Object.entries(guest.type === 'qemu' ? vm(guest) : container(guest)).filter(
    ([, value]) => value !== undefined,
  );
  return {
    ...Object.fromEntries(entries),
    digest: createHash('sha1').update(JSON.stringify(entries)).digest('hex'),
  };
}

export const pending = (guest: Guest): unknown =>
  Object.entries(config(guest)).map(([key, value]) => ({ key, value }));

const shared = ({ tags, onboot, protection, template, lock, description }: Guest): Config => ({
  tags: tags.length > 0 ? tags.join(';') : undefined,
  onboot: onboot ? 1 : undefined,
  protection: protection ? 1 : undefined,
  template: template ? 1 : undefined,
  lock: lock ?? undefined,
  description: description === '' ? undefined : `${description}\n`,
});

/** Addresses of VMs come from their agent; those without one have them from cloud-init. */
function vm(guest: Guest): Config {
  const { vmid, name, cores, memoryBytes, diskBytes, storage, mac, vlan, agent, ip, template } =
    guest;
  const uuid = `00000000-0000-4000-8000-${String(vmid).padStart(12, '0')}`;
  const cloudInit =
    agent === 'off' && !template && !guest.protection
      ? { ciuser: 'admin', cipassword: '**********', ipconfig0: `ip=${ip}/24,gw=10.0.${vlan}.1` }
      : {};
  return {
    ...shared(guest),
    ...cloudInit,
    name,
    cores,
    sockets: 1,
    cpu: 'host',
    numa: 0,
    ostype: 'l26',
    memory: String(memoryBytes / 2 ** 20),
    scsihw: 'virtio-scsi-single',
    scsi0: `${storage}:vm-${vmid}-disk-0,iothread=1,size=${diskBytes / GiB}G`,
    net0: `virtio=${mac},bridge=vmbr0,firewall=1,tag=${vlan}`,
    boot: 'order=scsi0;net0',
    agent: agent === 'off' ? undefined : 'enabled=1,fstrim_cloned_disks=1',
    smbios1: `uuid=${uuid}`,
    vmgenid: uuid,
    meta: 'creation-qemu=10.1.2,ctime=1750000000',
  };
}

/** Media and development containers ask DHCP, the others have a fixed address. */
function container(guest: Guest): Config {
  const { vmid, name, cores, memoryBytes, diskBytes, storage, mac, vlan, ip } = guest;
  const address =
    ip === null || vlan === 20 || vlan === 50 ? 'ip=dhcp' : `gw=10.0.${vlan}.1,ip=${ip}/24`;
  return {
    ...shared(guest),
    hostname: name,
    arch: 'amd64',
    cores,
    memory: memoryBytes / 2 ** 20,
    swap: 512,
    ostype: 'debian',
    unprivileged: 1,
    features: 'nesting=1',
    rootfs: `${storage}:subvol-${vmid}-disk-0,size=${diskBytes / GiB}G`,
    net0: `name=eth0,bridge=vmbr0,firewall=1,${address},hwaddr=${mac},tag=${vlan},type=veth`,
    lxc: name === 'jellyfin' ? [['lxc.cgroup2.devices.allow', 'c 226:128 rwm']] : undefined,
  };
}
