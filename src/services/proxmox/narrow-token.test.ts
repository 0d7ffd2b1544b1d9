import { describe, expect, test } from 'vitest';
import { cluster, now, tokenWith } from '../../../test/clusters.ts';
import { auditor } from './fake/index.ts';

const without = (...privileges: string[]): string[] =>
  auditor.filter((privilege) => !privileges.includes(privilege));
const onlyGuest = tokenWith({ '/': without('VM.Audit'), '/vms/10002': ['VM.Audit'] });

describe('what a token may not see is not said to be nothing', () => {
  test('a guest that is hidden may exist, and the command that shows it is told', async () => {
    const { call } = await cluster({ knobs: onlyGuest });
    const { text } = await call('guest_stop', { vmid: 30062 });
    expect(text).toContain('No guest "30062" that the token may see.');
    expect(text).toContain('which list_guests does not show either. On a node, as root: pveum acl');
    expect(text).not.toContain('list_guests shows them all');
  });

  test('one that is not there is said not to be', async () => {
    const { call } = await cluster();
    expect((await call('get_guest', { vmid: 31337 })).text).toMatch(
      /^No guest "31337"\. .*list_guests shows them all\./,
    );
  });

  test('the guests of a lost node are not counted by a token that sees some', async () => {
    const lose = (knobs: object) =>
      cluster({
        knobs,
        change: (world) => {
          world.node('pve-mini5').offline = { since: now - 60_000, symptom: 'refused' };
        },
      });
    const message = async (knobs: object): Promise<string> => {
      const { data } = await (await lose(knobs)).call('service_health', { service: 'proxmox' });
      return data.services[0].findings[0].message as string;
    };
    expect(await message(tokenWith({ '/': without('VM.Audit') }))).toBe(
      'Node pve-mini5 is offline; the token may not see which guests are on it',
    );
    expect(await message(tokenWith({ '/': without('VM.Audit'), '/vms/30062': ['VM.Audit'] }))).toBe(
      'Node pve-mini5 is offline, and at least 1 guest with it (1 ran when last heard of), as far as the token may see',
    );
  });

  test('tasks of others are a gap, and neither "none failed" nor a reason for a stop', async () => {
    const { call, world } = await cluster({ knobs: tokenWith({ '/vms': ['VM.Audit'] }) });
    world.guest('paperless').status = 'stopped';
    const node = await call('node_status', { node: 'pve-mini5' });
    expect(node.data.failedTasks).toBeUndefined();
    expect(node.text).not.toContain('No task failed');
    expect(node.text).toMatch(/NOT CHECKED: failed tasks of others than the token itself/);
    const guest = await call('get_guest', { vmid: 'paperless' });
    expect(guest.data.whyStopped).toBeUndefined();
    expect(guest.text).toMatch(/NOT CHECKED: tasks of others than the token itself/);
  });

  test('a token that sees all tasks is not told that it might not', async () => {
    const { call, world } = await cluster();
    world.proxmox.tasks.length = 0;
    expect((await call('get_guest', { vmid: 'n8n' })).text).toContain(
      'No task of it is known on pve-mini5.',
    );
    expect((await call('node_status', { node: 'pve-mini5' })).text).toContain('No task failed in');
  });

  test('no guest at all is not 0 of 0', async () => {
    const { call } = await cluster({ knobs: tokenWith({}) });
    const { data } = await call('service_health', { service: 'proxmox' });
    expect(data.services[0].facts.guests).toBe('none visible');
  });
});
