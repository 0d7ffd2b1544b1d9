import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serviceHealth } from '../../src/homelab/service-health.ts';
import { createRuntime, type Runtime } from '../../src/core/runtime.ts';
import type { Loopback } from '../../src/demo/loopback.ts';
import { callToy, toy, toyServer, type ToyState } from '../toy.ts';

const page = 4_096;
const mount = (at: string, options = 'size=96k,mode=700'): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', at]).status === 0;
const unmount = (at: string): void => {
  spawnSync('umount', [at]);
};

/** Whether this machine lets us make a small disk: root, and not in a container that forbids it. */
function canMount(): boolean {
  const at = mkdtempSync(join(tmpdir(), 'lares-test-'));
  const can = mount(at);
  if (can) unmount(at);
  return can;
}

interface Scene {
  house: Runtime;
  server: Loopback & ToyState;
  at: string;
  again(): Runtime;
  clock: { now: number };
}

async function scene(
  level = 'confirm',
  at = mkdtempSync(join(tmpdir(), 'lares-test-')),
): Promise<Scene> {
  const server = await toyServer();
  const clock = { now: Date.now() };
  const runtimes: Runtime[] = [];
  const again = (): Runtime => {
    const runtime = createRuntime(
      [toy],
      { TOY_URL: server.url, LARES_STATE_DIR: at, LARES_WRITES: level },
      () => clock.now,
    );
    runtimes.push(runtime);
    return runtime;
  };
  onTestFinished(async () => {
    await Promise.all(runtimes.map((runtime) => runtime.close()));
    await server.close();
  });
  return { house: again(), server, at, again, clock };
}
const door = { name: 'door', on: true };
const commit = (
  runtime: Runtime,
  on = true,
): Promise<{ data: { [key: string]: unknown }; text: string }> =>
  callToy(runtime, 'turn_lamp', { ...door, on, confirm: true });
const sum = async (runtime: Runtime): Promise<string> =>
  (
    await serviceHealth.run({}, runtime, {
      signal: new AbortController().signal,
      progress: () => undefined,
      now: runtime.now,
    })
  ).text;

describe.skipIf(!canMount())('a full disk (skipped where no small one can be mounted)', () => {
  async function small(level?: string): Promise<Scene & { fill(leaving: number): void }> {
    const at = mkdtempSync(join(tmpdir(), 'lares-test-'));
    if (!mount(at)) throw new Error('it could be mounted a moment ago');
    const one = await scene(level, at);
    onTestFinished(() => {
      unmount(at);
    });
    const filler = join(at, 'filler');
    return {
      ...one,
      fill(leaving) {
        rmSync(filler, { force: true });
        const { bavail, bsize } = statfsSync(at);
        writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - leaving * page), 1));
      },
    };
  }

  it('with any room left: it happens and is recorded, or it is refused; nothing is broken afterwards', async () => {
    const { house: runtime, server, at, fill } = await small();
    await commit(runtime, true);
    let refusals = 0;
    for (let leaving = 0, on = false; leaving < 6; leaving++) {
      fill(leaving);
      // Brings the file to the end of its page, so that a line needs a new one.
      for (let i = 0; i < 40; i++) await callToy(runtime, 'turn_lamp', { name: 'desk', on: false });
      server.forget();
      const outcome = await commit(runtime, on).then(
        ({ data }) => data['outcome'],
        (error: Error) => error.message,
      );
      if (outcome === 'done') on = !on;
      else {
        refusals++;
        expect(outcome).toMatch(/journal .* cannot be written: ENOSPC/);
      }
      expect(server.writes()).toHaveLength(outcome === 'done' ? 1 : 0);
      expect(runtime.journal.read().broken, String(leaving)).toBeUndefined();
      expect(readdirSync(at).filter((name) => /\.[0-9a-f]{12}$/.test(name))).toEqual([]);
    }
    expect(refusals).toBeGreaterThan(0);
    rmSync(join(at, 'filler'));
    expect((await commit(runtime, !server.lamps.get('door'))).data['outcome']).toBe('done');
    expect(await sum(runtime)).not.toMatch(/UNKNOWN OUTCOME/);
  });

  it('that fills up while a write is on its way: it is said that its end is not recorded', async () => {
    const { house: runtime, server, fill } = await small();
    for (let i = 0; i < 7; i++) await callToy(runtime, 'turn_lamp', { name: 'desk', on: false });
    server.observer = ({ method }) => {
      if (method === 'PUT') fill(0);
    };
    const { data, text } = await commit(runtime);
    const recorded = runtime.journal.read().entries.some(({ event }) => event === 'finished');
    expect(data['outcome']).toBe('done');
    expect([
      recorded,
      text.includes('Note: This happened, but its end could not be written to the journal.'),
    ]).toEqual([recorded, !recorded]);
    expect(recorded).toBe(false);
  });

  it('a code that cannot be marked as used is not used', async () => {
    const { house: runtime, server, fill } = await small('sealed');
    const {
      data: { code },
    } = await callToy(runtime, 'turn_lamp', door);
    fill(0);
    await expect(callToy(runtime, 'turn_lamp', { ...door, confirm: code })).rejects.toThrow(
      /The code cannot be marked as used: ENOSPC|cannot be written: ENOSPC/,
    );
    expect(server.writes()).toEqual([]);
  });

  it('that can only be read: previews say so, and nothing is done', async () => {
    const { house: runtime, server, at, again } = await small();
    await commit(runtime);
    const {
      data: { code },
    } = await callToy(
      createRuntime([toy], { TOY_URL: server.url, LARES_STATE_DIR: at, LARES_WRITES: 'sealed' }),
      'turn_lamp',
      { name: 'desk', on: false },
    );
    server.forget();
    spawnSync('mount', ['-o', 'remount,ro', at]);
    expect((await callToy(again(), 'turn_lamp', { name: 'desk', on: false })).text).toMatch(
      /Note: This cannot be done now: The journal .* cannot be written: EROFS/,
    );
    await expect(
      callToy(again(), 'turn_lamp', { name: 'desk', on: false, confirm: true }),
    ).rejects.toThrow(/EROFS/);
    const sealed = createRuntime([toy], {
      TOY_URL: server.url,
      LARES_STATE_DIR: at,
      LARES_WRITES: 'sealed',
    });
    await expect(
      callToy(sealed, 'turn_lamp', { name: 'desk', on: false, confirm: code }),
    ).rejects.toThrow(/EROFS/);
    expect(server.writes()).toEqual([]);
    expect(await sum(again())).toMatch(/lamps 2/);
  });
});

