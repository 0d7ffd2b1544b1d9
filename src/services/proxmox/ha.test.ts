import { describe, expect, test } from 'vitest';
import { cluster, now, type ClusterOptions } from '../../../test/clusters.ts';
import type { World } from '../../demo/world/index.ts';

const health = async (options: ClusterOptions): Promise<{ ids: string[]; text: string }> => {
  const { data, text } = await (
    await cluster(options)
  ).call('service_health', { service: 'proxmox' });
  const { findings } = data.services[0] as { findings: { id: string; severity: string }[] };
  return { ids: findings.map(({ id, severity }) => `${severity} ${id}`), text };
};
const dead = (world: World): void => {
  world.proxmox.cluster.haDead = true;
};
const inState =
  (state: string | null, more: object = {}) =>
  (world: World): void => {
    const guest = world.guest('authentik');
    if (guest.ha) guest.ha.state = state;
    Object.assign(guest, more);
  };
const stopped = { status: 'stopped', startedAt: null };

describe('a dead HA stack', () => {
  test('is one finding, though its guests run', async () => {
    const { ids, text } = await health({ change: dead });
    expect(ids).toEqual(['critical proxmox.ha-manager-dead/master']);
    expect(text).toContain('old timestamp - dead?');
  });

  test('is nothing where HA looks after no guest', async () => {
    const { ids } = await health({
      change: (world) => {
        dead(world);
        for (const guest of world.guests) guest.ha = null;
      },
    });
    expect(ids).toEqual([]);
  });

  test('without quorum is a consequence, and told with that', async () => {
    const { ids } = await health({
      change: (world) => {
        dead(world);
        world.proxmox.cluster.quorate = false;
      },
    });
    expect(ids).toContain('critical proxmox.no-quorum/homelab');
    expect(ids.filter((id) => id.includes('ha-manager'))).toEqual([]);
  });

  test('the agent of a lost node is lost with it', async () => {
    const { ids } = await health({
      change: (world) => {
        world.node('pve-mini5').offline = { since: now - 60_000, symptom: 'refused' };
      },
    });
    expect(ids).toEqual(['critical proxmox.node-offline/pve-mini5']);
  });

  test('an order to a guest under HA promises nothing', async () => {
    const { call } = await cluster({ change: dead });
    const { text } = await call('guest_stop', { vmid: 'authentik' });
    expect(text).toContain('nothing happens before the manager works again');
    expect(text).not.toContain('within about a minute');
  });
});

describe('a guest under HA', () => {
  test('that HA gave up on takes no order before that is cleared', async () => {
    const { call, pve } = await cluster({ change: inState('error', stopped) });
    const { isError, text } = await call('guest_start', { vmid: 'authentik', confirm: true });
    expect([isError, text]).toEqual([
      true,
      expect.stringContaining('`ha-manager set vm:10029 --state disabled` on a node clears it'),
    ]);
    expect(pve.writes()).toEqual([]);
  });

  test('that the manager has no state for yet can be shown, started and stopped', async () => {
    const { call } = await cluster({ change: inState(null) });
    expect((await call('get_guest', { vmid: 'authentik' })).data).toMatchObject({
      ha: 'managed',
      gaps: [],
    });
    expect((await call('guest_stop', { vmid: 'authentik', confirm: true })).data.outcome).toBe(
      'done',
    );
  });

  test('that HA counts as stopped may not follow', async () => {
    const { call } = await cluster({ change: inState('disabled') });
    expect((await call('guest_stop', { vmid: 'authentik' })).text).toContain(
      'HA manages it and counts it as disabled already, so that the order may change nothing.',
    );
  });
});
