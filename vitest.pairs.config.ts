import { defineConfig } from 'vitest/config';

/** Incidents two at a time: thousands of pairs, of which hundreds are looked at. Too much for every run of the suite. */
export default defineConfig({
  test: {
    include: ['test/pairs/**/*.test.ts'],
    fileParallelism: false,
  },
});