describe('a clock that is moved', () => {
  const day = 86_400_000;

  it('forwards and back does not make a spent code good again', async () => {
    const { house: runtime, server, clock, again } = await scene('sealed');
    const {
      data: { code },
    } = await callToy(runtime, 'turn_lamp', door);
    await callToy(runtime, 'turn_lamp', { ...door, confirm: code });
    clock.now += 3 * day;
    const {
      data: { code: other },
    } = await callToy(runtime, 'turn_lamp', { name: 'desk', on: false });
    await callToy(runtime, 'turn_lamp', { name: 'desk', on: false, confirm: other });
    clock.now -= 3 * day;
    server.lamps.set('door', false);
    await expect(callToy(again(), 'turn_lamp', { ...door, confirm: code })).rejects.toThrow(
      'That code was used already',
    );
    expect(server.writes()).toHaveLength(2);
  });

  it('forwards makes codes old, backwards does not make them live longer nor fit another state', async () => {
    const { house: runtime, server, clock } = await scene('sealed');
    const {
      data: { code },
    } = await callToy(runtime, 'turn_lamp', door);
    clock.now += 601_000;
    await expect(callToy(runtime, 'turn_lamp', { ...door, confirm: code })).rejects.toThrow(
      'That code is too old',
    );
    clock.now -= 30 * day;
    await expect(callToy(runtime, 'turn_lamp', { ...door, confirm: code })).rejects.toThrow(
      'the clock was set back',
    );
    clock.now += 30 * day - 300_000;
    server.lamps.delete('door');
    await expect(callToy(runtime, 'turn_lamp', { ...door, confirm: code })).rejects.toThrow(
      'has changed since the code was given',
    );
    expect(server.writes()).toEqual([]);
  });

  it('backwards does not make a repetition look like something new', async () => {
    const { house: runtime, server, clock } = await scene();
    await commit(runtime);
    server.lamps.set('door', false);
    clock.now -= 30 * day;
    await expect(commit(runtime)).rejects.toThrow(/This was done already/);
    clock.now += 31 * day;
    expect((await commit(runtime)).data['outcome']).toBe('done');
    expect(runtime.journal.read().broken).toBeUndefined();
  });

  it('does not make a write that is being done look like one whose process died', async () => {
    const { house: runtime, clock } = await scene();
    await runtime.journal.append({
      event: 'started',
      attempt: 'a',
      tool: 't',
      target: 'x',
      summary: 'slow',
    });
    clock.now += 5 * day;
    expect(await runtime.journal.unknown()).toEqual([]);
    clock.now -= 20 * day;
    expect(await runtime.journal.unknown()).toEqual([]);
  });
});

describe('a journal that lost its end to a crash', () => {
  it.each([1, 20, 200])(
    'in the last %i bytes of a line that was never acknowledged goes on where it was',
    async (missing) => {
      const { house: runtime, at } = await scene();
      await commit(runtime);
      const head = join(at, 'audit.head');
      const { readFileSync } = await import('node:fs');
      const before = readFileSync(head);
      await callToy(runtime, 'turn_lamp', { name: 'desk', on: false });
      writeFileSync(head, before);
      const { size } = (await import('node:fs')).statSync(runtime.journal.file);
      truncateSync(runtime.journal.file, size - missing);
      expect(runtime.journal.read().broken).toBeUndefined();
      expect((await commit(runtime, false)).data['outcome']).toBe('done');
      expect(runtime.journal.read()).toMatchObject({ entries: { length: 4 } });
    },
  );

  it('between a line and its head goes on after the line', async () => {
    const { house: runtime, at } = await scene();
    await commit(runtime);
    const { readFileSync } = await import('node:fs');
    const before = readFileSync(join(at, 'audit.head'));
    await callToy(runtime, 'turn_lamp', { name: 'desk', on: false });
    writeFileSync(join(at, 'audit.head'), before);
    expect(runtime.journal.read().broken).toBeUndefined();
    await commit(runtime, false);
    expect(runtime.journal.read()).toMatchObject({ entries: { length: 5 } });
    expect(runtime.journal.read().broken).toBeUndefined();
  });
});
