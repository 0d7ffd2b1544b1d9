import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allTools } from '../catalog.ts';
import { InputError } from '../core/base/errors.ts';
import { meantName } from '../core/base/nearest.ts';
import { table } from '../core/base/table.ts';
import { createRuntime } from '../core/runtime.ts';
import { services } from '../services/index.ts';
import { defineCommand, exit } from './command.ts';
import { health } from './health.ts';
import { print, printJson } from './run.ts';
import { invocation } from '../core/base/own-command.ts';

interface DemoOptions {
  incident?: string[];
  list?: boolean;
  stdio?: boolean;
  printEnv?: boolean;
  json?: boolean;
}

export const demoCommand = defineCommand({
  name: 'demo',
  summary: 'a simulated homelab: the verdict, and how to connect a client to it',
  options: [
    { flags: '--incident <name...>', description: 'break something first (see --list)' },
    { flags: '--list', description: 'the incidents there are' },
    {
      flags: '--stdio',
      description: 'serve MCP over stdio on it',
      conflicts: 'printEnv',
    },
    {
      flags: '--print-env',
      description: 'print the variables that point any program at it, and keep serving',
    },
  ],
  common: 'without --env-file',
  run: demo,
});

/** Starts the simulated homelab. On a terminal it keeps serving; without one it says the verdict and ends with 0, so that a first look needs nothing. */
async function demo({ incident = [], list, stdio, printEnv, json }: DemoOptions): Promise<number> {
  // The fakes are loaded here: no other command needs them.
  const [{ incidents }, { startDemo }] = await Promise.all([
    import('../demo/incidents/index.ts'),
    import('../demo/start.ts'),
  ]);
  const names = Object.keys(incidents);
  if (list && json) {
    printJson(Object.entries(incidents).map(([name, { title }]) => ({ name, title })));
    return exit.fine;
  }
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
      throw new InputError(`No incident ${JSON.stringify(name)}`, {
        hint: suggestion(name, names),
      });
  const homelab = await startDemo();
  for (const name of incident) incidents[name]?.apply(homelab.world);
  const stateDir = mkdtempSync(join(tmpdir(), 'lares-demo-'));
  const env = {
    ...homelab.env,
    ...patience(homelab.fakes.keys()),
    LARES_STATE_DIR: stateDir,
    ...own(process.env),
  };
  const close = async (): Promise<void> => {
    await homelab.close();
    rmSync(stateDir, { recursive: true, force: true });
  };
  if (stdio) {
    const { serveOnStdio } = await import('../mcp/stdio.ts');
    serveOnStdio(createRuntime(services, env), close);
    return exit.fine;
  }
  const interrupted = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve).once('SIGTERM', resolve);
  });
  try {
    if (printEnv)
      print(
        Object.entries(homelab.env)
          .map(([name, value]) => `${name}=${value}`)
          .join('\n'),
      );
    else {
      await health(undefined, json ? { json } : {}, env);
      if (!json) print(howToConnect(incident, names));
    }
    if (printEnv || process.stdout.isTTY) await interrupted;
  } finally {
    // Whatever ends the look ends the homelab, or its sockets keep the process alive.
    await close();
  }
  return exit.fine;
}

/** Nine services and Lares share one machine here, which may be slow: what is slow must not look broken. */
const patience = (services: Iterable<string>): Record<string, string> => ({
  LARES_DEADLINE_MS: '30000',
  ...Object.fromEntries([...services].map((id) => [`${id.toUpperCase()}_TIMEOUT_MS`, '30000'])),
});

/** The demo is its own homelab: only Lares' own settings come from outside. */
const own = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith('LARES_') && value !== undefined ? [[name, value]] : [],
    ),
  );

function suggestion(name: string, names: readonly string[]): string {
  const near = meantName(name, names);
  return near ? `Did you mean ${near}?` : '`lares demo --list` shows them.';
}

/** A read that needs no arguments. */
const simplestRead = (): string =>
  allTools.find(
    ({ service, kind, input }) =>
      service !== 'homelab' && kind === 'read' && !input.required?.length,
  )?.name ?? 'service_health';

function howToConnect(incident: readonly string[], names: readonly string[]): string {
  const program = fileURLToPath(import.meta.url).replace(/chunks\/[^/]+$/, 'lares.js');
  const lares = invocation(process.argv[1], process.cwd());
  const args = [program, 'demo', '--stdio', ...incident.flatMap((name) => ['--incident', name])];
  return `
This was a simulated homelab. Connect a client to one of its own:

  claude mcp add lares-demo -- node ${args.join(' ')}

or, for Claude Desktop, Cursor and others that read "mcpServers":

  ${JSON.stringify({ mcpServers: { 'lares-demo': { command: 'node', args } } })}

Break something:  ${lares} demo --incident ${names[0] ?? ''}   (demo --list shows all ${names.length})
Ask yourself:     ${lares} demo --print-env > demo.env, then in another terminal: ${lares} call ${simplestRead()} --env demo.env${process.stdout.isTTY ? '\n\nIt keeps running until Ctrl-C.' : ''}`;
}
