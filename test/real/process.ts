import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';

/** The first of these programs that is installed. */
export function installed(...names: readonly string[]): string | undefined {
  const candidates = names.flatMap((name) =>
    (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)),
  );
  return candidates.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Whether to skip, said aloud; `LARES_REAL=required` allows no skipping but of what no distribution packages (`optional`). */
export function lacks(
  what: string,
  programs: Readonly<Record<string, string | undefined>>,
  { optional = false }: { optional?: boolean } = {},
): boolean {
  const missing = Object.entries(programs)
    .filter(([, file]) => file === undefined)
    .map(([name]) => name);
  if (missing.length === 0) return false;
  if (process.env['LARES_REAL'] === 'required' && !optional)
    throw new Error(`${what}: not installed: ${missing.join(', ')}`);
  console.warn(`SKIPPED: ${what}: not installed: ${missing.join(', ')}`);
  return true;
}

/** A port of 127.0.0.1 on which nothing listens now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export interface Running {
  /** What it has printed, for the error of a test that waits in vain. */
  output(): string;
  stop(): Promise<void>;
}

/** One real server, started for a test and ended by its own handle. */
export function run(program: string, args: readonly string[]): Running {
  const child: ChildProcess = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4_000);
    });
  return {
    output: () => output,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await once(child, 'exit');
      clearTimeout(late);
    },
  };
}

/** Looks again until it is so; what was seen last is in the error when it never is. */
export async function until<T>(
  what: string,
  look: () => Promise<T>,
  isSo: (seen: T) => boolean,
  seconds = 40,
): Promise<T> {
  let seen: unknown;
  for (
    const end = performance.now() + seconds * 1000;
    performance.now() < end;
    await new Promise((resolve) => setTimeout(resolve, 100))
  ) {
    try {
      const value = await look();
      if (isSo(value)) return value;
      seen = value;
    } catch (error) {
      seen = error;
    }
  }
  throw new Error(
    `${what}: not within ${seconds} s; seen last: ${seen instanceof Error ? seen.message : JSON.stringify(seen)}`,
  );
}
