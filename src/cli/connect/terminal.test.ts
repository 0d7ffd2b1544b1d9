import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { jsonc } from './formats/jsonc.ts';

/** The built program, as a person or a script starts it. */
const program = fileURLToPath(new URL('../../../dist/lares.js', import.meta.url));
const terminal = fileURLToPath(new URL('../../../test/hostile/terminal.py', import.meta.url));
const hasPython = spawnSync('python3', ['--version']).status === 0;

function run(home: string, command: string[]): Promise<{ code: number | null; screen: string }> {
  const child = spawn(command[0] ?? '', command.slice(1), {
    env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm', HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let screen = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      screen += text.toString();
    });
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code, screen }));
  });
}

const newHome = (): string => mkdtempSync(join(tmpdir(), 'lares-home-'));
const lares = (...args: string[]): string[] => [process.execPath, program, 'connect', ...args];

describe('at a terminal', () => {
  // A pseudo terminal is made by Python, which is on every machine that builds this.
  it('needs a terminal to try', () => expect(hasPython).toBe(true));

  const typed = (home: string, answer: string, ...args: string[]) =>
    run(home, ['python3', terminal, '[y/N]', answer, ...lares(...args)]);

  it.each(['y', 'yes', 'YES'])('%j writes what was shown', async (answer) => {
    const home = newHome();
    const { code, screen } = await typed(home, answer, 'gemini');
    expect([code, screen]).toEqual([
      0,
      expect.stringMatching(
        /@@ line 1 @@[\s\S]*lares\.js[\s\S]*Write it\?[\s\S]*Written to .*settings\.json/,
      ),
    ]);
    const removed = await typed(home, answer, 'gemini', '--remove');
    expect(removed).toMatchObject({ code: 0, screen: expect.stringMatching(/Take it out\?/) });
    expect(existsSync(join(home, '.gemini'))).toBe(false);
  });

  it.each(['', 'n', 'yess', '^C', '^D'])('%j writes nothing', async (answer) => {
    const home = newHome();
    expect((await typed(home, answer, 'gemini')).code).not.toBe(0);
    expect(existsSync(join(home, '.gemini'))).toBe(false);
  });
});

describe('without one', () => {
  it('nothing is written unless --yes says so', async () => {
    const home = newHome();
    const refused = await run(home, lares('gemini'));
    expect([refused.code, refused.screen]).toEqual([
      2,
      expect.stringMatching(/Nothing was written: nobody is there to say yes\. --yes/),
    ]);
    expect(readdirSync(home)).toEqual([]);
    expect(await run(home, lares('gemini', '--yes'))).toMatchObject({ code: 0 });
    const listed = await run(home, lares());
    expect([listed.code, listed.screen]).toEqual([
      0,
      expect.stringMatching(/gemini +works: lares /),
    ]);
  });

  it('two processes at once both arrive', async () => {
    const home = newHome();
    const ends = await Promise.all(
      ['one', 'two', 'three'].map((name) => run(home, lares('gemini', '--yes', '--name', name))),
    );
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
    const document = jsonc.read(readFileSync(join(home, '.gemini', 'settings.json'), 'utf8'));
    expect(Object.keys(document['mcpServers'] ?? {}).sort()).toEqual(['one', 'three', 'two']);
  });

  it.each([
    [['--remove'], /--remove of which client\?/],
    [['claude'], /Did you mean claude-code\?/],
  ])('%j is refused with a hint', async (args, words) => {
    expect(await run(newHome(), lares(...args))).toMatchObject({
      code: 2,
      screen: expect.stringMatching(words),
    });
  });
});
