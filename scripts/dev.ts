import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { incidents } from '../src/demo/incidents/index.ts';
import { startDemo } from '../src/demo/start.ts';

/**
 * `npm run dev [incident…]`: Lares over HTTP on a demo homelab that keeps running, built and started again at every change.
 * The homelab is what it was when this began: a change in `src/demo` or in a fake needs a new start.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const inspector = '@modelcontextprotocol/inspector@2.12.0';
const address = `http://127.0.0.1:${process.env['LARES_HTTP_PORT'] ?? 8765}/mcp`;

const homelab = await startDemo();
for (const name of process.argv.slice(2)) {
  const incident = Object.entries(incidents).find(([known]) => known === name)?.[1];
  if (!incident) throw new Error(`No incident ${name}: node dist/lares.js demo --list shows them`);
  incident.apply(homelab.world);
}
const stateDir = mkdtempSync(join(tmpdir(), 'lares-dev-'));
const env = { LARES_LOG_LEVEL: 'debug', ...process.env, ...homelab.env, LARES_STATE_DIR: stateDir };

let server: ChildProcess | undefined;

async function stop(): Promise<void> {
  if (!server || server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  server.kill();
  await ended;
}

/** A build that fails leaves the server of the one before running. */
async function restart(): Promise<void> {
  const { status } = spawnSync(process.execPath, ['scripts/build.mjs'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) return console.log('-- not built: the one before keeps running');
  await stop();
  server = spawn(process.execPath, ['dist/lares.js', 'serve', '--http'], {
    cwd: root,
    env,
    stdio: 'inherit',
  });
  console.log(`-- ${new Date().toLocaleTimeString()} serving ${address}`);
}

/** Several files saved at once are one change; a change during a restart is another one after it. */
let waiting: NodeJS.Timeout | undefined;
let running: Promise<void> = restart();
const watcher = watch(join(root, 'src'), { recursive: true }, (_, file) => {
  if (file?.endsWith('.test.ts')) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    running = running.then(restart);
  }, 150);
});

await running;
console.log(`
In another terminal, the MCP inspector, with every tool as a form (Ctrl-C ends it):
  npm exec --yes -- ${inspector} --transport http --server-url ${address}
or one call:
  npm exec --yes -- ${inspector} --cli ${address} --method tools/call --tool-name service_health
or any client: claude mcp add --transport http lares-dev ${address}
`);

await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
watcher.close();
clearTimeout(waiting);
await running;
await stop();
await homelab.close();
rmSync(stateDir, { recursive: true, force: true });
