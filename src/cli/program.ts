import { Command, CommanderError, Option } from 'commander';
import { errorText } from '../core/call.ts';
import { createRedactor } from '../core/config/secrets.ts';
import { version } from '../version.ts';
import type { AuditOptions } from './audit.ts';
import { exit, type Common } from './run.ts';
import type { ServeOptions } from './serve-http.ts';
import type { TokenOptions } from './token.ts';

/** Each command is its own file and returns the exit code. They are loaded together, when one is asked for: fewer files for a client's start, which needs none of them. */
const commands = () => import('./commands.ts');

function program(done: (code: number) => void): Command {
  const lares = new Command('lares')
    .description(
      'One MCP server for a whole homelab. Without arguments it serves MCP over stdin and stdout.',
    )
    .version(version)
    .enablePositionalOptions()
    .exitOverride()
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      '\nExit codes: 0 fine, 1 something is broken, 2 it could not be checked or done.\nServices are configured with environment variables; `lares doctor` lists what is set, missing and mistyped.',
    );
  const common = (command: Command): Command =>
    command
      .option('--env-file <file>', 'read variables from a dotenv file (the environment wins)')
      .option('--json', 'structured output');

  common(lares.command('serve'))
    .description('serve MCP over stdin and stdout, as without arguments; --http: on the network')
    .option('--http', 'Streamable HTTP at /mcp')
    .option('--host <address>', 'listen there (default 127.0.0.1); any other needs tokens or OIDC')
    .option('--port <n>', 'listen there (default 8765)')
    .option('--tls-cert <file>', 'serve HTTPS with this certificate')
    .option('--tls-key <file>', 'and this key')
    .option('--allowed-host <name...>', 'accept this name in Host and Origin')
    .option('--trusted-proxy <address...>', 'believe what this proxy forwards')
    .option('--legacy-sse', 'serve the transport of 2024 too')
    .action(async (options: ServeOptions) => {
      if (options.http) return (await import('./serve-http.ts')).serveOnNetwork(options);
      const [{ serve }, { environment }] = await Promise.all([
        import('./serve.ts'),
        import('./run.ts'),
      ]);
      return serve(environment(options.envFile));
    });
  common(lares.command('token'))
    .description('who may use Lares over HTTP: add NAME, list, revoke NAME')
    .argument('<action>', 'add, list or revoke')
    .argument('[name]')
    .option(
      '--scope <scope>',
      'read, write, or approve (for a person: opens the approval page and nothing else)',
      'read',
    )
    .option('--services <ids>', 'only these services, with commas')
    .action(async (action: string, name: string | undefined, options: TokenOptions) =>
      done(await (await commands()).token(action, name, options)),
    );
  common(lares.command('health'))
    .description('is anything broken? one verdict line, then every service')
    .argument('[service]', 'only this one')
    .action(async (service: string | undefined, options: Common) =>
      done(await (await commands()).health(service, options)),
    );
  common(lares.command('doctor'))
    .description(
      'per instance: reach, TLS, sign-in, version, permissions, and the command that fixes what is missing',
    )
    .argument('[service]', 'only this one')
    .action(async (service: string | undefined, options: Common) =>
      done(await (await commands()).doctor(service, options)),
    );
  common(lares.command('tools'))
    .description('what a client may call')
    .option('--all', 'also the tools of services that are not configured')
    .action(async (options: Common & { all?: boolean }) =>
      done(await (await commands()).tools(options)),
    );
  common(lares.command('call'))
    .description('call one tool: same schema, same gate as for a client')
    .argument('<tool>')
    .argument('[arguments...]', '--name value for each; see `lares tools`')
    .allowUnknownOption()
    .passThroughOptions()
    .addHelpText(
      'after',
      '\nExample: lares call guest_restart --vmid 30062            shows what would happen\n         lares call guest_restart --vmid 30062 --confirm  does it',
    )
    .action(async (tool: string, words: string[], options: Common) =>
      done(await (await commands()).callCommand(tool, words, options)),
    );
  common(lares.command('resources'))
    .description('what clients read without calling a tool: health, inventory, traps, documents')
    .argument('[uri]', 'read this one: lares://inventory/ips, guest/wiki, …')
    .action(async (uri: string | undefined, options: Common) =>
      done(await (await commands()).resources(uri, options)),
    );
  common(lares.command('prompt'))
    .description('a plan with the facts of this moment in it, for any model')
    .argument('[name]', 'without: which there are')
    .argument('[arguments...]', '--name value for each')
    .allowUnknownOption()
    .passThroughOptions()
    .addHelpText('after', '\nExample: lares prompt safe_restart --guest wiki')
    .action(async (name: string | undefined, words: string[], options: Common) =>
      done(await (await commands()).prompt(name, words, options)),
    );
  common(lares.command('audit'))
    .description('every write that was ever attempted')
    .argument('[action]', '`verify` checks that no line was changed, removed or moved')
    .option('--limit <n>', 'the last n lines', '50')
    .option('--tool <name>', 'only this tool (* stands for anything)')
    .option(
      '--event <event>',
      'only previewed, waiting, approved, denied, refused, started, finished, unfinished, failed or unknown',
    )
    .option('--since <date>', 'only from then on')
    .option('--follow', 'keep showing new lines')
    .action(async (action: string | undefined, options: AuditOptions) =>
      done(await (await commands()).audit(action, options)),
    );
  common(lares.command('approve'))
    .description('what waits for a person; with a code: show it and ask')
    .argument('[code]', 'as the preview shows it, or its beginning')
    .action(async (code: string | undefined, options: Common) =>
      done(await (await commands()).approve(code, options)),
    );
  common(lares.command('deny'))
    .description('decline what waits for a person, for good')
    .argument('<code>', 'as the preview shows it, or its beginning')
    .action(async (code: string, options: Common) =>
      done(await (await commands()).deny(code, options)),
    );
  lares
    .command('demo')
    .description('a simulated homelab: the verdict, and how to connect a client to it')
    .option('--incident <name...>', 'break something first (see --list)')
    .option('--list', 'the incidents there are')
    .option('--json', 'structured output')
    .addOption(new Option('--stdio', 'serve MCP over stdio on it').conflicts('printEnv'))
    .option('--print-env', 'print the variables that point any program at it, and keep serving')
    .action(
      async (options: {
        incident?: string[];
        list?: boolean;
        stdio?: boolean;
        printEnv?: boolean;
        json?: boolean;
      }) => done(await (await import('./demo.ts')).demo(options)),
    );
  return lares;
}

export async function run(argv: readonly string[]): Promise<void> {
  try {
    await program((code) => {
      process.exitCode = code;
    }).parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? exit.fine : exit.unchecked;
      return;
    }
    process.stderr.write(`lares: ${errorText({ redact: createRedactor([]) }, error)}\n`);
    process.exitCode = exit.unchecked;
  }
}
