import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openJournal, type Event, type Journal } from '../../src/core/state/journal.ts';

const key = (): Buffer => Buffer.alloc(32, 7);
const folder = (): string => mkdtempSync(join(tmpdir(), 'lares-test-'));
const open = (at: string, maxBytes?: number): Journal =>
  openJournal(
    at,
    key,
    (entry) => entry,
    () => 1_700_000_000_000,
    { maxBytes },
  );

async function written(
  lines: number,
  maxBytes?: number,
): Promise<{ at: string; journal: Journal }> {
  const at = folder();
  const journal = open(at, maxBytes);
  for (let i = 0; i < lines; i++)
    await journal.append({
      event: 'previewed',
      attempt: String(i),
      tool: 't',
      summary: `line ${i}`,
    });
  return { at, journal };
}
const linesOf = (file: string): string[] => readFileSync(file, 'utf8').trimEnd().split('\n');
const tamper = (file: string, change: (lines: string[]) => string[]): void =>
  writeFileSync(
    file,
    change(linesOf(file))
      .map((line) => `${line}\n`)
      .join(''),
  );

describe('the chain of the journal', () => {
  it('holds over many writers at once', async () => {
    const at = folder();
    const journals = Array.from({ length: 4 }, () => open(at));
    await Promise.all(
      journals.flatMap((journal, i) =>
        Array.from({ length: 10 }, (_, n) =>
          journal.append({ event: 'previewed', attempt: `${i}/${n}`, tool: 't' }),
        ),
      ),
    );
    const { entries, broken } = open(at).read();
    expect([entries.map(({ seq }) => seq), broken]).toEqual([
      Array.from({ length: 40 }, (_, i) => i + 1),
      undefined,
    ]);
  });

  it('goes on over full files', async () => {
    const { at, journal } = await written(30, 1_500);
    expect(
      readdirSync(at).filter((name) => /^audit-\d+\.jsonl$/.test(name)).length,
    ).toBeGreaterThan(2);
    expect(journal.read()).toMatchObject({ entries: { length: 30 } });
    expect(journal.read().broken).toBeUndefined();
  });

  it.each<[string, (lines: string[]) => string[], number, RegExp]>([
    [
      'an edited line',
      (lines) => lines.map((line, i) => (i === 2 ? line.replace('previewed', 'finished') : line)),
      3,
      /was changed/,
    ],
    [
      'an edited last line',
      (lines) => lines.map((line, i) => (i === 5 ? line.replace('previewed', 'finished') : line)),
      6,
      /was changed/,
    ],
    ['a removed line', (lines) => lines.filter((_, i) => i !== 2), 3, /does not follow/],
    ['a removed first line', (lines) => lines.slice(1), 1, /does not follow/],
    [
      'two lines swapped',
      (lines) => [lines[1] ?? '', lines[0] ?? '', ...lines.slice(2)],
      1,
      /does not follow/,
    ],
    [
      'a line twice',
      (lines) => lines.flatMap((line, i) => (i === 3 ? [line, line] : [line])),
      5,
      /does not follow/,
    ],
    [
      'a line that is not whole',
      (lines) => lines.map((line, i) => (i === 4 ? line.slice(3) : line)),
      5,
      /is not whole/,
    ],
    ['a cut end', (lines) => lines.slice(0, 4), 5, /the end was cut off, 6 lines were written/],
    ['everything gone', () => [], 1, /the end was cut off/],
  ])('shows %s', async (_, change, line, why) => {
    const { journal } = await written(6);
    tamper(journal.file, change);
    expect(journal.read().broken).toEqual({
      file: journal.file,
      line,
      why: expect.stringMatching(why),
    });
  });

  it('shows a whole new journal that was not written with its key', async () => {
    const { at, journal } = await written(3);
    rmSync(journal.file);
    rmSync(join(at, 'audit.head'));
    const forger = openJournal(
      at,
      () => Buffer.alloc(32, 8),
      (entry) => entry,
      Date.now,
    );
    for (let i = 0; i < 3; i++) await forger.append({ event: 'finished', attempt: 'x', tool: 't' });
    expect(journal.read().broken).toMatchObject({
      line: 1,
      why: expect.stringMatching(/not written with this key/),
    });
  });

  it('shows that its head is gone', async () => {
    const { at, journal } = await written(3);
    rmSync(join(at, 'audit.head'));
    expect(journal.read().broken).toMatchObject({ file: join(at, 'audit.head') });
  });

  it('finds any single changed character', async () => {
    const { journal } = await written(4);
    const whole = readFileSync(journal.file, 'utf8');
    fc.assert(
      fc.property(fc.nat(whole.length - 2), fc.constantFrom('x', '0', '"', ' '), (at, letter) => {
        fc.pre(whole[at] !== letter && whole[at] !== '\n');
        writeFileSync(journal.file, whole.slice(0, at) + letter + whole.slice(at + 1));
        const { broken } = journal.read();
        expect(broken?.line).toBe(whole.slice(0, at).split('\n').length);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the journal goes on', () => {
  it.each([
    ['cut', (lines: string[]) => lines.slice(0, 2)],
    [
      'edited',
      (lines: string[]) =>
        lines.map((line, i) => (i === 3 ? line.replace('line 3', 'line X') : line)),
    ],
    ['damaged', (lines: string[]) => [...lines.slice(0, 3), '{"half":']],
  ])('not from an end that was %s', async (_, change) => {
    const { journal } = await written(4);
    tamper(journal.file, change);
    await expect(journal.append({ event: 'started', attempt: 'a', tool: 't' })).rejects.toThrow(
      /cannot be written: its (end|last line)/,
    );
  });

  it('after a process died in the middle of a line, which was never acknowledged', async () => {
    const { journal } = await written(3);
    writeFileSync(journal.file, `${readFileSync(journal.file, 'utf8')}{"seq":4,"at":"20`);
    await journal.append({ event: 'started', attempt: 'a', tool: 't' });
    const { entries, broken } = journal.read();
    expect([entries.length, entries.at(-1)?.event, broken]).toEqual([4, 'started', undefined]);
  });

  it('after its lock was left behind by a process that is gone', async () => {
    const { at, journal } = await written(1);
    const dead = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => {
      dead.once('exit', resolve);
    });
    writeFileSync(
      join(at, 'audit.lock'),
      JSON.stringify({ pid: dead.pid, host: (await import('node:os')).hostname(), token: 'x' }),
    );
    await journal.append({ event: 'started', attempt: 'a', tool: 't' });
    expect(existsSync(join(at, 'audit.lock'))).toBe(false);
  });
});

describe('a write whose process died', () => {
  it('is recorded as unknown, once, and told for a day', async () => {
    const at = folder();
    const dead = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => {
      dead.once('exit', resolve);
    });
    let now = 1_700_000_000_000;
    const journal = openJournal(
      at,
      key,
      (entry) => entry,
      () => now,
    );
    await journal.append({
      event: 'started',
      attempt: 'dead',
      tool: 't',
      summary: 'restart it',
      target: 'x/1',
      pid: dead.pid ?? 0,
    });
    await journal.append({
      event: 'started',
      attempt: 'alive',
      tool: 't',
      summary: 'other',
      target: 'x/2',
    });
    expect(
      (await journal.unknown()).map(({ attempt, target, event }) => [attempt, target, event]),
    ).toEqual([['dead', 'x/1', 'unknown']]);
    await journal.unknown();
    expect(journal.read().entries.filter(({ event }) => event === 'unknown')).toHaveLength(1);
    now += 2 * 86_400_000;
    expect((await journal.unknown()).filter(({ attempt }) => attempt === 'dead')).toEqual([]);
  });

  it('is open until a later write of the same target has finished', async () => {
    const journal = openJournal(folder(), key, (entry) => entry, Date.now);
    const line = (event: Event, attempt: string, target: string): Promise<void> =>
      journal.append({ event, attempt, tool: 't', summary: 'do it', target });
    const open = async (): Promise<string[]> =>
      (await journal.unknown()).map(({ attempt }) => attempt);
    await line('finished', 'before', 'x/1');
    await line('started', 'lost', 'x/1');
    await line('unknown', 'lost', 'x/1');
    expect(await open()).toEqual(['lost']);
    for (const event of ['previewed', 'unfinished', 'failed', 'refused'] as const)
      await line(event, 'again', 'x/1');
    await line('finished', 'other', 'x/2');
    expect(await open()).toEqual(['lost']);
    await line('finished', 'later', 'x/1');
    expect(await open()).toEqual([]);
  });
});
