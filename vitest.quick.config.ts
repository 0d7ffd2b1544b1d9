import { defineConfig, mergeConfig } from 'vitest/config';
import { long } from './test/long.ts';
import suite from './vitest.config.ts';

/** What `npm test` runs: the suite without the tests that take long. */
export default mergeConfig(suite, defineConfig({ test: { exclude: [...long] } }));
