import { describe, expect, test } from 'vitest';
import type { Link, Ref, Thing } from '../../core/map.ts';
import { backupServerIncidents } from '../../demo/incidents/backup-server.ts';
import { endServerTask, startServerTask } from '../../demo/world/backup-tasks.ts';
import { createWorld, type World } from '../../demo/world/index.ts';
import { incidentsOf } from '../../homelab/incidents/incidents.ts';
import type { Symptom } from '../../homelab/incidents/incident.ts';
import { backups, day, history, hour, now, type BackupOptions } from '../../../test/backup-lab.ts';
import { lab } from '../../../test/harness.ts';
import { adrift, misjoined, pictureOf, type Picture } from '../../../test/homelab-map.ts';

async function look(options: BackupOptions = {}) {
  const opened = await backups(options);
  const picture = await pictureOf(opened);
  const { checkup, inventory } = picture.partsOf('pbs');
  const find = (things: readonly Thing[], ref: Ref) => things.find((thing) => thing.ref === ref);
  return {
    ...opened,
    ...picture,
    seen: (ref: Ref) => find(checkup, ref),
    listed: (ref: Ref) => find(inventory, ref),
  };
}

const group777 = { store: 'main', type: 'ct', id: '777' } as const;

const linksOf = (thing: Thing | undefined, how: Link['how']): Ref[] =>
  (thing?.links ?? []).filter((link) => link.how === how).map(({ to }) => to);

describe('the map of a backup server', () => {
  test('a datastore is served by its server; a disk in the drawer is meant to be away', async () => {
    const { seen } = await look();
    expect(seen('datastore/default/main')).toEqual({
      ref: 'datastore/default/main',
      title: 'main',
      state: 'up',
      about: 'datastore available',
      more: { tool: 'pbs_list_datastores', arguments: { datastore: 'main' } },
      links: [{ to: 'instance/pbs/default', how: 'served by' }],
    });
    expect(seen('datastore/default/usb-offsite')).toMatchObject({ state: 'down', idle: true });
  });

  test('the backups of a guest lie in a datastore, and name their guest for whichever cluster has it', async () => {
    const { seen } = await look();
    expect(seen('backup/default/main/pve/ct/10028')).toEqual({
      ref: 'backup/default/main/pve/ct/10028',
      title: 'ct/10028 (vaultwarden)',
      state: 'up',
      about: 'backups on-time in main/pve',
      more: { tool: 'pbs_list_backups', arguments: { guest: '10028', datastore: 'main' } },
      links: [
        { to: 'datastore/default/main', how: 'stored on' },
        { to: 'guest/*/ct/10028', how: 'backs up', named: 'vaultwarden' },
      ],
    });
  });

  test('jobs act on their datastores, on both where they copy within the server', async () => {
    const { seen } = await look();
    expect(seen('job/pbs/default/gc/main')).toMatchObject({
      title: 'garbage collection of main',
      state: 'up',
      links: [
        { to: 'datastore/default/main', how: 'acts on' },
        { to: 'instance/pbs/default', how: 'served by' },
      ],
    });
    expect(linksOf(seen('job/pbs/default/sync/usb-copy'), 'acts on')).toEqual([
      'datastore/default/usb-offsite',
      'datastore/default/main',
    ]);
    expect(linksOf(seen('job/pbs/default/sync/attic'), 'acts on')).toEqual([
      'datastore/default/main',
    ]);
  });

  test('a look by name asks for datastores and the groups in them, and judges nothing', async () => {
    const { listed } = await look();
    expect(listed('datastore/default/main')).toMatchObject({
      state: 'unknown',
      about: 'datastore',
    });
    expect(listed('backup/default/main/pve/ct/10028')).toMatchObject({
      state: 'unknown',
      links: [{ to: 'datastore/default/main', how: 'stored on' }],
    });
  });
});

