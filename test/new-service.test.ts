import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { newService } from '../scripts/new-service.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

it(
  'a tenth service is one folder and one line: it compiles, keeps every contract, and answers',
  { timeout: 240_000 },
  () => {
    const copy = mkdtempSync(join(tmpdir(), 'lares-test-'));
    onTestFinished(() => {
      rmSync(copy, { recursive: true, force: true });
    });
    for (const name of [
      'src',
      'test',
      'scripts',
      'docs',
      'README.md',
      'package.json',
      'tsconfig.json',
      'vitest.config.ts',
    ])
      cpSync(join(root, name), join(copy, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const before = readFileSync(join(copy, 'src/services/index.ts'), 'utf8').split('\n');
    newService(pathToFileURL(`${copy}/`), 'tenth', 'Tenth');
    const after = readFileSync(join(copy, 'src/services/index.ts'), 'utf8').split('\n');
    expect(after.filter((line) => !before.includes(line))).toHaveLength(2);
    const run = (...args: string[]): string => {
      const { status, stdout, stderr } = spawnSync(process.execPath, args, {
        cwd: copy,
        encoding: 'utf8',
        env: { ...process.env, VITEST: undefined, NODE_ENV: undefined },
      });
      return status === 0 ? '' : stdout + stderr;
    };
    expect(run('node_modules/tsx/dist/cli.mjs', 'scripts/gen.ts')).toBe('');
    expect(run('node_modules/typescript/bin/tsc', '--noEmit', '-p', '.')).toBe('');
    expect(
      run(
        'node_modules/vitest/vitest.mjs',
        'run',
        'src/services/tenth',
        'test/borders.test.ts',
        'test/contract',
        '-t',
        'tenth|imports|gate|rooms',
      ),
    ).toBe('');
  },
);
