import { Command as Parser, CommanderError, Option } from 'commander';
import { errorText } from '../core/call.ts';
import { version } from '../version.ts';
import { approveCommand, denyCommand } from './approve.ts';
import { auditCommand } from './audit.ts';
import { callCommand } from './call.ts';
import { exit, type Command, type Common } from './command.ts';
import { connectCommand } from './connect/command.ts';
import { demoCommand } from './demo.ts';
import { doctorCommand } from './doctor.ts';
import { driftCommand } from './drift.ts';
import { explainCommand } from './explain.ts';
import { healthCommand } from './health.ts';
import { initCommand } from './init.ts';
import { mapCommand } from './map.ts';
import { promptCommand } from './prompt.ts';
import { resourcesCommand } from './resources.ts';
import { serveCommand } from './serve.ts';
import { tokenCommand } from './token.ts';
import { toolsCommand } from './tools.ts';

/** In the order of the help. */
const commands: readonly Command[] = [
  initCommand,
  serveCommand,
  tokenCommand,
  healthCommand,
  explainCommand,
  driftCommand,
  mapCommand,
  doctorCommand,
  toolsCommand,
  callCommand,
  resourcesCommand,
  promptCommand,
  auditCommand,
  approveCommand,
  denyCommand,
  connectCommand,
  demoCommand,
];

/** Reads the command line, runs the command it names and sets the exit code. Never rejects: what goes wrong is one line on stderr. */
export async function run(argv: readonly string[]): Promise<void> {
  try {
    await parser().parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? exit.fine : exit.unchecked;
      return;
    }
    process.stderr.write(`lares: ${errorText({ redact: (text) => text }, error)}\n`);
    process.exitCode = exit.unchecked;
  }
}

function parser(): Parser {
  const lares = new Parser('lares')
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
  for (const command of commands) addCommand(lares, command);
  return lares;
}

function addCommand(lares: Parser, command: Command): void {
  const parser = lares.command(command.name).description(command.summary);
  for (const { syntax, description } of command.arguments ?? [])
    parser.argument(syntax, description);
  if (command.common === 'all')
    parser
      .option('--env <file>', 'read variables from an env file (the environment wins)')
      .addOption(new Option('--env-file <file>', 'the same; behind `node`, write `node --` first'));
  parser.option('--json', 'structured output');
  for (const { flags, description, fallback, conflicts } of command.options ?? []) {
    const option = new Option(flags, description).default(fallback);
    parser.addOption(conflicts === undefined ? option : option.conflicts(conflicts));
  }
  if (command.passThrough) parser.allowUnknownOption().passThroughOptions();
  const { examples } = command;
  if (examples) parser.addHelpText('after', () => `\n${examples()}`);
  parser.action(async (...args: unknown[]) => {
    // The last argument is commander's own object, the one before it has the options.
    const given = args.slice(0, -1);
    const options = given.pop() as Common & { env?: string };
    const { env, ...rest } = options;
    const code = await command.run(...given, {
      ...rest,
      ...(env !== undefined && { envFile: env }),
    });
    if (code !== undefined) process.exitCode = code;
  });
}
