import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { allTools } from '../src/catalog.ts';
import { services } from '../src/services/index.ts';

/** `npm run test:one pihole`: the tests in the folder of one service, and its part of the contracts that all services keep. */
const root = fileURLToPath(new URL('..', import.meta.url));
const [id = '', ...flags] = process.argv.slice(2);

if (existsSync(new URL(`../src/services/${id}/index.ts`, import.meta.url)) && id !== '') {
  const tools = allTools.filter(({ service }) => service === id).map(({ name }) => name);
  // Contracts are named by the service, or by its tool.
  const own = `^(advice after a failed )?(the folder of |the part of )?(${[id, ...tools].join('|')})\\b`;
  const common = ['test/contract', 'test/context', 'test/borders.test.ts', 'test/tools.test.ts'];
  const passed = [vitest(`src/services/${id}/`, ...flags), vitest(...common, '-t', own, ...flags)];
  if (!passed.every(Boolean)) process.exitCode = 1;
} else {
  const known = services.map((service) => service.id).join(', ');
  console.error(`npm run test:one <service>: one of ${known}`);
  process.exitCode = 2;
}

function vitest(...args: string[]): boolean {
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', ...args],
    {
      cwd: root,
      stdio: 'inherit',
    },
  );
  return status === 0;
}
