import { defineConfig } from 'vitest/config';
import { long } from './test/long.ts';
import suite from './vitest.config.ts';

/** What `npm test` leaves out. */
export default defineConfig({ test: { ...suite.test, include: [...long] } });
