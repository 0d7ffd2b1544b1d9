import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { newService } from '../scripts/new-service.ts';

/** What `npm run new` writes. That it compiles and keeps every contract is `npm run test:scaffold`, which CI runs. */
const lists = ['src/services/index.ts', 'src/demo/world/index.ts'];
const own = (file: string): string =>
  readFileSync(fileURLToPath(new URL(`../${file}`, import.meta.url)), 'utf8');

let folder = '';
const text = (file: string): string => readFileSync(join(folder, file), 'utf8');
const make = (id: string, title = id): string[] =>
  newService(pathToFileURL(`${folder}/`), id, title);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-test-'));
  for (const file of lists) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), own(file));
  }
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
});

it('a tenth service is a folder, its part of the demo world, and two lines in each of two lists', () => {
  const files = make('another', 'Another One');
  expect(files.filter((file) => !file.startsWith('src/services/another/')).sort()).toEqual([
    'src/demo/world/another.ts',
    'src/demo/world/index.ts',
    'src/services/index.ts',
  ]);
  for (const file of lists) {
    const before = new Set(own(file).split('\n'));
    const added = text(file)
      .split('\n')
      .filter((line) => !before.has(line));
    expect([file, added.length], added.join('\n')).toEqual([file, 2]);
  }
});

it('has every part that a service must have, and no word of the template is left open', () => {
  make('another', 'Another One');
  const place = join(folder, 'src/services/another');
  const parts = readdirSync(place, { recursive: true, encoding: 'utf8' }).sort();
  expect(parts).toEqual(
    expect.arrayContaining([
      'README.md',
      'client.ts',
      'doctor.ts',
      'fake/index.ts',
      'fixtures/recorded.json',
      'health/index.ts',
      'index.ts',
      'inventory.ts',
      'pitfalls.md',
      'prompt-steps.ts',
      'refs.ts',
      'schema/index.ts',
      'settings.ts',
      'things.ts',
      'another.test.ts',
      'tools/index.ts',
    ]),
  );
  const files = parts.filter((part) => /\.\w+$/.test(part)).map((part) => join(place, part));
  const written = [...files, join(folder, 'src/demo/world/another.ts')];
  expect(written.filter((file) => /\{\{|\}\}\w*\}\}/.test(readFileSync(file, 'utf8')))).toEqual([]);
  expect(text('src/services/another/index.ts')).toContain("title: 'Another One'");
});

it.each(['Another', '10th', 'home-assistant', '', '../x'])(
  '%j cannot be an id: the variables of the service begin with it',
  (id) => {
    expect(() => make(id)).toThrow(/is not an id: lower case letters and digits/);
    expect(existsSync(join(folder, 'src/demo/world', `${id}.ts`))).toBe(false);
  },
);

it('what is there already is not written over', () => {
  make('another');
  const before = text('src/services/index.ts');
  expect(() => make('another')).toThrow(/src\/services\/another is there already/);
  expect(text('src/services/index.ts')).toBe(before);
});
