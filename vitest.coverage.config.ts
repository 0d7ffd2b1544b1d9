import { fileURLToPath } from 'node:url';
import { defineConfig, mergeConfig } from 'vitest/config';
import suite from './vitest.config.ts';

/** `npm run coverage`: the suite, and how much of the product it reaches. A figure, not a gate. */
export default mergeConfig(
  suite,
  defineConfig({
    test: {
      coverage: {
        enabled: true,
        provider: 'custom',
        customProviderModule: fileURLToPath(
          new URL('test/coverage-v8/provider.mjs', import.meta.url),
        ),
        include: ['src/**/*.ts'],
        exclude: ['src/**/*.test.ts'],
        reporter: ['text-summary', 'html'],
      },
    },
  }),
);
