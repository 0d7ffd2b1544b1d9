import { describe, expect, test } from 'vitest';
import { backups, day, now } from '../../../test/backup-lab.ts';
import type { ServerDatastore } from '../../demo/world/backup-server.ts';
import type { World } from '../../demo/world/index.ts';

const change =
  (more: Partial<ServerDatastore>, name = 'main') =>
  (world: World): void => {
    for (const store of world.backupServer.datastores)
      if (store.name === name) Object.assign(store, more);
  };
const main = async (options: Parameters<typeof backups>[0]) => {
  const { data, text } = await (
    await backups(options)
  ).call('pbs_list_datastores', { datastore: 'main' });
  return { ...data.datastores[0], text, jobs: data.jobs };
};

describe('pbs_list_datastores', () => {
  test('tells how full each is, when it will be full, and how its jobs went', async () => {
    const { call, asked } = await backups();
    const { text, data } = await call('pbs_list_datastores');
    expect(text).toMatchInlineSnapshot(`
      "1 of 2 datastores can be read; no job failed last time.
      datastore    state                                          used  size      full        deduplication  to be freed  comment
      main         available                                      42 %  12.0 TiB  2031-10-20  12.4 : 1       16.8 GiB     RAID-Z2, nightly
      usb-offsite  unmounted (its removable disk is not mounted)  -     -         -           -              -            Disk in the drawer
      job     id        datastore    namespace  with                   schedule   last  ended                 next
      gc      main      main         -          -                      sat 09:00  OK    2026-11-21T09:41:00Z  2026-11-28T09:00:00Z
      verify  nightly   main         -          -                      06:00      OK    2026-11-23T07:25:00Z  2026-11-24T06:00:00Z
      prune   hosts     main         -          -                      04:30      OK    2026-11-23T04:31:00Z  2026-11-24T04:30:00Z
      sync    attic     main         pve        to attic offsite       08:00      OK    2026-11-23T08:15:00Z  2026-11-24T08:00:00Z
      sync    usb-copy  usb-offsite  -          from this server main  by hand    OK    2026-11-17T01:30:00Z  -"
    `);
    expect(data.gaps).toEqual([]);
    expect(asked().sort()).toEqual([
      '/access/permissions',
      '/admin/datastore',
      '/admin/gc',
      '/admin/prune',
      '/admin/sync?sync-direction=all',
      '/admin/verify',
      '/status/datastore-usage',
    ]);
  });

  test('a removable disk that is away has no sizes: none of them is zero', async () => {
    const { data } = await (
      await backups()
    ).call('pbs_list_datastores', { datastore: 'usb-offsite' });
    expect(data.datastores[0]).toEqual({
      datastore: 'usb-offsite',
      comment: 'Disk in the drawer',
      availability: 'unmounted',
      reason: 'its removable disk is not mounted',
      backend: 'filesystem',
      trend: 'unknown',
    });
  });

  test('full is what cannot be used any more: blocks the file system reserves do not count as free', async () => {
    const { usedShare, totalBytes, usedBytes, availableBytes } = await main({
      change: change({ reservedBytes: 6 * 2 ** 40 }),
    });
    expect([usedBytes / totalBytes, usedShare]).toEqual([expect.closeTo(5 / 12), 0.833]);
    expect(availableBytes).toBe(2 ** 40);
  });

  test.each([
    ['grows', 4 * 2 ** 30, 1_440, 'filling', '2031-10-20'],
    ['falls: the date is past', -9 * 2 ** 30, 1_440, 'not-filling', 'not filling'],
    ['stands still: the date is zero', 0, 1_440, 'not-filling', 'not filling'],
    ['is known for too short', 4 * 2 ** 30, 6, 'unknown', 'too few days to tell'],
  ])('usage %s', async (_, growthBytesPerDay, historyPoints, trend, words) => {
    const { text, ...row } = await main({
      change: change({ growthBytesPerDay }),
      knobs: { historyPoints },
    });
    expect(row.trend).toBe(trend);
    expect(row.fullAt === undefined).toBe(trend !== 'filling');
    expect(text).toContain(words);
  });

  test.each([
    ['read-only', 'read-only', 'read-only'],
    ['offline,message=new disks', 'maintenance', 'offline: new disks'],
    ['type=offline,message="new disks, at last"', 'maintenance', 'offline: new disks, at last'],
    ['delete', 'maintenance', 'delete'],
    ['s3-refresh', 'maintenance', 's3-refresh'],
    ['a-mode-of-tomorrow', 'maintenance', 'a-mode-of-tomorrow'],
  ])('maintenance %j', async (maintenance, availability, reason) => {
    expect(await main({ change: change({ maintenance }) })).toMatchObject({ availability, reason });
  });

  test('a store that cannot be opened says why, though its jobs are left out without a word', async () => {
    const { jobs, ...row } = await main({
      change: change({ fault: 'unable to open chunk store' }),
    });
    expect(row).toMatchObject({ availability: 'error', reason: 'unable to open chunk store' });
    expect(row.usedBytes).toBeUndefined();
    expect(jobs.map(({ kind }: { kind: string }) => kind)).not.toContain('gc');
  });

  test('sizes of an S3 store are those of its cache', async () => {
    const { text, backend } = await main({ change: change({ s3: true }) });
    expect([backend, text]).toEqual(['s3', expect.stringContaining('42 % of the local cache')]);
  });

  test('an unknown one is refused with its nearest name', async () => {
    const { isError, text } = await (
      await backups()
    ).call('pbs_list_datastores', { datastore: 'maim' });
    expect([isError, text]).toEqual([
      true,
      'No datastore "maim" that the token may see. Did you mean main? There are: main, usb-offsite',
    ]);
  });

  test('what is left out is counted', async () => {
    const { text, data } = await (await backups()).call('pbs_list_datastores', { limit: 1 });
    expect([data.datastores.length, data.total]).toEqual([1, 2]);
    expect(text).toContain('1 of 2 shown. cursor="1" goes on; or name the datastore.');
  });
});

