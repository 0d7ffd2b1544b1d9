import { defineConfig } from 'vitest/config';

/** Against real servers, as far as they are installed: `LARES_REAL=required` makes a missing one a failure. */
export default defineConfig({
  test: {
    include: ['test/real/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
