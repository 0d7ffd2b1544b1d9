import https from 'node:https';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call } from '../src/catalog.ts';
import { createRuntime } from '../src/core/runtime.ts';
import { loopback } from '../src/demo/loopback.ts';
import { startDemo } from '../src/demo/start.ts';
import { createWorld } from '../src/demo/world/index.ts';
import { services } from '../src/services/index.ts';
import { interleaved, timed, type Ratio } from './measure.ts';

/** infra_overview of ten thousand guests against fetching and parsing the same body. */
export async function overview(): Promise<Ratio[]> {
  const world = createWorld();
  const [first] = world.guests;
  if (!first) throw new Error('the world has no guests');
  for (let i = world.guests.length; i < 10_000; i++)
    world.guests.push({
      ...structuredClone(first),
      vmid: 100_000 + i,
      name: `guest-${i}`,
      status: i % 5 === 0 ? 'stopped' : 'running',
    });
  const demo = await startDemo({ world, only: ['proxmox'] });
  const body = await get(`${demo.env['PROXMOX_URL']}/api2/json/cluster/resources`, {
    authorization: `PVEAPIToken=${demo.env['PROXMOX_TOKEN_ID']}=${demo.env['PROXMOX_TOKEN_SECRET']}`,
  });
  // The fake makes its answer anew each time; a cluster has it ready. So the same bytes are served as they are.
  const ready = await loopback(
    () => ({ headers: { 'content-type': 'application/json;charset=UTF-8' }, body }),
    { tls: true },
  );
  const runtime = createRuntime(
    services,
    {
      ...demo.env,
      PROXMOX_URL: ready.url,
      PROXMOX_TLS_FINGERPRINT: ready.fingerprint,
      LARES_STATE_DIR: mkdtempSync(join(tmpdir(), 'lares-bench-')),
    },
    () => world.now(),
  );
  const direct = async (): Promise<unknown> =>
    JSON.parse((await get(ready.url, {})).toString()) as unknown;
  const caller = {
    name: 'bench',
    signal: new AbortController().signal,
    progress: () => undefined,
    now: runtime.now,
  };
  for (let i = 0; i < 3; i++) {
    await direct();
    await call(runtime, 'infra_overview', {}, caller);
  }
  const ms = await interleaved(15, {
    direct: () => timed(direct),
    lares: () => timed(() => call(runtime, 'infra_overview', {}, caller)),
  });
  await runtime.close();
  agent.destroy();
  await ready.close();
  await demo.close();
  const [floor = 1, lares = 1] = [ms['direct'], ms['lares']];
  return [
    {
      what: 'infra_overview of 10,000 guests against fetch + JSON.parse',
      value: `${(lares / floor).toFixed(2)}×`,
      target: '≤ 1.5×',
      met: lares / floor <= 1.5,
      detail: `${lares.toFixed(0)} ms, ${floor.toFixed(0)} ms, ${(body.length / 2 ** 20).toFixed(1)} MiB`,
    },
  ];
}

const agent = new https.Agent({ keepAlive: true, rejectUnauthorized: false });

const get = (url: string, headers: Record<string, string>): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    https
      .get(url, { agent, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer
          .on('data', (chunk: Buffer) => chunks.push(chunk))
          .on('end', () => resolve(Buffer.concat(chunks)))
          .on('error', reject);
      })
      .on('error', reject);
  });
