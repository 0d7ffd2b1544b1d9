import { day, hour, minute } from '../world/clock.ts';
import type { PiholeInstance } from '../world/pihole.ts';
import type { World } from '../world/index.ts';
import type { Incident } from './incident.ts';

function instance(world: World, name: string): PiholeInstance {
  const pihole = world.pihole.instances.find((known) => known.name === name);
  if (!pihole) throw new Error(`no Pi-hole is called ${name}`);
  return pihole;
}

export const piholeIncidents = {
  'dns-blocking-off': {
    title: 'Somebody switched blocking off on dns1 and forgot it',
    expect: 'pihole.blocking-off/dns1',
    apply: (world) => {
      instance(world, 'dns1').blocking.on = false;
    },
  },
  'dns-vip-nobody': {
    title: 'Keepalived died on both Pi-holes: nobody holds the DNS VIP',
    expect: 'pihole.vip-held-by-nobody/10.0.10.53',
    apply: (world) => {
      world.pihole.vipHeldBy = [];
    },
  },
  'dns-vip-twice': {
    title: 'The Pi-holes do not hear each other: both hold the DNS VIP',
    expect: 'pihole.vip-held-twice/10.0.10.53',
    apply: (world) => {
      world.pihole.vipHeldBy = ['dns1', 'dns2'];
    },
  },
  'dns-vip-dead': {
    title: 'The Pi-hole that holds the DNS VIP gives no answers',
    expect: 'pihole.vip-without-dns/10.0.10.53',
    apply: (world) => {
      instance(world, 'dns1').mute = true;
    },
  },
  'dns-half-down': {
    title: 'The container dns1 is stopped; dns2 took the VIP over',
    expect: 'pihole.instance-down/dns1',
    apply(world) {
      Object.assign(world.guest('dns1'), {
        status: 'stopped',
        startedAt: null,
        memoryUsedBytes: 0,
        cpuUsage: 0,
      });
      world.pihole.vipHeldBy = ['dns2'];
    },
  },
  'dns-drift': {
    title: 'A record was added by hand on one Pi-hole only, another was changed on the other',
    expect: 'pihole.records-apart/records',
    apply(world) {
      instance(world, 'dns1').hosts.push(`10.0.50.77 ${world.fqdn('testbox')}`);
      const { hosts } = instance(world, 'dns2');
      hosts[hosts.findIndex((entry) => entry.endsWith(` ${world.fqdn('n8n')}`))] =
        `10.0.30.162 ${world.fqdn('n8n')}`;
    },
  },
  'dns-upstream-failing': {
    title: 'The upstream resolvers answer dns1 with SERVFAIL',
    expect: 'pihole.upstream-failing/dns1',
    apply: (world) => {
      for (const question of instance(world, 'dns1').forwarded) question.reply = 'SERVFAIL';
    },
  },
  'dns-gravity-old': {
    title: 'The blocklists of dns2 have not been updated for seven weeks',
    expect: 'pihole.gravity-old/dns2',
    apply: (world) => {
      instance(world, 'dns2').listsUpdatedAt = world.now() - 49 * day;
    },
  },
  'dns-gravity-gone': {
    title:
      'The blocklist database of dns1 cannot be opened any more: it says "enabled" and blocks nothing',
    expect: 'pihole.gravity-unreadable/dns1',
    apply: (world) => {
      instance(world, 'dns1').gravityReadable = false;
    },
  },
  'dns-cname-nowhere': {
    title: 'A CNAME on both Pi-holes leads to a machine whose own record is gone',
    expect: 'pihole.cname-dangling/oldbox.lab.example.net',
    apply(world) {
      for (const one of world.pihole.instances)
        one.cnameRecords.push(`archive.${world.network.zone},oldbox.${world.network.zone}`);
    },
  },
  'dns-port-taken': {
    title: 'Another program has port 53 of dns2, so its resolver did not start',
    expect: 'pihole.dns-silent/dns2',
    apply: (world) => {
      instance(world, 'dns2').portTaken = true;
    },
  },
  'dns-disk-full': {
    title: 'FTL on dns2 warns that its disk is nearly full',
    expect: 'pihole.diagnosis/dns2/disk',
    apply: (world) => {
      instance(world, 'dns2').messages.push({
        id: 1,
        at: world.now() - 2 * hour,
        type: 'DISK',
        plain: 'Disk shortage (/etc/pihole) ahead: 97% is used',
      });
    },
  },
  'dns-just-restarted': {
    title:
      'Pi-hole on dns1 was started a moment ago and has not loaded its lists yet: nothing is wrong',
    apply(world) {
      Object.assign(instance(world, 'dns1'), {
        startedAt: world.now() - 200,
        listedDomains: 0,
        listsUpdatedAt: 0,
      });
    },
  },
  'dns-cname-to-cname': {
    title: 'A CNAME leads to an address over another CNAME: nothing is wrong',
    apply(world) {
      for (const one of world.pihole.instances)
        one.cnameRecords.push(`docs.${world.network.zone},files.${world.network.zone}`);
    },
  },
  'dns-upstream-recovered': {
    title: 'The upstream resolvers failed ten minutes ago and answer again: nothing is wrong',
    apply(world) {
      const dns1 = instance(world, 'dns1');
      dns1.forwarded = dns1.forwarded.map((question, n) => ({
        ...question,
        ...(n >= 24 && { reply: 'SERVFAIL' }),
      }));
    },
  },
  'dns-without-version-file': {
    title:
      'The image of dns2 has no list of its own versions, and all else works: nothing is wrong',
    apply: (world) => {
      instance(world, 'dns2').versionFile = false;
    },
  },
  'dns-paused-for-five-minutes': {
    title: 'Blocking is paused for five minutes on dns1: it comes back by itself, nothing is wrong',
    apply: (world) => {
      Object.assign(instance(world, 'dns1').blocking, {
        on: false,
        flipsAt: world.now() + 5 * minute,
      });
    },
  },
  'dns-failover': {
    title: 'The Pi-hole dns2 holds the VIP because dns1 was restarted: nothing is wrong',
    apply(world) {
      world.pihole.vipHeldBy = ['dns2'];
      instance(world, 'dns1').startedAt = world.now() - minute;
    },
  },
  'dns-one-broken-domain': {
    title:
      'One domain on the internet is broken and one client keeps asking for it: here nothing is wrong',
    apply(world) {
      const { forwarded } = instance(world, 'dns1');
      forwarded.push(
        ...Array.from({ length: 60 }, (_, n) => ({
          ago: n * 5_000,
          domain: 'broken.example.org',
          upstream: '9.9.9.9#53',
          reply: 'SERVFAIL',
        })),
      );
    },
  },
  'dns-records-in-another-order': {
    title: 'The same records stand in another order and in shared lines on dns2: nothing is wrong',
    apply(world) {
      const dns2 = instance(world, 'dns2');
      dns2.hosts = dns2.hosts
        .toReversed()
        .map((entry) => entry.replace('fd00:10::9', 'FD00:10:0::9'));
      const web = dns2.cnameRecords.filter((entry) => entry.endsWith(`,${world.fqdn('web')}`));
      dns2.cnameRecords = [
        `${web.map((entry) => entry.split(',')[0]?.toUpperCase()).join(',')},${world.fqdn('web')}`,
        ...dns2.cnameRecords.filter((entry) => !web.includes(entry)),
      ];
    },
  },
} satisfies Record<string, Incident>;
