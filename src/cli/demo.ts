import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../core/base/errors.ts';
import { nearest } from '../core/base/nearest.ts';
import { table } from '../core/base/table.ts';
import { incidents } from '../demo/incidents/index.ts';
import { startDemo } from '../demo/start.ts';
import { createRuntime } from '../core/runtime.ts';
import { serveOnStdio } from '../mcp/stdio.ts';
import { services } from '../services/index.ts';
import { exit, print } from './run.ts';
import { health } from './health.ts';
import { invocation } from './invocation.ts';

export interface DemoOptions {
  incident?: string[];
  list?: boolean;
  stdio?: boolean;
  printEnv?: boolean;
  json?: boolean;
}

/** Starts the simulated homelab. On a terminal it keeps serving; without one it says the verdict and ends with 0, so that a first look needs nothing. */
export async function demo({
  incident = [],
  list,
  stdio,
  printEnv,
  json,
}: DemoOptions): Promise<number> {
  if (list) {
    print(
      table(
        Object.entries(incidents).map(([name, { title }]) => ({ name, title })),
        { incident: ({ name }) => name, 'what happens': ({ title }) => title },
      ),
    );
    return exit.fine;
  }
  for (const name of incident)
    if (!(name in incidents))
      throw new InputError(`No incident ${JSON.stringify(name)}`, { hint: suggestion(name) });
  const homelab = await startDemo();
  for (const name of incident) incidents[name]?.apply(homelab.world);
  const stateDir = mkdtempSync(join(tmpdir(), 'lares-demo-'));
  const env = {
    ...homelab.env,
    LARES_STATE_DIR: stateDir,
    LARES_DEADLINE_MS: deadlineMs,
    ...own(process.env),
  };
  const close = async (): Promise<void> => {
    await homelab.close();
    rmSync(stateDir, { recursive: true, force: true });
  };
  if (stdio) {
    serveOnStdio(createRuntime(services, env), close);
    return exit.fine;
  }
  if (printEnv)
    print(
      Object.entries(homelab.env)
        .map(([name, value]) => `${name}=${value}`)
        .join('\n'),
    );
  else {
    await health(undefined, json ? { json } : {}, env);
    if (!json) print(howToConnect(incident));
  }
  if (!printEnv && !process.stdout.isTTY) {
    await close();
    return exit.fine;
  }
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve).once('SIGTERM', resolve);
  });
  await close();
  return exit.fine;
}

/** Nine services and Lares share one machine here, which may be slow: what is slow must not look broken. */
const deadlineMs = '30000';

/** The demo is its own homelab: only Lares' own settings come from outside. */
const own = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith('LARES_') && value !== undefined ? [[name, value]] : [],
    ),
  );

function suggestion(name: string): string {
  const near = nearest(name, Object.keys(incidents));
  return near ? `Did you mean ${near}?` : '`lares demo --list` shows them.';
}

function howToConnect(incident: readonly string[]): string {
  const program = fileURLToPath(import.meta.url).replace(/chunks\/[^/]+$/, 'lares.js');
  const lares = invocation();
  const args = [program, 'demo', '--stdio', ...incident.flatMap((name) => ['--incident', name])];
  return `
This was a simulated homelab. Connect a client to one of its own:

  claude mcp add lares-demo -- node ${args.join(' ')}

or, for Claude Desktop, Cursor and others that read "mcpServers":

  ${JSON.stringify({ mcpServers: { 'lares-demo': { command: 'node', args } } })}

Break something:  ${lares} demo --incident ${Object.keys(incidents)[0] ?? ''}   (demo --list shows all ${Object.keys(incidents).length})
Ask yourself:     ${lares} demo --print-env > demo.env, then in another terminal: ${lares} call list_guests --env-file demo.env${process.stdout.isTTY ? '\n\nIt keeps running until Ctrl-C.' : ''}`;
}
