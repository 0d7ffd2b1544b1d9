import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Runtime } from '../../src/core/runtime.ts';
import { keysFrom } from '../../src/core/state/folder.ts';
import { openJournal } from '../../src/core/state/journal.ts';
import type { Loopback } from '../../src/demo/loopback.ts';
import { callToy, toyRuntime, toyServer, type ToyState } from '../toy.ts';

/** Somebody who can write to the state folder. What they can do is stop writes, and be seen; what they cannot do is make one happen, or un-happen in the journal. */
interface Scene {
  house: Runtime;
  server: Loopback & ToyState;
  at: string;
  file(name: string): string;
  again(more?: Record<string, string>): Runtime;
}

async function scene(env: Record<string, string> = {}): Promise<Scene> {
  const server = await toyServer();
  const at = mkdtempSync(join(tmpdir(), 'lares-test-'));
  const runtimes: Runtime[] = [];
  const again = (more: Record<string, string> = {}): Runtime => {
    const runtime = toyRuntime({
      TOY_URL: server.url,
      LARES_STATE_DIR: at,
      LARES_WRITES: 'confirm',
      ...env,
      ...more,
    });
    runtimes.push(runtime);
    return runtime;
  };
  onTestFinished(async () => {
    await Promise.all(runtimes.map((runtime) => runtime.close()));
    await server.close();
  });
  return { house: again(), server, at, file: (name) => join(at, name), again };
}
const door = { name: 'door', on: true };
const commit = (runtime: Runtime, args = door): Promise<unknown> =>
  callToy(runtime, 'turn_lamp', { ...args, confirm: true });
const lines = (file: string): string[] => readFileSync(file, 'utf8').trimEnd().split('\n');
const rewrite = (file: string, change: (lines: string[]) => string[]): void =>
  writeFileSync(
    file,
    change(lines(file))
      .map((line) => `${line}\n`)
      .join(''),
  );

/** A journal of some writes. */
async function lived(env: Record<string, string> = {}): Promise<Scene> {
  const one = await scene(env);
  for (const on of [true, false, true, false]) await commit(one.house, { name: 'door', on });
  one.server.forget();
  return one;
}

