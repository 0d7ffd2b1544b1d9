import { describe, expect, test } from 'vitest';
import { backups, day, history, hour } from '../../../test/backup-lab.ts';
import type { ServerJob } from '../../demo/world/backup-jobs.ts';
import { endServerTask, startServerTask } from '../../demo/world/backup-tasks.ts';
import type { World } from '../../demo/world/index.ts';

const daily = [0.1, 1.1, 2.1, 3.1, 4.1, 5.1, 6.1].map((days) => days * day);
/** What the sync of three days ago could bring. */
const copied = daily.slice(3);

/** A datastore `second` that a sync job fills, which last ran three days ago and runs again in four. */
function second(world: World, more: Partial<ServerJob> = {}, exit = 'OK'): void {
  const [main] = world.backupServer.datastores;
  if (!main) return;
  world.backupServer.datastores.push({
    ...main,
    name: 'second',
    namespaces: [''],
    storage: null,
    growthBytesPerDay: 0,
  });
  const task = startServerTask(world.backupServer.tasks, {
    type: 'syncjob',
    id: '-:main:second::weekly',
    user: 'root@pam',
    startedAt: world.now() - 3 * day,
  });
  endServerTask(task, task.startedAt + hour, exit);
  const [template] = world.backupServer.jobs.filter(({ id }) => id === 'usb-copy');
  if (!template) return;
  world.backupServer.jobs.push(
    {
      ...template,
      id: 'weekly',
      store: 'second',
      schedule: 'sat 03:00',
      everyMs: 7 * day,
      next: world.now() + 4 * day,
      last: task.upid,
      options: { 'remote-store': 'main' },
      ...more,
    },
    { ...template, kind: 'verify', id: 'second', store: 'second', next: null, options: {} },
  );
}
const copy = { store: 'second', owner: 'root@pam' };

const found = async (change: (world: World) => void): Promise<string[]> =>
  (await (await backups({ change })).health()).findings.filter((id) => !id.includes('no-gc'));

describe('what a sync job brings', () => {
  test('is as new as its last run could make it, whatever the rhythm of its backups', async () => {
    const change = (world: World): void => {
      second(world);
      history(world, daily);
      history(world, copied, copy);
    };
    expect(await found(change)).toEqual([]);
    const { call } = await backups({ change });
    const { data } = await call('pbs_list_backups', { datastore: 'second' });
    expect(data).toMatchObject({ groups: [{ id: 'laptop', timing: 'copy' }], overdue: 0 });
  });

  test('from another server is judged by its last run as well', async () => {
    const options = { remote: 'attic', 'remote-store': 'offsite' };
    expect(
      await found((world) => {
        second(world, { options });
        history(world, copied, copy);
      }),
    ).toEqual([]);
    expect(
      await found((world) => {
        second(world, { options });
        history(world, daily.slice(5), copy);
        history(world, [8.1 * day], copy);
      }),
    ).toEqual(['warning pbs.backup-overdue/second/host/laptop']);
  });

  test('lacks what an earlier run should have brought: that is late', async () => {
    expect(
      await found((world) => {
        second(world);
        history(world, daily);
        history(
          world,
          [6.1, 7.1, 8.1, 9.1].map((days) => days * day),
          copy,
        );
      }),
    ).toEqual(['warning pbs.backup-overdue/second/host/laptop']);
  });

  test('of a guest that is late itself is told once', async () => {
    expect(
      await found((world) => {
        second(world);
        history(world, copied);
        history(world, copied, copy);
      }),
    ).toEqual(['warning pbs.backup-overdue/main/host/laptop']);
  });

  test('by a run that failed is told of the job', async () => {
    expect(
      await found((world) => {
        second(world, {}, 'sync failed with some errors.');
        history(world, daily);
        history(
          world,
          [6.1, 7.1, 8.1, 9.1].map((days) => days * day),
          copy,
        );
      }),
    ).toEqual(['warning pbs.sync-failed/second/weekly']);
  });

  test.each<[string, Partial<ServerJob>, object]>([
    ['of another owner, who backs up into the same place', {}, { owner: 'hosts@pbs!backup' }],
    [
      'that a filter leaves out',
      { options: { 'remote-store': 'main', 'group-filter': ['type:vm'] } },
      {},
    ],
    [
      'that a filter excludes',
      {
        options: { 'remote-store': 'main', 'group-filter': ['exclude:group:host/laptop'] },
      },
      {},
    ],
  ])('is not what is %s', async (_, job, fields) => {
    expect(
      await found((world) => {
        second(world, job);
        history(world, copied, { ...copy, ...fields });
      }),
    ).toEqual(['warning pbs.backup-overdue/second/host/laptop']);
  });

  test('counts as a group, and as no other guest', async () => {
    const { health } = await backups({
      change: (world) => {
        second(world);
        history(world, daily);
        history(world, copied, copy);
      },
    });
    expect((await health()).state.headline).toMatch(/^backups of 42 guests in 43 groups, /);
  });
});
