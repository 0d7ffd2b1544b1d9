import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { Caller } from '../core/call.ts';
import type { Env } from '../core/config/env.ts';
import { envFrom } from '../core/config/env-file.ts';
import { expandHome } from '../core/config/paths.ts';
import { decodeText } from '../core/config/text-encoding.ts';
import { ConfigError } from '../core/base/errors.ts';
import { fitTables } from '../core/base/table.ts';
import { createRuntime, type Runtime } from '../core/runtime.ts';
import { debugLog } from '../mcp/debug-log.ts';
import { services } from '../services/index.ts';
import { exit, type Common } from './command.ts';

/**
 * The environment, and what an env file adds to it; the environment wins. Throws a ConfigError when the file cannot be read.
 * Node 20 reads the file too where it finds --env-file on its command line, and takes other values out of it than are meant: those are not the environment's.
 */
export function environment(envFile: string | undefined, env: Env = process.env): Env {
  if (envFile === undefined) return env;
  const file = resolve(expandHome(envFile));
  const text = textOf(file, envFile);
  const fromFile = envFrom(text, envFile, file);
  const fromNode = parseEnv(text);
  const own = Object.entries(env).filter(
    ([name, value]) => fromFile[name] === undefined || value !== fromNode[name],
  );
  return { ...fromFile, ...Object.fromEntries(own) };
}

function textOf(file: string, shown: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new ConfigError(
      `--env-file ${shown} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause, hint: 'Check the path.' },
    );
  }
  const text = decodeText(bytes);
  if (text === undefined)
    throw new ConfigError(`--env-file ${shown} cannot be read: it is not text in UTF-8 or UTF-16`, {
      hint: 'Save it as UTF-8.',
    });
  return text;
}

/** Creates the runtime for one command and closes it afterwards, also after Ctrl-C. */
export async function withRuntime<T>(
  { envFile }: Common,
  work: (runtime: Runtime, caller: Caller) => Promise<T>,
  env?: Env,
): Promise<T> {
  if (process.stdout.isTTY) fitTables(process.stdout.columns);
  const runtime = createRuntime(services, environment(envFile, env));
  const stopLogging = debugLog(runtime.globals.logLevel, runtime.redact, (line) => {
    clearProgress();
    process.stderr.write(line);
  });
  const cancel = new AbortController();
  const interrupt = (): void => cancel.abort(new DOMException('Cancelled.', 'AbortError'));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    return await work(runtime, {
      name: 'cli',
      signal: cancel.signal,
      now: runtime.now,
      progress: terminalProgress,
    });
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await runtime.close();
    stopLogging();
  }
}

/** Progress is for people: on stderr, and only where somebody looks. */
const terminalProgress = (message: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K… ${message.slice(0, 100)}\r`);
};

const clearProgress = (): void => {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K');
};

// A reader that has seen enough (`| head`) is no error; where nothing can be written, nobody has seen the answer.
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') return;
  process.stderr.write(`lares: the answer cannot be written: ${message}\n`);
  process.exit(exit.unchecked);
});

/** One answer on stdout, where no progress stands in its way. */
export function print(text: string): void {
  clearProgress();
  process.stdout.write(`${text}\n`);
}

/** The answer of `--json`. */
export const printJson = (data: unknown): void => print(JSON.stringify(data, null, 2));
