import { InputError } from '../../core/base/errors.ts';
import { defineCommand } from '../command.ts';
import type { ConnectOptions } from './options.ts';

export const connectCommand = defineCommand({
  name: 'connect',
  summary: 'add Lares to an AI client; without one: which are here, and whether their entry works',
  arguments: [{ syntax: '[client]', description: 'as the list names it: codex, vscode, zed …' }],
  options: [
    { flags: '--print', description: 'show the entry, its file and its link; write nothing' },
    { flags: '--yes', description: 'write without a question, for scripts' },
    { flags: '--remove', description: 'take the entry out again' },
    { flags: '--project', description: "into the project's file in this folder, not your own" },
    { flags: '--name <name>', description: 'what the client calls it (default lares)' },
    { flags: '--url <address>', description: 'a Lares that is served there, as https://…/mcp' },
    { flags: '--anonymous', description: 'with --url: that one asks for no token' },
  ],
  common: 'all',
  examples: () => 'Example: lares connect codex --env ~/homelab.env',
  run: connect,
});

/** Nothing of it is loaded before it is asked for: parsers of three formats are no matter of a server's start. */
async function connect(client: string | undefined, options: ConnectOptions): Promise<number> {
  const { thisMachine } = await import('./this-machine.ts');
  if (client === undefined) {
    for (const option of ['print', 'remove', 'yes', 'project'] as const)
      if (options[option])
        throw new InputError(`--${option} of which client?`, {
          hint: '`lares connect` lists them.',
        });
    const { listClients } = await import('./list.ts');
    return listClients(options, thisMachine());
  }
  const { connectOne } = await import('./connect.ts');
  return connectOne(client, options, thisMachine());
}
