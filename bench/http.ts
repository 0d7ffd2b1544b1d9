import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { startDemo } from '../src/demo/start.ts';
import { program } from './cold-start.ts';
import { median, type Ratio } from './measure.ts';

interface Server {
  port: number;
  child: ChildProcess;
}

/** A server in a process of its own, with a clean environment; ready when it answers at all. */
async function start(
  args: readonly string[],
  port: number,
  env: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const child = spawn(process.execPath, [...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: 'ignore',
  });
  while (
    child.exitCode === null &&
    !(await new Promise<boolean>((resolve) => {
      http
        .get({ port, path: '/healthz', host: '127.0.0.1' }, (answer) => {
          answer.resume();
          resolve(true);
        })
        .on('error', () => resolve(false));
    }))
  )
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  if (child.exitCode !== null) throw new Error(`${args[0]} ended with ${child.exitCode}`);
  return { port, child };
}

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
};

/** One call of a tool as 2026-07-28 spells it; the body of the answer has to hold `expected`. */
function call(
  { port }: Server,
  agent: http.Agent,
  name: string,
  args: object,
  expected: string,
): Promise<number> {
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name, arguments: args, _meta: meta },
  });
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': name,
      'content-length': Buffer.byteLength(body),
    };
    http
      .request(
        { port, host: '127.0.0.1', path: '/mcp', method: 'POST', agent, headers },
        (answer) => {
          const chunks: Buffer[] = [];
          answer
            .on('data', (chunk: Buffer) => chunks.push(chunk))
            .on('end', () => {
              const text = Buffer.concat(chunks).toString();
              if (text.includes(expected)) resolve(performance.now() - began);
              else reject(new Error(`${name}: ${text.slice(0, 300)}`));
            });
        },
      )
      .on('error', reject)
      .end(body);
  });
}

/** Calls a second, and the 50th and 99th percentile of one call in milliseconds. */
async function load(
  servers: readonly Server[],
  callers: number,
  calls: number,
  tool: [name: string, args: object, expected: string],
): Promise<{ rate: number; p50: number; p99: number }> {
  const agents = servers.map(() => new http.Agent({ keepAlive: true, maxSockets: callers }));
  const times: number[] = [];
  let left = calls;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async (_, i) => {
      const at = i % servers.length;
      const [server, agent] = [servers[at], agents[at]];
      while (server && agent && left-- > 0) times.push(await call(server, agent, ...tool));
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  for (const agent of agents) agent.destroy();
  times.sort((a, b) => a - b);
  return {
    rate: calls / seconds,
    p50: median(times),
    p99: times[Math.floor(times.length * 0.99)] ?? Number.NaN,
  };
}

const rss = ({ child }: Server): number =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;

/** What serving Lares over HTTP costs against the SDK's own trivial tool, on the same protocol and in the same run. */
export async function network(): Promise<Ratio[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lares-bench-'));
  const floor = join(folder, 'sdk-http.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('floor/sdk-http.ts', import.meta.url))],
    outfile: floor,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    minify: true,
    logLevel: 'error',
    banner: {
      js: "import{createRequire as $lares}from'node:module';const require=$lares(import.meta.url);",
    },
  });
  // A build meanwhile must not pull the chunks from under a server that loads them later.
  cpSync(dirname(program), join(folder, 'dist'), { recursive: true });
  const copy = join(folder, 'dist', 'lares.js');
  const demo = await startDemo({ only: ['prometheus'] });
  const env = {
    ...demo.env,
    LARES_STATE_DIR: folder,
    LARES_RATE_PER_MINUTE: '0',
    LARES_LOG_LEVEL: 'error',
  };
  const ports = [18_801, 18_802, 18_803] as const;
  const lares = (port: number): Promise<Server> =>
    start([copy, 'serve', '--http', '--port', String(port)], port, env);
  const [sdk, one, two] = [
    await start([floor, String(ports[0])], ports[0]),
    await lares(ports[1]),
    await lares(ports[2]),
  ];
  // Refused by Lares before anything is asked upstream: what is measured is Lares, not the fake.
  const own: [string, object, string] = ['prom_query', {}, 'isError'];
  const trivial: [string, object, string] = ['echo', { said: 'x' }, 'content'];
  for (const [server, tool] of [
    [sdk, trivial],
    [one, own],
    [two, own],
  ] as const)
    await load([server], 16, 500, tool);
  const ratios: Ratio[] = [];
  for (const callers of [1, 16, 256]) {
    const rounds: { floor: number; lares: number; p: string }[] = [];
    for (let round = 0; round < 3; round++) {
      const a = await load([sdk], callers, 600, trivial);
      const b = await load([one], callers, 600, own);
      rounds.push({
        floor: a.rate,
        lares: b.rate,
        p: `${b.rate.toFixed(0)} calls/s, p50 ${b.p50.toFixed(1)} ms, p99 ${b.p99.toFixed(1)} ms; SDK ${a.rate.toFixed(0)}/s, p50 ${a.p50.toFixed(1)} ms`,
      });
    }
    const ratio = median(rounds.map((round) => round.floor / round.lares));
    const shown = rounds.find((round) => round.floor / round.lares === ratio);
    ratios.push({
      what: `A call over HTTP against the SDK's trivial tool, ${callers} ${callers === 1 ? 'caller' : 'callers'}`,
      value: `${ratio.toFixed(2)}×`,
      target: '≤ 2×',
      met: ratio <= 2,
      detail: shown?.p ?? '',
    });
  }
  const alone = await load([one], 16, 2_000, own);
  const both = await load([one, two], 16, 2_000, own);
  ratios.push({
    what: 'Two replicas against one, 16 callers',
    value: `${(both.rate / alone.rate).toFixed(2)}×`,
    target: '≥ 1× where there are cores for both',
    met: both.rate / alone.rate >= 1 || cpus().length < 4,
    detail: `${alone.rate.toFixed(0)}/s, ${both.rate.toFixed(0)}/s, on ${cpus().length} cores shared with the bench`,
  });
  await load([one], 64, 12_000, own);
  ratios.push({
    what: 'RSS of the HTTP server after 20,000 calls',
    value: `${rss(one).toFixed(0)} MiB`,
    target: '≤ 1.5× the SDK alone',
    met: rss(one) <= 1.5 * rss(sdk),
    detail: `SDK alone ${rss(sdk).toFixed(0)} MiB`,
  });
  for (const { child } of [sdk, one, two]) {
    child.kill();
    await once(child, 'exit');
  }
  await demo.close();
  return ratios;
}
