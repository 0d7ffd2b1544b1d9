import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withLock } from '../../src/core/state/lock.ts';
import { thisProcess } from '../../src/core/state/process-id.ts';

/** Starts to wait for a lock that stands already. */
function waitFor(holder: object): { file: string; outcome(): string } {
  const file = join(folder, 'lock');
  writeFileSync(file, JSON.stringify({ ...holder, token: 'x' }));
  let outcome = 'waits';
  withLock(file, () => 'done').then(
    (result) => (outcome = result),
    (error: Error) => (outcome = error.message),
  );
  return { file, outcome: () => outcome };
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-test-'));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

describe('a lock', () => {
  it('of a process that cannot be seen from here is respected for ten seconds', async () => {
    const { outcome } = waitFor({ pid: 1, host: 'elsewhere' });
    await vi.advanceTimersByTimeAsync(9_900);
    expect(outcome()).toBe('waits');
    await vi.advanceTimersByTimeAsync(200);
    expect(outcome()).toBe('done');
  });

  it('of a process that lives is never taken away: after twenty seconds the wait is given up', async () => {
    const { file, outcome } = waitFor(thisProcess());
    await vi.advanceTimersByTimeAsync(19_900);
    expect(outcome()).toBe('waits');
    await vi.advanceTimersByTimeAsync(200);
    expect(outcome()).toBe(`another process holds ${file}`);
  });
});
