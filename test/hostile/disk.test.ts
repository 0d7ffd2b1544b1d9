import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serviceHealth } from '../../src/homelab/service-health.ts';
import { openHouse, type House } from '../../src/core/runtime.ts';
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
  house: House;
  server: Loopback & ToyState;
  at: string;
  again(): House;
  clock: { now: number };
}

async function scene(
  level = 'confirm',
  at = mkdtempSync(join(tmpdir(), 'lares-test-')),
): Promise<Scene> {
  const server = await toyServer();
  const clock = { now: Date.now() };
  const houses: House[] = [];
  const again = (): House => {
    const house = openHouse(
      [toy],
      { TOY_URL: server.url, LARES_STATE_DIR: at, LARES_WRITES: level },
      () => clock.now,
    );
    houses.push(house);
    return house;
  };
  onTestFinished(async () => {
    await Promise.all(houses.map((house) => house.close()));
    await server.close();
  });
  return { house: again(), server, at, again, clock };
}
const door = { name: 'door', on: true };
const commit = (
  house: House,
  on = true,
): Promise<{ data: { [key: string]: unknown }; text: string }> =>
  callToy(house, 'turn_lamp', { ...door, on, confirm: true });
const sum = async (house: House): Promise<string> =>
  (
    await serviceHealth.run({}, house, {
      signal: new AbortController().signal,
      progress: () => undefined,
      now: house.now,
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
    const { house, server, at, fill } = await small();
    await commit(house, true);
    let refusals = 0;
    for (let leaving = 0, on = false; leaving < 6; leaving++) {
      fill(leaving);
      // Brings the file to the end of its page, so that a line needs a new one.
      for (let i = 0; i < 40; i++) await callToy(house, 'turn_lamp', { name: 'desk', on: false });
      server.forget();
      const outcome = await commit(house, on).then(
        ({ data }) => data['outcome'],
        (error: Error) => error.message,
      );
      if (outcome === 'done') on = !on;
      else {
        refusals++;
        expect(outcome).toMatch(/journal .* cannot be written: ENOSPC/);
      }
      expect(server.writes()).toHaveLength(outcome === 'done' ? 1 : 0);
      expect(house.journal.read().broken, String(leaving)).toBeUndefined();
      expect(readdirSync(at).filter((name) => /\.[0-9a-f]{12}$/.test(name))).toEqual([]);
    }
    expect(refusals).toBeGreaterThan(0);
    rmSync(join(at, 'filler'));
    expect((await commit(house, !server.lamps.get('door'))).data['outcome']).toBe('done');
    expect(await sum(house)).not.toMatch(/UNKNOWN OUTCOME/);
  });

  it('that fills up while a write is on its way: it is said that its end is not recorded', async () => {
    const { house, server, fill } = await small();
    for (let i = 0; i < 7; i++) await callToy(house, 'turn_lamp', { name: 'desk', on: false });
    server.observer = ({ method }) => {
      if (method === 'PUT') fill(0);
    };
    const { data, text } = await commit(house);
    const recorded = house.journal.read().entries.some(({ event }) => event === 'finished');
    expect(data['outcome']).toBe('done');
    expect([
      recorded,
      text.includes('Note: This happened, but its end could not be written to the journal.'),
    ]).toEqual([recorded, !recorded]);
    expect(recorded).toBe(false);
  });

  it('a code that cannot be marked as used is not used', async () => {
    const { house, server, fill } = await small('sealed');
    const {
      data: { code },
    } = await callToy(house, 'turn_lamp', door);
    fill(0);
    await expect(callToy(house, 'turn_lamp', { ...door, confirm: code })).rejects.toThrow(
      /The code cannot be marked as used: ENOSPC|cannot be written: ENOSPC/,
    );
    expect(server.writes()).toEqual([]);
  });

  it('that can only be read: previews say so, and nothing is done', async () => {
    const { house, server, at, again } = await small();
    await commit(house);
    const {
      data: { code },
    } = await callToy(
      openHouse([toy], { TOY_URL: server.url, LARES_STATE_DIR: at, LARES_WRITES: 'sealed' }),
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
    const sealed = openHouse([toy], {
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
    const { house, server, clock, again } = await scene('sealed');
    const {
      data: { code },
    } = await callToy(house, 'turn_lamp', door);
    await callToy(house, 'turn_lamp', { ...door, confirm: code });
    clock.now += 3 * day;
    const {
      data: { code: other },
    } = await callToy(house, 'turn_lamp', { name: 'desk', on: false });
    await callToy(house, 'turn_lamp', { name: 'desk', on: false, confirm: other });
    clock.now -= 3 * day;
    server.lamps.set('door', false);
    await expect(callToy(again(), 'turn_lamp', { ...door, confirm: code })).rejects.toThrow(
      'That code was used already',
    );
    expect(server.writes()).toHaveLength(2);
  });

  it('forwards makes codes old, and backwards does not let one be used for another state', async () => {
    const { house, server, clock } = await scene('sealed');
    const {
      data: { code },
    } = await callToy(house, 'turn_lamp', door);
    clock.now += 601_000;
    await expect(callToy(house, 'turn_lamp', { ...door, confirm: code })).rejects.toThrow(
      'That code is too old',
    );
    clock.now -= 30 * day;
    server.lamps.delete('door');
    await expect(callToy(house, 'turn_lamp', { ...door, confirm: code })).rejects.toThrow(
      'has changed since the code was given',
    );
    expect(server.writes()).toEqual([]);
  });

  it('backwards does not make a repetition look like something new', async () => {
    const { house, server, clock } = await scene();
    await commit(house);
    server.lamps.set('door', false);
    clock.now -= 30 * day;
    await expect(commit(house)).rejects.toThrow(/This was done already/);
    clock.now += 31 * day;
    expect((await commit(house)).data['outcome']).toBe('done');
    expect(house.journal.read().broken).toBeUndefined();
  });

  it('does not make a write that is being done look like one whose process died', async () => {
    const { house, clock } = await scene();
    await house.journal.append({
      event: 'started',
      attempt: 'a',
      tool: 't',
      target: 'x',
      summary: 'slow',
    });
    clock.now += 5 * day;
    expect(await house.journal.unknown()).toEqual([]);
    clock.now -= 20 * day;
    expect(await house.journal.unknown()).toEqual([]);
  });
});

describe('a journal that lost its end to a crash', () => {
  it.each([1, 20, 200])(
    'in the last %i bytes of a line that was never acknowledged goes on where it was',
    async (missing) => {
      const { house, at } = await scene();
      await commit(house);
      const head = join(at, 'audit.head');
      const { readFileSync } = await import('node:fs');
      const before = readFileSync(head);
      await callToy(house, 'turn_lamp', { name: 'desk', on: false });
      writeFileSync(head, before);
      const { size } = (await import('node:fs')).statSync(house.journal.file);
      truncateSync(house.journal.file, size - missing);
      expect(house.journal.read().broken).toBeUndefined();
      expect((await commit(house, false)).data['outcome']).toBe('done');
      expect(house.journal.read()).toMatchObject({ entries: { length: 4 } });
    },
  );

  it('between a line and its head goes on after the line', async () => {
    const { house, at } = await scene();
    await commit(house);
    const { readFileSync } = await import('node:fs');
    const before = readFileSync(join(at, 'audit.head'));
    await callToy(house, 'turn_lamp', { name: 'desk', on: false });
    writeFileSync(join(at, 'audit.head'), before);
    expect(house.journal.read().broken).toBeUndefined();
    await commit(house, false);
    expect(house.journal.read()).toMatchObject({ entries: { length: 5 } });
    expect(house.journal.read().broken).toBeUndefined();
  });
});
