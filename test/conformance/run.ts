import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRuntime } from '../../src/core/runtime.ts';
import { startDemo } from '../../src/demo/start.ts';
import { serveHttp, type HttpServer, type Serving } from '../../src/mcp/http/index.ts';
import { services } from '../../src/services/index.ts';
import { fixtureFront } from './fixtures.ts';

/** `npm run test:conformance`: the official suite against the HTTP server, for both generations of the protocol. */
const here = fileURLToPath(new URL('.', import.meta.url));
const suite = join(here, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
const revisions = ['2025-11-25', '2026-07-28'];

/** What needs no fixtures, and so is asked of Lares itself. */
const ownScenarios: Readonly<Record<string, readonly string[]>> = {
  '2025-11-25': [
    'server-initialize',
    'ping',
    'tools-list',
    'resources-list',
    'prompts-list',
    'server-sse-multiple-streams',
    'dns-rebinding-protection',
  ],
  '2026-07-28': [
    'tools-list',
    'resources-list',
    'prompts-list',
    'sep-2164-resource-not-found',
    'caching',
    'http-header-validation',
    'dns-rebinding-protection',
  ],
};

function run(command: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: here, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    child.on('exit', (code) => resolve({ code: code ?? 1, output }));
  });
}

const conformance = (url: string, ...args: string[]): ReturnType<typeof run> =>
  run(process.execPath, [
    '--import',
    './fs20.mjs',
    suite,
    'server',
    '--url',
    `${url}/mcp`,
    ...args,
  ]);

async function serving(
  more: Pick<Serving, 'factory'>,
  env: Readonly<Record<string, string>>,
): Promise<HttpServer> {
  const all = { LARES_LOG_LEVEL: 'silent', LARES_RATE_PER_MINUTE: '0', ...env };
  return serveHttp({
    env: () => all,
    flags: { http_port: '0' },
    open: (read, inherited) => createRuntime(services, read, Date.now, inherited),
    ...more,
  });
}

async function check(
  what: string,
  { code, output }: { code: number; output: string },
): Promise<boolean> {
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${what}`);
  if (code !== 0) console.log(output.slice(-8_000));
  return code === 0;
}

if (!existsSync(suite)) {
  const installed = await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
  if (installed.code !== 0) throw new Error(installed.output);
}
const stateDir = mkdtempSync(join(tmpdir(), 'lares-conformance-'));
const demo = await startDemo();
const fixtures: HttpServer = await serving(
  {
    factory: fixtureFront(() => {
      fixtures.reload();
    }),
  },
  { LARES_STATE_DIR: stateDir },
);
const lares = await serving({}, { ...demo.env, LARES_STATE_DIR: stateDir });
const passed: boolean[] = [];
for (const revision of revisions)
  passed.push(
    await check(
      `everything ${revision} requires, fixtures behind the production server`,
      await conformance(fixtures.url, '--requirements', revision),
    ),
  );
for (const revision of revisions)
  for (const scenario of ownScenarios[revision] ?? [])
    passed.push(
      await check(
        `${scenario} ${revision}, Lares itself`,
        await conformance(lares.url, '--scenario', scenario, '--spec-version', revision),
      ),
    );
await Promise.all([fixtures.close(1_000), lares.close(1_000), demo.close()]);
rmSync(stateDir, { recursive: true, force: true });
console.log(`${passed.filter(Boolean).length} of ${passed.length} passed`);
process.exit(passed.every(Boolean) ? 0 : 1);
