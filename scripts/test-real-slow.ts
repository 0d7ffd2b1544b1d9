import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, until } from '../test/real/process.ts';

/**
 * `npm run test:real:slow`: real servers that take long to install, kept in a cache of this machine. n8n 1 and 2, from the registry; what
 * cannot be installed here is skipped, aloud. Graylog is left out: with its OpenSearch it is two gigabytes for one service.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'lares-ci');
/** The newest 1.x, and the newest 2.x that runs on Node 20. */
const versions = ['1.123.81', '2.0.3'] as const;

interface Running {
  url: string;
  stop(): Promise<void>;
}

/** The folder with that n8n in it; undefined, with the reason on stderr, where it cannot be installed. */
function install(version: string): string | undefined {
  const folder = join(cache, `n8n-${version}`);
  const done = join(folder, 'installed');
  if (existsSync(done)) return folder;
  mkdirSync(folder, { recursive: true });
  // Its xlsx comes from a server of its own, which not everybody reaches.
  const manifest = { private: true, dependencies: { n8n: version }, overrides: { xlsx: '0.18.5' } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  // Of all install scripts only the one of its database is needed, built with the headers of this Node.
  const env = { ...process.env, npm_config_nodedir: dirname(dirname(process.execPath)) };
  const npm = (...args: string[]): boolean =>
    spawnSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: folder,
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
    }).status === 0;
  if (!npm('install', '--ignore-scripts') || !npm('rebuild', 'sqlite3')) {
    console.error(`SKIPPED: n8n ${version} could not be installed here`);
    return undefined;
  }
  writeFileSync(done, '');
  return folder;
}

/** On loopback, with a database of its own. Ready when its public API answers. */
async function start(folder: string, home: string): Promise<Running> {
  const port = await freePort();
  const child: ChildProcess = spawn(process.execPath, ['node_modules/n8n/bin/n8n', 'start'], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      N8N_USER_FOLDER: home,
      N8N_LISTEN_ADDRESS: '127.0.0.1',
      N8N_PORT: String(port),
      N8N_DIAGNOSTICS_ENABLED: 'false',
      N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
      N8N_TEMPLATES_ENABLED: 'false',
      N8N_PERSONALIZATION_ENABLED: 'false',
      N8N_SECURE_COOKIE: 'false',
      N8N_METRICS: 'true',
      // The other one needs an add-on that takes ten minutes to compile.
      N8N_EXPRESSION_ENGINE: 'legacy',
      N8N_RUNNERS_BROKER_PORT: String(await freePort()),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4_000)));
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await once(child, 'exit');
    clearTimeout(late);
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await until(
      'both of its APIs answer',
      async () => [
        (await fetch(`${url}/api/v1/workflows`)).status,
        (await fetch(`${url}/rest/settings`)).status,
      ],
      ([open, own]) => open === 401 && own === 200,
      180,
    );
  } catch (error) {
    await stop();
    throw new Error(`${String(error)}\n${output}`);
  }
  return { url, stop };
}

/** Its owner, with a key that may do what an owner may. */
async function keyOf(url: string): Promise<string> {
  const owner = {
    email: 'owner@lab.test',
    firstName: 'Lab',
    lastName: 'Owner',
    password: 'Lab-owner-1',
  };
  const ask = async (path: string, cookie: string, body?: unknown): Promise<Response> => {
    const response = await fetch(url + path, {
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      headers: { 'content-type': 'application/json', 'browser-id': 'lab', cookie },
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const signedIn = await ask('/rest/owner/setup', '', owner);
  const cookie = signedIn.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const scopes = (await (await ask('/rest/api-keys/scopes', cookie)).json()) as { data: string[] };
  const made = await ask('/rest/api-keys', cookie, {
    label: 'lares',
    expiresAt: null,
    scopes: scopes.data,
  });
  const { data } = (await made.json()) as { data: { rawApiKey: string } };
  return data.rawApiKey;
}

/** Two workflows that run when they are called: one that works, one that fails each time. */
async function seed(url: string, key: string): Promise<void> {
  const api = async (path: string, body: unknown): Promise<{ id: string }> => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'X-N8N-API-KEY': key },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as { id: string };
  };
  for (const [name, end] of [
    ['Works', { type: 'n8n-nodes-base.noOp', typeVersion: 1, parameters: {} }],
    [
      'Fails',
      {
        type: 'n8n-nodes-base.stopAndError',
        typeVersion: 1,
        parameters: { errorMessage: 'as it should' },
      },
    ],
  ] as const) {
    const path = name.toLowerCase();
    const { id } = await api('/workflows', {
      name,
      nodes: [
        {
          id: `${path}-1`,
          name: 'Called',
          type: 'n8n-nodes-base.webhook',
          typeVersion: 2,
          position: [0, 0],
          webhookId: `${path}-hook`,
          parameters: { path, options: {} },
        },
        { id: `${path}-2`, name: 'End', position: [200, 0], ...end },
      ],
      connections: { Called: { main: [[{ node: 'End', type: 'main', index: 0 }]] } },
      settings: {},
    });
    await api(`/workflows/${id}/activate`, {});
    await until(
      `${name} was called`,
      async () => (await fetch(`${url}/webhook/${path}`)).status,
      (status) => status !== 404,
    );
  }
}

let failed = false;
for (const version of versions) {
  console.log(`== n8n ${version}`);
  const folder = install(version);
  if (folder === undefined) continue;
  const home = mkdtempSync(join(tmpdir(), 'lares-n8n-'));
  const n8n = await start(folder, home);
  try {
    const key = await keyOf(n8n.url);
    await seed(n8n.url, key);
    const { status } = spawnSync(
      process.execPath,
      [
        'node_modules/vitest/vitest.mjs',
        ...['run', '--config', 'vitest.real.config.ts', 'test/real/n8n.test.ts'],
      ],
      {
        cwd: root,
        stdio: ['ignore', 'inherit', 'inherit'],
        env: { ...process.env, N8N_URL: n8n.url, N8N_API_KEY: key },
      },
    );
    if (status !== 0) failed = true;
  } finally {
    await n8n.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
process.exitCode = failed ? 1 : 0;
