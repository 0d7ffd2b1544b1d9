import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';
import type { JsonObject } from '../../src/core/base/json.ts';

/** Another process that is about to do something: it has loaded everything and waits. */
export interface Other {
  readonly child: ChildProcess;
  go(): void;
  /** It waits at the place it was told to. */
  paused: Promise<unknown>;
  /** What it came to; undefined when it was killed first. */
  outcome: Promise<JsonObject | undefined>;
  /** Everything it has said since it was ready. */
  readonly said: readonly string[];
  /** The signal that ended it. */
  ended: Promise<string | null>;
}

const entries = ['toy-process', 'journal-process'] as const;
type Entry = (typeof entries)[number];

let programs: Promise<string> | undefined;

/** The programs as one bundle, made once: dozens of them are started, and none should compile what it runs. */
async function bundle(): Promise<string> {
  const outdir = mkdtempSync(join(tmpdir(), 'lares-programs-'));
  await build({
    entryPoints: entries.map((entry) => fileURLToPath(new URL(`${entry}.ts`, import.meta.url))),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  return outdir;
}

export async function otherLares(
  env: Record<string, string>,
  args: JsonObject,
  entry: Entry = 'toy-process',
): Promise<Other> {
  programs ??= bundle();
  const child = spawn(process.execPath, [join(await programs, `${entry}.mjs`)], {
    env: { PATH: process.env['PATH'] ?? '', ...env, HOSTILE_ARGS: JSON.stringify(args) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const ended = once(child, 'exit').then(([, signal]) => signal as string | null);
  const lines: string[] = [];
  const out = createInterface({ input: child.stdout });
  const ready = once(out, 'line');
  let stopped: () => void = () => undefined;
  const paused = new Promise<void>((resolve) => {
    stopped = resolve;
  });
  out.on('line', (line) => {
    if (line === 'paused') stopped();
    else lines.push(line);
  });
  await ready;
  return {
    child,
    go: () => {
      child.stdin.write('go\n');
    },
    paused,
    outcome: ended.then(() =>
      lines[1] === undefined ? undefined : (JSON.parse(lines[1]) as JsonObject),
    ),
    get said() {
      return lines.slice(1);
    },
    ended,
  };
}
