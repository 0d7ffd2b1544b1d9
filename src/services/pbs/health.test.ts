import { describe, expect, test } from 'vitest';
import { backups, day, hour, now } from '../../../test/backup-lab.ts';
import { backupServerIncidents } from '../../demo/incidents/backup-server.ts';
import { incidents } from '../../demo/incidents/index.ts';

describe('the healthy homelab', () => {
  test('version, facts, nothing to say, nothing unchecked', async () => {
    const { health, asked } = await backups();
    const { state, text, overall } = await health();
    expect(state).toMatchObject({
      state: 'ok',
      version: '4.2.3',
      headline: 'backups of 41 guests, newest 5 h 50 min ago',
      findings: [],
      facts: {
        datastores: 'main 42 %; usb-offsite not mounted',
        backups: '41 guests, newest 5 h 50 min ago',
      },
    });
    expect([state.gaps, overall, text.slice(0, 10)]).toEqual([undefined, 'ok', 'All clear.']);
    expect(asked()).toHaveLength(16);
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 18, 23])(
    "is healthy at %i o'clock, on a Saturday, Sunday and Monday",
    async (oclock) => {
      for (const date of [21, 22, 23])
        expect(
          (await (await backups({ at: Date.UTC(2026, 10, date, oclock, 20) })).health()).findings,
        ).toEqual([]);
    },
  );

  test('stays healthy for weeks, while backups come and go', async () => {
    const { health, world } = await backups();
    for (let week = 0; week < 6; week++) {
      expect((await health()).findings).toEqual([]);
      world.advance(6.7 * day);
    }
  });

  test.each(['3.4.8', '3.3.2', '3.2.7'])('is healthy with %s as well', async (version) => {
    const { state, findings, overall } = await (await backups({ knobs: { version } })).health();
    expect([state.version, findings, overall]).toEqual([version, [], 'ok']);
  });
});

describe.each(Object.entries(backupServerIncidents))('%s', (_, { apply, ...incident }) => {
  test(`causes ${'expect' in incident ? incident.expect : 'nothing that is broken'}`, async () => {
    const { state, findings, overall } = await (await backups({ change: apply })).health();
    const serious = findings.filter((finding) => !finding.startsWith('info'));
    if ('expect' in incident)
      expect(serious).toContainEqual(expect.stringContaining(incident.expect));
    else expect([serious, overall]).toEqual([[], 'ok']);
    // One path that is gone costs the others the date on which they will be full, and that is said.
    expect((state.gaps ?? []).map(({ what }: { what: string }) => what)).toEqual(
      incident.title.startsWith('The file system of') ? ['when datastores will be full'] : [],
    );
  });

  test('its way to dig deeper can be gone', async () => {
    const { health, call } = await backups({ change: apply });
    for (const { next } of (await health()).state.findings) {
      const { isError, text } = await call(next.tool, next.arguments);
      expect(isError, text).toBe(false);
    }
  });
});

describe('what happens elsewhere in the homelab', () => {
  test('a backup job of a node that failed: the guest whose backup broke, and after the morning all that got none', async () => {
    const { health, world } = await backups({
      at: now - 2 * hour,
      change: incidents['backup-failed']?.apply,
    });
    expect((await health()).findings).toEqual(['warning pbs.backup-failed/main/ct/30062']);
    world.advance(2 * hour);
    expect((await health()).findings).toEqual([
      'warning pbs.backups-overdue/main/pve',
      'warning pbs.backup-failed/main/ct/30062',
    ]);
  });

  test('a stop-mode backup is no trouble', async () => {
    expect(
      (await (await backups({ change: incidents['stop-mode-backup']?.apply })).health()).findings,
    ).toEqual([]);
  });

  test("a node that is lost takes its guests' backups with it: quiet at first, overdue after the next night", async () => {
    const { health, world } = await backups({ change: incidents['node-offline']?.apply });
    expect((await health()).findings).toEqual([]);
    world.advance(26 * hour);
    expect((await health()).findings).toEqual(['warning pbs.backups-overdue/main/pve']);
  });

  test('a node that is lost with the backup server on it leaves nothing to ask', async () => {
    const { state, overall } = await (
      await backups({ change: incidents['node-silent']?.apply })
    ).health();
    expect([state.state, overall]).toEqual(['unreachable', 'unknown']);
  });

  test('a shared storage that is full is a full datastore', async () => {
    const fill = (share: number) =>
      backups({
        change: (world) => {
          for (const storage of world.proxmox.storages)
            if (storage.name === 'pbs-main')
              storage.usedBytes = Math.round(storage.totalBytes * share);
        },
      });
    expect((await (await fill(0.84)).health()).findings).toEqual([]);
    expect((await (await fill(0.86)).health()).findings).toEqual([
      'warning pbs.datastore-full/main',
    ]);
    expect((await (await fill(0.96)).health()).findings).toEqual([
      'critical pbs.datastore-full/main',
    ]);
  });
});

describe('part-time', () => {
  const env = { PBS_PART_TIME: 'true' };

  test('switched off, it is unreachable as expected, and breaks nothing', async () => {
    const { health, pbs, call } = await backups({ env });
    pbs.inject('refuse');
    const { state, text } = await health();
    expect(state).toMatchObject({
      state: 'unreachable',
      expected: true,
      problem: expect.stringMatching(/^Part-time, so this is expected/),
    });
    expect(text).toContain('Proxmox Backup Server unreachable, as expected (part-time)');
    const { isError, text: words } = await call('pbs_list_backups', {});
    expect([isError, words]).toEqual([true, expect.stringContaining('connection refused')]);
  });

  test('with another certificate than the one it should have, it is not merely off', async () => {
    const { health } = await backups({ env: { ...env, PBS_TLS_FINGERPRINT: 'AA'.repeat(32) } });
    const { state, overall } = await health();
    expect([state.state, state.expected, overall]).toEqual(['unreachable', undefined, 'unknown']);
  });

  test('switched on after a rest, it does not call its guests overdue before their own rhythm says so', async () => {
    const { health } = await backups({ env, at: now });
    expect((await health()).findings).toEqual([]);
  });
});