describe('jobs', () => {
  const job = (world: World, kind: string, id: string) => {
    const found = world.backupServer.jobs.find((one) => one.kind === kind && one.id === id);
    if (!found) throw new Error(id);
    return found;
  };
  const rows = async (edit: (world: World) => void, knobs = {}) =>
    (await (await backups({ change: edit, knobs })).call('pbs_list_datastores')).data.jobs.map(
      ({ id, last, schedule, disabled }: Record<string, unknown>) =>
        [id, last, schedule, disabled].join(' '),
    );

  test('never run, running, by hand and disabled are different words', async () => {
    expect(
      await rows((world) => {
        job(world, 'verify', 'nightly').last = null;
        Object.assign(job(world, 'prune', 'hosts'), { disabled: true });
        const sync = job(world, 'sync', 'attic');
        for (const task of world.backupServer.tasks)
          if (task.upid === sync.last) Object.assign(task, { exit: null, endedAt: null });
      }),
    ).toEqual([
      'main ok sat 09:00 false',
      'nightly never 06:00 false',
      'hosts ok 04:30 true',
      'attic running 08:00 false',
      'usb-copy ok  false',
    ]);
  });

  test('a failed garbage collection is not mixed up with the last good one', async () => {
    const { call } = await backups({
      change: (world) => {
        const gc = job(world, 'gc', 'main');
        world.backupServer.tasks.push({
          upid: 'UPID:pbs:000002BC:000004B4:0000FFFF:6B02E1F0:garbage_collection:main:root@pam:',
          type: 'garbage_collection',
          id: 'main',
          user: 'root@pam',
          startedAt: now - day,
          endedAt: now - day + 4_000,
          exit: 'disk I/O error',
          log: ['TASK ERROR: disk I/O error'],
        });
        gc.last = 'UPID:pbs:000002BC:000004B4:0000FFFF:6B02E1F0:garbage_collection:main:root@pam:';
      },
    });
    const { data, text } = await call('pbs_list_datastores');
    expect(data.jobs[0]).toMatchObject({
      kind: 'gc',
      last: 'failed',
      reason: 'disk I/O error',
      endedAt: '2026-11-22T09:30:04Z',
    });
    expect(text).toMatch(/^1 of 2 datastores can be read; 1 job failed last time\.$/m);
  });

  test.each([['4.2.3'], ['3.4.8'], ['3.3.2']])(
    'push jobs are listed too, which %s leaves out unless asked',
    async (version) => {
      const { call, asked } = await backups({ knobs: { version } });
      const { data } = await call('pbs_list_datastores');
      expect(
        data.jobs
          .filter(({ kind }: { kind: string }) => kind === 'sync')
          .map(({ id }: { id: string }) => id)
          .sort(),
      ).toEqual(['attic', 'usb-copy']);
      expect(asked().filter((path) => path.startsWith('/admin/sync'))).toEqual([
        '/admin/sync?sync-direction=all',
      ]);
    },
  );

  test('3.2 does not know that question, and is asked without it', async () => {
    const { call, asked } = await backups({ knobs: { version: '3.2.7' } });
    const { data } = await call('pbs_list_datastores');
    expect(data.gaps).toEqual([]);
    expect(asked().filter((path) => path.startsWith('/admin/sync'))).toEqual([
      '/admin/sync?sync-direction=all',
      '/admin/sync',
    ]);
  });
});
