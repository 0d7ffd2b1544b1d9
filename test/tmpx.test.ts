import { test } from 'vitest';
import { homelab, candidate } from './init/init-lab.ts';
import { tryOut } from '../src/cli/init/trial.ts';
import { onlyInstance } from '../src/cli/init/entry.ts';
test('x', async () => {
  const demo = await homelab('proxmox');
  const { service } = candidate('proxmox');
  const r = await tryOut(service, onlyInstance, demo.env, new AbortController().signal);
  console.log(JSON.stringify(r).slice(0, 3000));
});
