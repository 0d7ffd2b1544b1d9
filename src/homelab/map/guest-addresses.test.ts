import { describe, expect, it } from 'vitest';
import { cluster, type ClusterLab } from '../../../test/clusters.ts';
import type { MappedLink } from './mapped-thing.ts';
import { lookOf, lookWithAddresses, type Look } from '../look.ts';
import { GuestAddresses, guestAddressesOf } from './guest-addresses.ts';

const readsAddresses = /\/interfaces$|\/agent\/network-get-interfaces$/;
const addressReads = ({ paths }: Pick<ClusterLab, 'paths'>): string[] =>
  paths().filter((path) => readsAddresses.test(path));

const ofN8n = 'address/10.0.30.62';
const ownersOf = ({ map }: Look): readonly MappedLink[] => map.things.get(ofN8n)?.links ?? [];
const n8n: MappedLink = { to: 'guest/default/30062', how: 'belongs to', by: ['Proxmox VE'] };

describe('addresses of guests', () => {
  it('delay no verdict: none is asked for, and the map says what it lacks', async () => {
    const homelab = await cluster();
    await homelab.call('service_health');
    const look = await lookOf(homelab.house);
    expect(addressReads(homelab)).toEqual([]);
    expect(look.gaps).toEqual([
      { what: expect.stringMatching(/^addresses of \d+ guests$/), why: 'not read yet' },
    ]);
    expect(look.map.things.has(ofN8n)).toBe(false);
  });

  it('are read for who waits for them, each guest once, and no more while they hold', async () => {
    const homelab = await cluster();
    const look = await lookWithAddresses(homelab.house);
    expect(ownersOf(look)).toEqual([n8n]);
    expect(look.gaps).toEqual([]);
    const reads = addressReads(homelab);
    expect(new Set(reads).size).toBe(reads.length);
    const running = homelab.world.guests.filter(
      ({ status, template }) => status === 'running' && !template,
    );
    expect(reads.length).toBeLessThanOrEqual(running.length);
    await Promise.all([lookWithAddresses(homelab.house), lookWithAddresses(homelab.house, -1)]);
    expect(addressReads(homelab)).toEqual(reads);
  });

  it('of one that starts are read by themselves: one request, not one a guest', async () => {
    const homelab = await cluster({ change: (world) => stop(world, 'n8n') });
    await lookWithAddresses(homelab.house);
    const before = addressReads(homelab).length;
    homelab.world.guest('n8n').status = 'running';
    expect(ownersOf(await lookWithAddresses(homelab.house, -1))).toEqual([n8n]);
    expect(addressReads(homelab).slice(before)).toEqual([
      expect.stringMatching(/\/lxc\/30062\/interfaces$/),
    ]);
  });

  it('of one that stopped are the last that it had, and only likely', async () => {
    const homelab = await cluster();
    const { ip, vmid } = homelab.world.guest('nextcloud');
    const linksOf = ({ map }: Look) => map.things.get(`address/${ip}`)?.links;
    const owner = { to: `guest/default/${vmid}`, how: 'belongs to', by: ['Proxmox VE'] };
    expect(linksOf(await lookWithAddresses(homelab.house))).toEqual([owner]);
    const before = addressReads(homelab).length;
    stop(homelab.world, 'nextcloud');
    homelab.world.advance(60_000);
    expect(linksOf(await lookOf(homelab.house))).toEqual([{ ...owner, weak: true }]);
    expect(addressReads(homelab)).toHaveLength(before);
  });

  it('of one that is gone are forgotten', async () => {
    const { house, world } = await cluster();
    await lookWithAddresses(house);
    world.guests = world.guests.filter(({ name }) => name !== 'n8n');
    await lookWithAddresses(house, -1);
    expect((await lookOf(house, -1)).map.things.has(ofN8n)).toBe(false);
  });

  it('are not read any more once the runtime is closed', async () => {
    const homelab = await cluster();
    const { seen } = await lookOf(homelab.house);
    const addresses = new GuestAddresses(homelab.house);
    addresses.close();
    await addresses.read(seen, homelab.house.services);
    addresses.readLater(seen, homelab.house.services);
    expect(addressReads(homelab)).toEqual([]);
    expect(addresses.gaps(seen)).toHaveLength(1);
  });

  it('hold no process open that has nothing else to do', async () => {
    const { house } = await cluster();
    const { seen } = await lookOf(house);
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    guestAddressesOf(house).readLater(seen, house.services);
    expect(timers()).toBeLessThanOrEqual(before);
  });
});

function stop(world: ClusterLab['world'], name: string): void {
  Object.assign(world.guest(name), { status: 'stopped', startedAt: null });
}
