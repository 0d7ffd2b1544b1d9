import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['test/real/**', 'test/pairs/**', '**/node_modules/**'],
    globalSetup: 'test/temporary-folder.ts',
    // Only what hangs is caught by these: how fast a machine is decides nothing.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Whoever tries silence waits: others have the processor meanwhile.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    sequence: { sequencer: LongestFirst },
    isolate: false,
  },
});