describe('whose backups they are', () => {
  const group = { ...group777, namespace: 'friend' };
  const nightly = [hour, day + hour, 2 * day + hour];
  const linkOf = async (change: (world: World) => void, ref: Ref) =>
    (await look({ change })).seen(ref)?.links.find(({ how }) => how === 'backs up');
  const withNamespace = (world: World): void => {
    for (const store of world.backupServer.datastores)
      if (store.name === 'main') store.namespaces.push('friend');
  };

  test('without a comment the number alone tells, if it is alone, and not for sure', async () => {
    const change = (world: World): void => {
      withNamespace(world);
      history(world, nightly, group);
    };
    expect(await linkOf(change, 'backup/default/main/friend/ct/777')).toEqual({
      to: 'guest/*/ct/777',
      how: 'backs up',
      weak: true,
    });
  });

  test('without a comment nobody knows whose they are where two clusters may have the number', async () => {
    const change = (world: World): void => {
      withNamespace(world);
      history(world, nightly, { ...group, id: '10028' });
    };
    expect(await linkOf(change, 'backup/default/main/friend/ct/10028')).toBeUndefined();
  });

  test('a machine that backs itself up is no guest', async () => {
    const change = (world: World): void => void history(world, nightly);
    expect(await linkOf(change, 'backup/default/main/host/laptop')).toBeUndefined();
  });

  test('in the whole homelab they lead to the guest of the cluster, never to another of that number', async () => {
    const world = createWorld({ now });
    withNamespace(world);
    history(world, nightly, { ...group, id: '10028', comment: 'web' });
    const { map } = await pictureOf(await lab({ world, only: ['proxmox', 'pbs'] }));
    const guestOf = (ref: Ref) => linksOf(map.things.get(ref), 'backs up');
    expect(guestOf('backup/default/main/pve/ct/10028')).toEqual(['guest/default/10028']);
    expect(guestOf('backup/default/main/friend/ct/10028')).toEqual([]);
  });
});

describe('what every finding says can be joined', () => {
  test.each(Object.entries(backupServerIncidents).filter(([, incident]) => 'expect' in incident))(
    '%s',
    async (_, { apply }) => {
      const picture = await look({ change: apply });
      expect(picture.findings.length).toBeGreaterThan(0);
      expect([adrift(picture, 'pbs'), misjoined(picture)]).toEqual([[], []]);
    },
  );

  test('many at once are about each of them', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const picture = await look({
      change: (world) => {
        for (const id of ids) history(world, [2 * day, 3 * day, 4 * day], { id });
      },
    });
    const finding = picture.findings.find(({ id }) => id === 'pbs.backups-overdue/main');
    expect(finding?.about?.toSorted()).toEqual(ids.map((id) => `backup/default/main/host/${id}`));
    expect(adrift(picture, 'pbs')).toEqual([]);
  });

  test('a failed backup is about that guest’s backups, and about the datastore alone where it may be of several guests, or of none yet', async () => {
    const failedOf = async (change: (world: World) => void) => {
      const { findings } = await look({
        change: (world) => {
          change(world);
          const startedAt = now - hour;
          const subject = { type: 'backup', id: 'main:ct/777', user: 'root@pam', startedAt };
          const task = startServerTask(world.backupServer.tasks, subject);
          endServerTask(task, startedAt + 60_000, 'connection error');
        },
      });
      return findings.find(({ id }) => id === 'pbs.backup-failed/main/ct/777')?.about;
    };
    const once = (world: World): void => void history(world, [day, 2 * day], { ...group777 });
    expect(await failedOf(once)).toEqual(['backup/default/main/ct/777']);
    expect(
      await failedOf((world) => {
        once(world);
        history(world, [day, 2 * day], { ...group777, namespace: 'pve' });
      }),
    ).toEqual(['datastore/default/main']);
    expect(await failedOf(() => undefined)).toEqual(['datastore/default/main']);
  });
});

describe('a datastore that is gone', () => {
  const joined = ({ findings, map }: Picture) => incidentsOf<Symptom>(findings, map);

  test('is why its jobs fail', async () => {
    const picture = await look({
      change: (world) => {
        backupServerIncidents['garbage-collection-failing'].apply(world);
        backupServerIncidents['datastore-lost'].apply(world);
      },
    });
    const [incident] = joined(picture).filter(({ id }) => id === 'pbs.datastore-error/main');
    expect(incident?.consequences).toMatchObject([
      {
        finding: { id: 'pbs.gc-failed/main' },
        path: ['job/pbs/default/gc/main', 'datastore/default/main'],
      },
    ]);
  });

  test('is not why a job of another fails', async () => {
    const picture = await look({ change: backupServerIncidents['offsite-copy-failing'].apply });
    expect(joined(picture)).toMatchObject([{ id: 'pbs.sync-failed/main/attic', consequences: [] }]);
  });
});
