import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { startDemo } from '../../src/demo/start.ts';
import { createWorld } from '../../src/demo/world/index.ts';

const program = fileURLToPath(new URL('../../dist/lares.js', import.meta.url));

async function house(
  only = ['proxmox'],
): Promise<(...args: string[]) => Promise<{ code: number | null; out: string; err: string }>> {
  const demo = await startDemo({ world: createWorld(), only });
  const folder = mkdtempSync(join(tmpdir(), 'lares-test-'));
  writeFileSync(join(folder, 'a.md'), '# Power\nThe UPS holds for 20 minutes.\n');
  onTestFinished(async () => {
    await demo.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const env = {
    PATH: process.env['PATH'] ?? '',
    LARES_STATE_DIR: folder,
    LARES_DOCS: folder,
    LARES_DEADLINE_MS: '15000',
    ...demo.env,
  };
  return async (...args) => {
    const child = spawn(process.execPath, [program, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (text: Buffer) => {
      out += text.toString();
    });
    child.stderr.on('data', (text: Buffer) => {
      err += text.toString();
    });
    const code = await new Promise<number | null>((resolve) => {
      child.once('close', resolve);
    });
    return { code, out, err };
  };
}

it('lares resources lists and reads what a client without resources would miss', async () => {
  const lares = await house();
  expect((await lares('resources')).out).toMatch(/^lares:\/\/docs\/a\.md +Power$/m);
  expect(await lares('resources', 'guest/n8n')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^guest n8n, up,[^]*\nLXC 30062 \(n8n\) is running/),
    err: '',
  });
  expect((await lares('resources', 'lares://pitfalls')).out).toMatch(/^## Proxmox VE 9/m);
  expect((await lares('resources', 'manual/proxmox')).out).toMatch(/^# Proxmox VE/);
  expect(JSON.parse((await lares('resources', 'docs/a.md', '--json')).out)).toMatchObject({
    uri: 'lares://docs/a.md',
    text: expect.stringMatching(/20 minutes/),
  });
  expect(await lares('resources', 'guest/n8m')).toMatchObject({
    code: 2,
    out: '',
    err: 'lares: No guest "n8m" is known. Did you mean n8n?\n',
  });
});

it('lares prompt gives a plan to any model', async () => {
  const lares = await house();
  expect((await lares('prompt')).out).toMatch(/^safe_restart +--guest +Restart one guest/m);
  expect(await lares('prompt', 'safe_restart', '--guest', 'n8n')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Safe restart of a guest: 30062 \(n8n\)\n/),
    err: '',
  });
  expect(JSON.parse((await lares('prompt', 'morning_check', '--json')).out)).toMatchObject({
    text: expect.stringMatching(/^Morning check\n/),
  });
  expect(await lares('prompt', 'safe_restart', '--gest', 'n8n')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/Did you mean --guest\?/),
  });
  expect(await lares('prompt', 'safe_restart')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/safe_restart needs guest/),
  });
});

it('lares map shows what stands on what, in words, as data and as a picture, and teaches how', async () => {
  const lares = await house();
  expect(await lares('map', 'N8N')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^guest n8n, up .*\n.*\nstands on:\n {2}node pve-mini5\n/),
    err: '',
  });
  const { things } = JSON.parse((await lares('map', '10.0.30.62', '--json')).out);
  expect(things).toMatchObject([
    { ref: 'address/10.0.30.62', standsOn: expect.arrayContaining(['guest/default/30062']) },
  ]);
  expect((await lares('map', 'n8n', '--dot')).out).toMatch(
    /^digraph homelab \{\n[^]*"address\/10\.0\.30\.62" -> "guest\/default\/30062" [^]*\}\n$/,
  );
  expect((await lares('map')).out).toMatch(/^\d+ things: node 4, guest 47, /);
  expect(await lares('map', 'n8m')).toMatchObject({
    code: 2,
    out: '',
    err: 'lares: Nothing on the map is called "n8m". Did you mean n8n?\n',
  });
  expect((await lares('map', '--help')).out).toMatch(/lares map --dot > map\.dot/);
});

it('lares map with nothing configured has seen nothing, and its exit code says so', async () => {
  const lares = await house([]);
  expect((await lares('map')).code).toBe(2);
  expect((await lares('map', '--json')).code).toBe(2);
});
