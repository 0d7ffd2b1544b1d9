import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { examplesOf, ids } from '../test/contract/examples.ts';
import { allTools } from '../src/catalog.ts';
import { startDemo } from '../src/demo/start.ts';
import { interleaved, Peer, timed, type Ratio } from './measure.ts';

export const program = fileURLToPath(new URL('../dist/lares.js', import.meta.url));
const bare = fileURLToPath(new URL('floor/bare.mjs', import.meta.url));

/** From the start of the process to an answered tools/list, and what the process weighs after every tool was called once. */
export async function coldStart(): Promise<Ratio[]> {
  const sdk = join(mkdtempSync(join(tmpdir(), 'lares-bench-')), 'sdk.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('floor/sdk.ts', import.meta.url))],
    outfile: sdk,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    minify: true,
    logLevel: 'error',
    banner: {
      js: "import{createRequire as $benchRequire}from'node:module';const require=$benchRequire(import.meta.url);",
    },
  });
  const demo = await startDemo();
  const env = { ...demo.env, LARES_STATE_DIR: mkdtempSync(join(tmpdir(), 'lares-bench-')) };
  const listed =
    (args: string[], variables = {}): (() => Promise<number>) =>
    async () => {
      const peer = new Peer(args, variables);
      const ms = await timed(async () => {
        await peer.open();
        await peer.ask('tools/list');
      });
      await peer.close();
      return ms;
    };
  const ms = await interleaved(25, {
    bare: listed([bare]),
    sdk: listed([sdk]),
    lares: listed([program], env),
  });
  const rss = await weight(env);
  await demo.close();
  const [floor = 1, toolless = 1, lares = 1] = [ms['bare'], ms['sdk'], ms['lares']];
  return [
    {
      what: 'Cold start to tools/list, nine services, against a tool-less SDK bundle',
      value: `${(lares / toolless).toFixed(2)}×`,
      target: '≤ 1.12×',
      met: lares / toolless <= 1.12,
      detail: `${lares.toFixed(0)} ms, ${toolless.toFixed(0)} ms`,
    },
    {
      what: 'The same against bare node',
      value: `${(lares / floor).toFixed(2)}×`,
      target: '≤ 3.42× (1.12 × the 3.05× of the SDK)',
      met: lares / floor <= 3.42,
      detail: `bare ${floor.toFixed(0)} ms, SDK ${(toolless / floor).toFixed(2)}×`,
    },
    {
      what: 'RSS of a server that has listed its tools, nine services',
      value: `${rss.listed.toFixed(0)} MiB`,
      target: '≤ 75 MiB',
      met: rss.listed <= 75,
      detail: `${allTools.length} tools; the heap in use after every read and a hundred check-ups is about 30 MiB`,
    },
    {
      what: 'The same after every read was called once',
      value: `${rss.used.toFixed(0)} MiB`,
      target: '≤ 75 MiB',
      met: rss.used <= 75,
      detail:
        'V8 grows its young generation before it collects; started with node --max-semi-space-size=1 --optimize-for-size it stays about 30 MiB lower',
    },
  ];
}

async function weight(env: Record<string, string>): Promise<{ listed: number; used: number }> {
  const peer = new Peer([program], env);
  await peer.open();
  await peer.ask('tools/list');
  const listed = peer.rss();
  await peer.call('service_health');
  for (const id of ids)
    for (const [name, args] of Object.entries(await examplesOf(id)))
      if (allTools.find((tool) => tool.name === name)?.kind === 'read') await peer.call(name, args);
  const used = peer.rss();
  await peer.close();
  return { listed, used };
}
