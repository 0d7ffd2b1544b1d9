import { describe, expect, it } from 'vitest';
import { lab, type Lab } from '../harness.ts';

/** The world as its services would tell it: what an undo must bring back. */
const records = ({ world }: Lab): unknown =>
  world.pihole.instances.map(({ hosts, cnameRecords }) => [
    hosts.toSorted(),
    cnameRecords.toSorted(),
  ]);
const running = ({ world }: Lab): unknown =>
  world.guests.map(({ vmid, status, node }) => [vmid, status, node]);

async function doneAndUndone(one: Lab, tool: string, args: Record<string, unknown>): Promise<void> {
  const done = await one.call(tool, { ...args, confirm: true });
  expect(done.data?.outcome, done.text).toBe('done');
  const { undo } = done.data;
  expect(done.text).toContain(`Undo: ${undo.tool} ${JSON.stringify(undo.arguments)}`);
  const back = await one.call(undo.tool, { ...undo.arguments, confirm: true });
  expect(back.data?.outcome, back.text).toBe('done');
}

describe('done and undone, the world is as it was', () => {
  it.each<[string, string, Record<string, unknown>]>([
    ['an A record', 'dns_add_record', { domain: 'scanner.lab.example.net', ip: '10.0.10.31' }],
    ['an AAAA record', 'dns_add_record', { domain: 'scanner.lab.example.net', ip: 'fd00::31' }],
    [
      'a second address of a name',
      'dns_add_record',
      { domain: 'forgejo.lab.example.net', ip: '10.0.10.31' },
    ],
    [
      'a CNAME',
      'dns_add_record',
      { domain: 'scanner.lab.example.net', target: 'forgejo.lab.example.net' },
    ],
    [
      'a CNAME with a TTL',
      'dns_add_record',
      { domain: 'scanner.lab.example.net', target: 'forgejo.lab.example.net', ttl: 300 },
    ],
    ['the end of a CNAME', 'dns_remove_record', { domain: 'git.lab.example.net' }],
    ['the end of an A record', 'dns_remove_record', { domain: 'forgejo.lab.example.net' }],
  ])('%s', async (_, tool, args) => {
    const one = await lab({ only: ['pihole'] });
    const before = records(one);
    await doneAndUndone(one, tool, args);
    expect(records(one)).toEqual(before);
  });

  it.each<[string, string, Record<string, unknown>]>([
    ['a container that was started', 'guest_start', { vmid: 50018 }],
    ['a container that was stopped', 'guest_stop', { vmid: 30065 }],
    ['a VM that was stopped', 'guest_stop', { vmid: 'immich' }],
    ['a VM whose plug was pulled', 'guest_stop', { vmid: 'immich', force: true }],
  ])('%s', async (_, tool, args) => {
    const one = await lab({ only: ['proxmox'] });
    const before = running(one);
    await doneAndUndone(one, tool, args);
    expect(running(one)).toEqual(before);
  });
});

describe('where there is no way back', () => {
  it.each<[string, string[], Record<string, unknown>, RegExp]>([
    ['guest_restart', ['proxmox'], { vmid: 30062 }, /^a restart cannot be taken back$/],
    [
      'semaphore_run_task',
      ['semaphore'],
      { project: 'Homelab', template: 'Patch guests', dry_run: true, limit: ['dns'] },
      /^what a run has changed on its hosts stays/,
    ],
  ])('%s says why, in the preview and in the result', async (tool, only, args, why) => {
    const one = await lab({ only });
    const shown = await one.call(tool, args);
    const done = await one.call(tool, { ...args, confirm: true });
    for (const { text, data } of [shown, done]) {
      expect(data.undo.none).toMatch(why);
      expect(text).toContain(`Undo: none, ${data.undo.none}`);
    }
  });

  it('a record that one of a pair had already: removing it would take more than was added', async () => {
    const one = await lab({ only: ['pihole'] });
    one.world.pihole.instances[0]?.hosts.push('10.0.10.31 scanner.lab.example.net');
    expect(
      (
        await one.call('dns_add_record', {
          domain: 'scanner.lab.example.net',
          ip: '10.0.10.31',
          confirm: true,
        })
      ).data.undo,
    ).toEqual({
      none: 'it was on dns1 before, and dns_remove_record takes it from every instance',
    });
  });
});
