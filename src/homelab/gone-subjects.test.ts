import { describe, expect, test } from 'vitest';
import { day, history } from '../../test/backup-lab.ts';
import { lab, type LabOptions } from '../../test/harness.ts';
import { createWorld } from '../demo/world/index.ts';
import type { FakeProxmox } from '../services/proxmox/fake/index.ts';

const now = Date.UTC(2026, 10, 23, 9, 30);

/** A container whose daily backups ended five days ago. */
async function late(id: string, options: LabOptions = {}) {
  const world = createWorld({ now });
  history(
    world,
    [5, 6, 7, 8].map((days) => days * day),
    { type: 'ct', id, comment: 'old' },
  );
  const opened = await lab({ only: ['proxmox', 'pbs'], world, ...options });
  const ask = async (service?: string) => {
    const { data } = await opened.call('service_health', service === undefined ? {} : { service });
    const pbs = data.services.find(({ service: of }: { service: string }) => of === 'pbs');
    const [finding] = pbs.findings;
    return { ...finding, state: pbs.state, overall: data.overall };
  };
  return { ...opened, ask };
}

describe('a guest that is overdue in the backup server', () => {
  test('and that no cluster knows is gone: information, and nothing is broken', async () => {
    const { ask } = await late('900');
    for (const service of [undefined, 'pbs'])
      expect(await ask(service)).toMatchObject({
        id: 'pbs.backup-overdue/main/ct/900',
        severity: 'info',
        message: expect.stringMatching(/\. Proxmox VE knows no such guest, so nothing is missing/),
        state: 'ok',
        overall: 'ok',
      });
  });

  test('and that a cluster knows is overdue', async () => {
    const { ask } = await late('30062');
    expect(await ask()).toMatchObject({
      id: 'pbs.backup-overdue/main/ct/30062',
      severity: 'warning',
      state: 'degraded',
      overall: 'broken',
    });
  });

  test('stays overdue where nobody can tell', async () => {
    const { ask, fake } = await late('900');
    const proxmox = fake('proxmox') as FakeProxmox;
    const [token] = proxmox.knobs.tokens;
    if (token) token.acl = { '/': ['Sys.Audit'], '/vms/30062': ['VM.Audit'] };
    expect(await ask('pbs')).toMatchObject({ severity: 'warning', overall: 'broken' });
  });

  test('stays overdue where there is no cluster to ask', async () => {
    const { ask } = await late('900', { only: ['pbs'] });
    expect(await ask()).toMatchObject({ severity: 'warning', overall: 'broken' });
  });

  test('nothing is asked for it where there is no such finding', async () => {
    const { call, requests } = await lab({ only: ['proxmox', 'pbs'], world: createWorld({ now }) });
    await call('service_health', { service: 'pbs' });
    expect(requests('proxmox')).toEqual([]);
  });
});
