import { expect, onTestFinished, test } from 'vitest';
import { lab } from '../../../test/harness.ts';
import { now } from '../../../test/backup-lab.ts';
import { backupServerIncidents } from '../../demo/incidents/backup-server.ts';
import { createWorld } from '../../demo/world/index.ts';
import { fakePbs } from './fake/index.ts';

/** A server at home, and one in the attic that fails to copy. */
async function two(more: Record<string, string> = {}) {
  const [world, other] = [createWorld({ now }), createWorld({ now })];
  backupServerIncidents['offsite-copy-failing'].apply(other);
  const [home, attic] = await Promise.all([fakePbs(world), fakePbs(other)]);
  onTestFinished(async () => {
    await Promise.all([home.close(), attic.close()]);
  });
  const variables = (name: string, env: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(env).map(([key, value]) => [key.replace('PBS_', `PBS_${name}_`), value]),
    );
  return {
    home,
    attic,
    ...(await lab({
      only: [],
      world,
      env: { ...variables('HOME', home.env), ...variables('ATTIC', attic.env), ...more },
    })),
  };
}

test('rows, findings and gaps say which server they are of', async () => {
  const { call } = await two();
  const { data: verdict } = await call('service_health', { service: 'pbs' });
  expect(verdict.services[0].findings).toMatchObject([
    { id: 'pbs.sync-failed/attic:main/attic', next: { arguments: { instance: 'attic' } } },
  ]);
  expect(verdict.services[0].facts.datastores).toBe(
    'attic:main 42 %; attic:usb-offsite not mounted; home:main 42 %; home:usb-offsite not mounted',
  );
  const { next } = verdict.services[0].findings[0];
  expect((await call(next.tool, next.arguments)).data.tasks[0]).toMatchObject({ status: 'failed' });
  const { data, text } = await call('pbs_list_backups', { guest: 'n8n' });
  expect(data.groups.map(({ instance }: { instance: string }) => instance).sort()).toEqual([
    'attic',
    'home',
  ]);
  expect(text).toContain('NOT CHECKED: attic: backups in usb-offsite');
});

test('one that is asked alone answers alone', async () => {
  const { call, home } = await two();
  const { data } = await call('pbs_list_datastores', { instance: 'attic' });
  expect(data.datastores[0].instance).toBeUndefined();
  expect(home.requests).toEqual([]);
});

test('one that is away is a partial answer, and a warning unless it is part-time', async () => {
  const { call, attic } = await two();
  attic.inject('refuse');
  const { data, text } = await call('pbs_list_datastores');
  expect(data.partial).toMatchObject([{ instance: 'attic' }]);
  expect(text).toMatch(/^PARTIAL: Proxmox Backup Server attic did not answer/m);
  expect(
    (await call('service_health', { service: 'pbs' })).data.services[0].findings,
  ).toMatchObject([{ id: 'pbs.instance-down/attic', severity: 'warning' }]);
  const relaxed = await two({ PBS_ATTIC_PART_TIME: 'true' });
  relaxed.attic.inject('refuse');
  const { data: verdict } = await relaxed.call('service_health', { service: 'pbs' });
  expect([verdict.overall, verdict.services[0].findings]).toMatchObject([
    'ok',
    [{ id: 'pbs.instance-down/attic', severity: 'info' }],
  ]);
});