describe('an editor of the journal', () => {
  it.each<[string, (one: Scene) => void, RegExp]>([
    [
      'cuts its end',
      ({ house: runtime }) => rewrite(runtime.journal.file, (all) => all.slice(0, 5)),
      /its end was cut off/,
    ],
    [
      'cuts its end, and takes the head away',
      ({ house: runtime, file }) => {
        rewrite(runtime.journal.file, (all) => all.slice(0, 5));
        rmSync(file('audit.head'));
      },
      /its head is missing/,
    ],
    [
      'cuts all but its first line, and takes the head away',
      ({ house: runtime, file }) => {
        rewrite(runtime.journal.file, (all) => all.slice(0, 1));
        rmSync(file('audit.head'));
      },
      /its head is missing/,
    ],
    [
      'takes the journal away and leaves the head',
      ({ house: runtime }) => rmSync(runtime.journal.file),
      /its end was cut off/,
    ],
    [
      'empties it',
      ({ house: runtime }) => truncateSync(runtime.journal.file),
      /its end was cut off/,
    ],
    [
      'takes the end of its last line',
      ({ house: runtime }) =>
        truncateSync(runtime.journal.file, lstatSync(runtime.journal.file).size - 1),
      /its end was cut off/,
    ],
    [
      'edits its last line',
      ({ house: runtime }) =>
        rewrite(runtime.journal.file, (all) =>
          all.with(-1, (all.at(-1) ?? '').replace('finished', 'failed')),
        ),
      /its last line was changed/,
    ],
    [
      'writes another head',
      ({ file }) =>
        writeFileSync(
          file('audit.head'),
          JSON.stringify({ seq: 3, mac: 'a'.repeat(64), seal: 'b'.repeat(64) }),
        ),
      /its head was changed/,
    ],
    [
      'writes nonsense where the head is',
      ({ file }) => writeFileSync(file('audit.head'), 'null'),
      /its head was changed/,
    ],
    [
      'puts a folder where the journal is',
      ({ house: runtime }) => {
        rmSync(runtime.journal.file);
        mkdirSync(runtime.journal.file);
      },
      /EISDIR|plain file/,
    ],
    [
      'puts a folder where the head is',
      ({ file }) => {
        rmSync(file('audit.head'));
        mkdirSync(file('audit.head'));
      },
      /head/,
    ],
    [
      'puts a link to a file of somebody else where the journal is',
      ({ house: runtime, file }) => {
        writeFileSync(file('precious'), '');
        rmSync(runtime.journal.file);
        symlinkSync(file('precious'), runtime.journal.file);
      },
      /ELOOP/,
    ],
    [
      'puts a link to a copy of itself there',
      ({ house: runtime, file }) => {
        renameSync(runtime.journal.file, file('copy'));
        symlinkSync(file('copy'), runtime.journal.file);
      },
      /ELOOP/,
    ],
    [
      'puts a pipe where the journal is',
      ({ house: runtime }) => {
        rmSync(runtime.journal.file);
        spawnSync('mkfifo', [runtime.journal.file]);
      },
      /plain file/,
    ],
    [
      'makes its last line endless',
      ({ house: runtime }) =>
        writeFileSync(
          runtime.journal.file,
          `${lines(runtime.journal.file).join('\n')}\n${'x'.repeat(3 * 2 ** 20)}`,
        ),
      /damaged/,
    ],
    [
      'adds a line of their own',
      ({ house: runtime }) =>
        writeFileSync(
          runtime.journal.file,
          `${lines(runtime.journal.file).join('\n')}\n${(lines(runtime.journal.file).at(-1) ?? '').replace('"seq":8', '"seq":9')}\n`,
        ),
      /its last line was changed/,
    ],
    [
      'adds the last line once more',
      ({ house: runtime }) => rewrite(runtime.journal.file, (all) => [...all, all.at(-1) ?? '']),
      /^$/,
    ],
    ['takes the key away', ({ file }) => rmSync(file('seal.key')), /not written with this key/],
    [
      'puts another key there',
      ({ file }) => writeFileSync(file('seal.key'), 'k'.repeat(64)),
      /not written with this key/,
    ],
    ['empties the key', ({ file }) => writeFileSync(file('seal.key'), ''), /too short for a key/],
    [
      'puts a folder where the key is',
      ({ file }) => {
        rmSync(file('seal.key'));
        mkdirSync(file('seal.key'));
      },
      /seal\.key cannot be read/,
    ],
    [
      'points the key nowhere',
      ({ file }) => {
        rmSync(file('seal.key'));
        symlinkSync(file('nowhere'), file('seal.key'));
      },
      /seal\.key cannot be read/,
    ],
  ])('who %s stops writes, and is seen', async (_, edit, why) => {
    const one = await lived();
    edit(one);
    const runtime = one.again();
    const before = existsSync(one.file('precious'))
      ? readFileSync(one.file('precious'), 'utf8')
      : '';
    if (why.source !== '^$') {
      await expect(commit(runtime, { name: 'desk', on: false })).rejects.toThrow(why);
      expect(one.server.writes()).toEqual([]);
    }
    if (/key/.test(why.source))
      expect(() => {
        const { broken } = runtime.journal.read();
        if (broken) throw new Error(broken.why);
      }).toThrow(/key/);
    else expect(runtime.journal.read().broken, 'lares audit verify').toBeDefined();
    expect(existsSync(one.file('precious')) ? readFileSync(one.file('precious'), 'utf8') : '').toBe(
      before,
    );
  });

  it.each<[string, (line: string) => string]>([
    [
      'a second value before the one that counts',
      (line) => line.replace('"event":', '"event":"denied","event":'),
    ],
    ['spaces', (line) => line.replace('":', '" :')],
    ['letters as escapes', (line) => line.replace('"turn', '"\\u0074urn')],
    [
      'fields in another order',
      (line) =>
        JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(line) as object).reverse())),
    ],
  ])('who writes the same line otherwise (%s) is seen', async (_, edit) => {
    const { house: runtime } = await lived();
    rewrite(runtime.journal.file, (all) => all.with(3, edit(all[3] ?? '')));
    expect(runtime.journal.read().broken).toMatchObject({
      line: 4,
      why: expect.stringMatching(/was changed/),
    });
  });

  it('who puts back an older head, to cut the end later, is seen at once', async () => {
    const one = await scene();
    await commit(one.house);
    copyFileSync(one.file('audit.head'), one.file('old'));
    for (const on of [false, true]) await commit(one.house, { name: 'door', on });
    copyFileSync(one.file('old'), one.file('audit.head'));
    one.server.forget();
    expect(one.house.journal.read().broken).toMatchObject({
      file: one.file('audit.head'),
      why: expect.stringMatching(/is of another time/),
    });
    await expect(commit(one.house, { name: 'door', on: false })).rejects.toThrow(
      /its end does not fit its head/,
    );
    expect(one.server.writes()).toEqual([]);
  });

  it('who takes a full file away is seen; who takes the newest and the head away stops writes', async () => {
    const at = mkdtempSync(join(tmpdir(), 'lares-test-'));
    const open = () =>
      openJournal(
        at,
        () => Buffer.alloc(32, 7),
        (entry) => entry,
        Date.now,
        { maxBytes: 1_500 },
      );
    for (let i = 0; i < 30; i++)
      await open().append({ event: 'previewed', attempt: String(i), tool: 't' });
    const full = readdirSync(at)
      .filter((name) => /^audit-\d/.test(name))
      .sort();
    expect(full.length).toBeGreaterThan(3);
    cpSync(at, `${at}-copy`, { recursive: true });
    rmSync(join(at, full[1] ?? ''));
    expect(open().read().broken).toMatchObject({
      line: 1,
      why: expect.stringMatching(/does not follow/),
    });
    cpSync(`${at}-copy`, at, { recursive: true });
    expect(open().read().broken).toBeUndefined();
    rmSync(join(at, 'audit.jsonl'), { force: true });
    rmSync(join(at, 'audit.head'));
    await expect(open().append({ event: 'started', attempt: 'x', tool: 't' })).rejects.toThrow(
      /its head is missing/,
    );
  });

  it('who swaps the journals of two folders stops both', async () => {
    const [one, two] = [await lived(), await lived()];
    for (const name of ['audit.jsonl', 'audit.head']) {
      renameSync(one.file(name), one.file('x'));
      renameSync(two.file(name), one.file(name));
      renameSync(one.file('x'), two.file(name));
    }
    for (const { again, server } of [one, two]) {
      await expect(commit(again())).rejects.toThrow(
        /its head was changed, or not written with this key/,
      );
      expect(server.writes()).toEqual([]);
    }
  });

  it('whose damage is moved away, all of it, leaves a journal that begins anew', async () => {
    const one = await lived();
    rmSync(one.file('audit.head'));
    mkdirSync(one.file('damaged'));
    for (const name of readdirSync(one.at).filter((file) => file.startsWith('audit')))
      renameSync(one.file(name), join(one.file('damaged'), name));
    await commit(one.again());
    expect(one.again().journal.read()).toMatchObject({ entries: { length: 2 } });
  });
});

