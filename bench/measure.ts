import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFileSync } from 'node:fs';

export const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

/** One measured ratio: what, against which floor, and the target it is held to. */
export interface Ratio {
  what: string;
  value: string;
  target: string;
  met: boolean;
  detail: string;
}

/** Takes turns, so that whatever else the machine does hits every candidate alike. Returns the median of each, in the unit of `run`. */
export async function interleaved(
  rounds: number,
  runs: Readonly<Record<string, () => Promise<number>>>,
): Promise<Record<string, number>> {
  const samples: Record<string, number[]> = Object.fromEntries(
    Object.keys(runs).map((name) => [name, []]),
  );
  for (let round = 0; round < rounds; round++)
    for (const [name, run] of Object.entries(runs)) samples[name]?.push(await run());
  return Object.fromEntries(
    Object.entries(samples).map(([name, numbers]) => [name, median(numbers)]),
  );
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** A server on stdio and its JSON-RPC, without anything of the SDK that could cost time on this side. */
export class Peer {
  readonly child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  #id = 0;
  #closing = false;

  /** The environment is clean: an extra CA file costs every Node process 33 ms and would hide everything else. */
  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, args, {
      env: { PATH: process.env['PATH'] ?? '', ...env },
    });
    let rest = '';
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const { id, result, error } = JSON.parse(line) as {
          id?: number;
          result?: unknown;
          error?: unknown;
        };
        if (id !== undefined) this.#waiting.get(id)?.(result ?? error);
      }
    });
    this.child.stderr.pipe(process.stderr);
    // A candidate that dies must end the bench, not leave it waiting.
    this.child.once('exit', (code) => {
      if (!this.#closing) throw new Error(`${args.join(' ')} ended with ${code}`);
    });
  }

  ask(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#id;
    const answer = new Promise<unknown>((resolve) => {
      this.#waiting.set(id, resolve);
    });
    this.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    return answer;
  }

  async open(): Promise<void> {
    await this.ask('initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'bench', version: '1' },
    });
    this.child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  }

  call(name: string, args: object = {}): Promise<unknown> {
    return this.ask('tools/call', { name, arguments: args });
  }

  /** Resident set in MiB, as the kernel counts it. */
  rss(): number {
    return (
      Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))?.[1]) /
      1024
    );
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => {
      this.child.once('exit', resolve);
    });
    this.#closing = true;
    this.child.kill();
    await gone;
  }
}
