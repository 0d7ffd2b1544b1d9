import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
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

export async function otherLares(
  env: Record<string, string>,
  args: JsonObject,
  entry = './toy-process.ts',
): Promise<Other> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(new URL(entry, import.meta.url))],
    {
      env: { PATH: process.env['PATH'] ?? '', ...env, HOSTILE_ARGS: JSON.stringify(args) },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
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