describe('an editor of what processes agree on', () => {
  const code = async (runtime: Runtime): Promise<string> =>
    String((await callToy(runtime, 'turn_lamp', door)).data['code']);

  it('who takes the mark of a spent code away cannot have it used twice', async () => {
    const one = await scene({ LARES_WRITES: 'sealed' });
    const confirm = await code(one.house);
    await callToy(one.house, 'turn_lamp', { ...door, confirm });
    rmSync(one.file('spent'), { recursive: true });
    one.server.lamps.set('door', false);
    await expect(callToy(one.again(), 'turn_lamp', { ...door, confirm })).rejects.toThrow(
      'That code was used already',
    );
    expect(one.server.writes()).toHaveLength(1);
  });

  it('who fills the folder with folders, links and nonsense does not bring down the list of what waits', async () => {
    const one = await scene({ LARES_WRITES: 'human' });
    const confirm = await code(one.house);
    for (const kind of ['pending', 'answers', 'spent']) {
      mkdirSync(join(one.file(kind), 'folder.json'), { recursive: true });
      symlinkSync('/dev/zero', join(one.file(kind), 'endless.json'));
      symlinkSync(one.file('nowhere'), join(one.file(kind), 'nowhere.json'));
      writeFileSync(join(one.file(kind), 'nonsense.json'), 'null');
      writeFileSync(join(one.file(kind), 'more.json'), '[1,2');
    }
    expect(
      (await one.house.gate.approvals.waiting(Date.now())).map((pending) => pending.code),
    ).toEqual([confirm]);
    await one.house.gate.approvals.answer(confirm, {
      approved: true,
      by: 'operator',
      how: 'terminal',
      at: Date.now(),
    });
    expect((await callToy(one.again(), 'turn_lamp', { ...door, confirm })).data['outcome']).toBe(
      'done',
    );
  });

  it('who turns a no into a yes is not believed', async () => {
    const one = await scene({ LARES_WRITES: 'human' });
    const confirm = await code(one.house);
    await one.house.gate.approvals.answer(confirm, {
      approved: false,
      by: 'operator',
      how: 'terminal',
      at: Date.now(),
    });
    const [answer = ''] = readdirSync(one.file('answers'));
    writeFileSync(
      join(one.file('answers'), answer),
      readFileSync(join(one.file('answers'), answer), 'utf8').replace(
        '"approved":false',
        '"approved":true',
      ),
    );
    expect((await callToy(one.house, 'turn_lamp', { ...door, confirm })).data['outcome']).toBe(
      'waiting',
    );
    expect(one.server.writes()).toEqual([]);
  });
});

