import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Caller } from '../core/call.ts';
import type { Env } from '../core/config/env.ts';
import { ConfigError } from '../core/base/errors.ts';
import { createRuntime, type Runtime } from '../core/runtime.ts';
import { debugLog } from '../mcp/debug-log.ts';
import { services } from '../services/index.ts';
import type { Common } from './command.ts';

/** The environment, and what a dotenv file adds to it; the environment wins. Throws a ConfigError when the file cannot be read. */
export function environment(envFile: string | undefined, env: Env = process.env): Env {
  if (envFile === undefined) return env;
  try {
    return { ...parseEnv(readFileSync(envFile, 'utf8')), ...env };
  } catch (cause) {
    throw new ConfigError(
      `--env-file ${envFile} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause, hint: 'Check the path.' },
    );
  }
}

/** Creates the runtime for one command and closes it afterwards, also after Ctrl-C. */
export async function withRuntime<T>(
  { envFile }: Common,
  work: (runtime: Runtime, caller: Caller) => Promise<T>,
  env?: Env,
): Promise<T> {
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

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

/** One answer on stdout, where no progress stands in its way. */
export function print(text: string): void {
  clearProgress();
  process.stdout.write(`${text}\n`);
}

/** The answer of `--json`. */
export const printJson = (data: unknown): void => print(JSON.stringify(data, null, 2));
