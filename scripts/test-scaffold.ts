import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `npm run test:scaffold`: what `npm run new` writes keeps every rule there is, in a copy of this repository.
 * It takes a minute or two, so it is a step of its own in CI; the suite itself only looks at the files.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const tooMuch = new Set(['node_modules', 'dist', 'coverage', '.git']);

/** Whoever reads the list of services, or starts a homelab of all of them, meets a tenth one too. */
const meetsEveryService = /services\/index\.ts|catalog\.ts|examples\.ts|lab\(\)/;
/** What is tried of one service after the other is tried of the tenth alone: its name stands in the name of the test. */
const oneByOne = 'test/contract/';
/** Nothing is wrong with the tenth in any incident of the others, and the healthy homelab is met elsewhere. */
const ofOthers = /^test\/(?:real|incidents|upstream)\//;
const tests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .map((file) => `test/${file.replaceAll('\\', '/')}`)
  .filter((file) => file.endsWith('.test.ts') && !ofOthers.test(file));
const registryWide = tests
  .filter((file) => !file.startsWith(oneByOne))
  .filter((file) => meetsEveryService.test(readFileSync(join(root, file), 'utf8')));

const copy = mkdtempSync(join(tmpdir(), 'lares-scaffold-'));
const steps: readonly (readonly string[])[] = [
  ['tsx/dist/cli.mjs', 'scripts/new-service.ts', 'tenth', 'The Tenth'],
  ['tsx/dist/cli.mjs', 'scripts/gen.ts'],
  ['tsx/dist/cli.mjs', 'scripts/build.mjs'],
  ['typescript/bin/tsc', '--noEmit', '-p', '.'],
  ['oxlint/bin/oxlint', '--deny-warnings', '.'],
  ['oxfmt/bin/oxfmt', '--check', '.'],
  ['vitest/vitest.mjs', 'run', oneByOne, '--testNamePattern', 'tenth'],
  ['vitest/vitest.mjs', 'run', 'src/services/tenth', ...registryWide],
];

function run([program = '', ...args]: readonly string[]): boolean {
  console.log(`== ${[program.split('/')[0], ...args].join(' ').slice(0, 100)}`);
  const { status } = spawnSync(process.execPath, [join('node_modules', program), ...args], {
    cwd: copy,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return status === 0;
}

try {
  for (const name of readdirSync(root).filter((entry) => !tooMuch.has(entry)))
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const failed = steps.find((step) => !run(step));
  if (failed) {
    console.error(`A tenth service does not pass: ${failed[0]?.split('/')[0]}`);
    process.exitCode = 1;
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