describe('a state folder that everybody can write to', () => {
  it.each(['confirm', 'sealed', 'human'])(
    'holds no key and no journal (level %s): nothing is written until that is mended',
    async (level) => {
      const one = await scene({ LARES_WRITES: level });
      chmodSync(one.at, 0o777);
      const said = await callToy(one.house, 'turn_lamp', {
        ...door,
        ...(level === 'confirm' && { confirm: true }),
      }).catch((error: Error) => error.message);
      expect(said).toContain(`Everybody can write to the state folder ${one.at}`);
      expect([one.server.writes(), existsSync(one.file('seal.key'))]).toEqual([[], false]);
      chmodSync(one.at, 0o700);
      expect(
        (
          await callToy(one.again(), 'turn_lamp', {
            ...door,
            ...(level === 'confirm' && { confirm: true }),
          })
        ).data['outcome'],
      ).toMatch(/done|preview|waiting/);
    },
  );
});

describe('the kill switch', () => {
  it.each<[string, (file: string) => void]>([
    ['a file', (file) => writeFileSync(file, '')],
    ['a folder', (file) => mkdirSync(file)],
    ['a link to nowhere', (file) => symlinkSync('/nowhere/at/all', file)],
  ])('counts as in place when it is %s, also when it comes after the plan', async (_, put) => {
    const stop = join(mkdtempSync(join(tmpdir(), 'lares-test-')), 'stop');
    const one = await scene({ LARES_KILL_SWITCH: stop });
    const { append } = one.house.journal;
    Object.assign(one.house.journal, {
      append: (...[entry, objection]: Parameters<typeof append>) => {
        if (entry.event === 'started') put(stop);
        return append(entry, objection);
      },
    });
    await expect(commit(one.house)).rejects.toThrow('The kill switch is in place: no writes now');
    await expect(commit(one.again())).rejects.toThrow('The kill switch is in place: no writes now');
    expect(one.server.writes()).toEqual([]);
    expect(one.house.journal.read().entries.map(({ event }) => event)).toEqual([
      'refused',
      'refused',
    ]);
  });
});

describe('a lock', () => {
  it.each<[string, (file: string) => void]>([
    [
      'of a process that is gone',
      (file) =>
        writeFileSync(
          file,
          JSON.stringify({ ...host, pid: spawnSync(process.execPath, ['-e', '']).pid, token: 'x' }),
        ),
    ],
    [
      'of a process whose number another one has now',
      (file) =>
        writeFileSync(file, JSON.stringify({ ...host, pid: process.pid, born: '1', token: 'x' })),
    ],
  ])('left behind by %s is taken away at once', async (_, leave) => {
    const one = await lived();
    leave(one.file('audit.lock'));
    await commit(one.house);
    expect(readdirSync(one.at).filter((name) => name.startsWith('audit.lock'))).toEqual([]);
  });

  it.each<[string, (file: string) => void]>([
    [
      'of another machine',
      (file) => writeFileSync(file, JSON.stringify({ pid: 1, host: 'elsewhere', token: 'x' })),
    ],
    ['that is a folder', (file) => mkdirSync(join(file, 'x'), { recursive: true })],
    [
      'that is nonsense, from the future',
      (file) => {
        writeFileSync(file, '\u0000');
        utimesSync(file, 4e9, 4e9);
      },
    ],
  ])(
    "left behind %s is taken away when it has not changed hands for long enough of this process' own time",
    async (_, leave) => {
      const one = await lived();
      const staleMs = 300;
      leave(one.file('audit.lock'));
      const key = keysFrom(one.at, undefined)('journal');
      const journal = openJournal(
        one.at,
        () => key,
        (entry) => entry,
        Date.now,
        { lock: { staleMs } },
      );
      const began = performance.now();
      await journal.append({ event: 'previewed', attempt: 'x', tool: 't' });
      expect(performance.now() - began).toBeGreaterThanOrEqual(staleMs);
      expect(readdirSync(one.at).filter((name) => name.startsWith('audit.lock'))).toEqual([]);
      expect(one.house.journal.read().broken).toBeUndefined();
    },
  );
});
const host = { host: (await import('node:os')).hostname() };
