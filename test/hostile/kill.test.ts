import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serviceHealth } from '../../src/homelab/service-health.ts';
import type { Runtime } from '../../src/core/runtime.ts';
import type { Loopback } from '../../src/demo/loopback.ts';
import { callToy, toyRuntime, toyServer, type ToyState } from '../toy.ts';
import { otherLares } from './processes.ts';

interface Scene {
  env: Record<string, string>;
  server: Loopback & ToyState;
  after(): Runtime;
}

async function scene(more: Record<string, string> = {}): Promise<Scene> {
  const server = await toyServer();
  const env = {
    TOY_URL: server.url,
    TOY_TIMEOUT_MS: '60000',
    LARES_STATE_DIR: mkdtempSync(join(tmpdir(), 'lares-test-')),
    LARES_WRITES: 'confirm',
    ...more,
  };
  const runtimes: Runtime[] = [];
  onTestFinished(async () => {
    await Promise.all(runtimes.map((runtime) => runtime.close()));
    await server.close();
  });
  return {
    env,
    server,
    after: () => {
      const runtime = toyRuntime(env);
      runtimes.push(runtime);
      return runtime;
    },
  };
}
const door = { name: 'door', on: true };
const events = ({ journal }: Runtime): string[] => journal.read().entries.map(({ event }) => event);
const verdict = async (runtime: Runtime): Promise<{ text: string; unknown: string[] }> => {
  const { text, result } = await serviceHealth.run({}, runtime, {
    signal: new AbortController().signal,
    progress: () => undefined,
    now: runtime.now,
  });
  return {
    text,
    unknown: ((result as { unknownWrites?: { summary: string }[] }).unknownWrites ?? []).map(
      ({ summary }) => summary,
    ),
  };
};

describe('killed in the middle of a write', () => {
  it.each([
    ['before started', [], 0, []],
    ['after started', ['started'], 0, ['turn door on']],
    ['before finished', ['started'], 1, ['turn door on']],
    ['after finished', ['started', 'finished'], 1, []],
  ])(
    '%s: the journal tells what is known, and the next check-up says so',
    async (at, written, arrived, unknown) => {
      const { env, server, after } = await scene();
      const other = await otherLares({ ...env, HOSTILE_KILL: at }, { ...door, confirm: true });
      other.go();
      expect(await other.ended).toBe('SIGKILL');
      const runtime = after();
      expect([events(runtime), server.writes().length]).toEqual([written, arrived]);
      const first = await verdict(runtime);
      expect(first.unknown).toEqual(unknown);
      expect(first.text.includes('UNKNOWN OUTCOME turn door on')).toBe(unknown.length > 0);
      expect(events(runtime)).toEqual([...written, ...(unknown.length > 0 ? ['unknown'] : [])]);
      await verdict(runtime);
      expect(events(runtime), 'said once').toEqual([
        ...written,
        ...(unknown.length > 0 ? ['unknown'] : []),
      ]);
      expect(runtime.journal.read().broken).toBeUndefined();
    },
  );

  it('while the request is on its way: unknown, and the same is not begun again without a look', async () => {
    const { env, server, after } = await scene();
    server.inject('hang', { path: /^\/lamps\/door$/ });
    const other = await otherLares(env, { ...door, confirm: true });
    other.go();
    await until(() => server.writes().length === 1);
    other.child.kill('SIGKILL');
    await other.ended;
    server.heal();
    const runtime = after();
    expect((await verdict(runtime)).unknown).toEqual(['turn door on']);
    await expect(callToy(runtime, 'turn_lamp', { ...door, confirm: true })).rejects.toThrow(
      /This was begun already, .* ago: turn door on/,
    );
    expect(server.writes()).toHaveLength(1);
    await callToy(runtime, 'turn_lamp', door);
    expect((await callToy(runtime, 'turn_lamp', { ...door, confirm: true })).data['outcome']).toBe(
      'done',
    );
  });

  it('with a code: it is spent, whether or not anything was sent', async () => {
    const { env, server, after } = await scene({ LARES_WRITES: 'sealed' });
    const runtime = after();
    const {
      data: { code },
    } = await callToy(runtime, 'turn_lamp', door);
    const other = await otherLares(
      { ...env, HOSTILE_KILL: 'before started' },
      { ...door, confirm: code ?? '' },
    );
    other.go();
    await other.ended;
    await expect(callToy(runtime, 'turn_lamp', { ...door, confirm: code })).rejects.toThrow(
      'That code was used already',
    );
    expect(server.writes()).toEqual([]);
    expect((await verdict(runtime)).unknown).toEqual([]);
  });

  it('is told apart from a process that happens to have its number now', async () => {
    const { after } = await scene();
    const runtime = after();
    await runtime.journal.append({
      event: 'started',
      attempt: 'a',
      tool: 'turn_lamp',
      target: 'toy/door',
      summary: 'turn door on',
      born: '1',
    });
    expect((await verdict(runtime)).unknown).toEqual(['turn door on']);
  });

  it('in another container: told after two minutes, without being written down as ended', async () => {
    const { after } = await scene();
    const runtime = after();
    await runtime.journal.append({
      event: 'started',
      attempt: 'a',
      tool: 'turn_lamp',
      target: 'toy/door',
      summary: 'turn door on',
      space: 'pid:[1]',
    });
    expect((await verdict(runtime)).unknown).toEqual([]);
    const later = after();
    const ends = later.journal.read().entries.length;
    await runtime.journal.append({
      event: 'started',
      attempt: 'b',
      tool: 'turn_lamp',
      target: 'toy/desk',
      summary: 'turn desk on',
      space: 'pid:[1]',
      at: new Date(Date.now() - 180_000).toISOString(),
    });
    expect((await verdict(later)).unknown).toEqual(['turn desk on']);
    expect(later.journal.read().entries).toHaveLength(ends + 1);
    await runtime.journal.append({
      event: 'finished',
      attempt: 'b',
      tool: 'turn_lamp',
      target: 'toy/desk',
      summary: 'turn desk on',
    });
    expect((await verdict(later)).unknown).toEqual([]);
  });

  it('is not hidden by a flood of previews', async () => {
    const { env, after } = await scene();
    const other = await otherLares(
      { ...env, HOSTILE_KILL: 'after started' },
      { ...door, confirm: true },
    );
    other.go();
    await other.ended;
    const runtime = after();
    for (let i = 0; i < 60; i++)
      await runtime.journal.append({
        event: 'previewed',
        attempt: String(i),
        tool: 't',
        a: 'x'.repeat(9_000),
        b: 'y'.repeat(9_000),
        c: Array.from({ length: 5 }, () => 'z'.repeat(2_000)),
      });
    expect((await verdict(runtime)).unknown).toEqual(['turn door on']);
  });
});

describe('two processes at the same moment', () => {
  it.each([
    ['confirm', true],
    ['sealed', 'code'],
    ['human', 'code'],
  ] as const)('at level %s do it once', async (level, kind) => {
    const { env, server, after } = await scene({ LARES_WRITES: level });
    const runtime = after();
    const code =
      kind === 'code' ? String((await callToy(runtime, 'turn_lamp', door)).data['code']) : '';
    if (level === 'human')
      await runtime.gate.approvals.answer(code, {
        approved: true,
        by: 'operator',
        how: 'terminal',
        at: Date.now(),
      });
    const others = await Promise.all(
      [1, 2, 3].map(() => otherLares(env, { ...door, confirm: code || true })),
    );
    for (const other of others) other.go();
    const outcomes = await Promise.all(others.map(({ outcome }) => outcome));
    expect(
      outcomes.filter((outcome) => outcome?.['outcome'] === 'done'),
      JSON.stringify(outcomes),
    ).toHaveLength(1);
    expect(server.writes()).toHaveLength(1);
    expect(runtime.journal.read().broken).toBeUndefined();
  });

  it('at level confirm do it once, also when the first is held up before it begins', async () => {
    const { env, server, after } = await scene();
    const others = await Promise.all(
      [1, 2, 3].map(() =>
        otherLares({ ...env, HOSTILE_PAUSE: 'started' }, { ...door, confirm: true }),
      ),
    );
    for (const other of others) other.go();
    await Promise.race(others.map(({ paused }) => paused));
    for (const other of others) other.go();
    const outcomes = await Promise.all(others.map(({ outcome }) => outcome));
    const words = outcomes.map(
      (outcome) => outcome?.['outcome'] ?? String(outcome?.['refused']).replace(/[,:].*/s, ''),
    );
    expect(words.filter((word) => word === 'done')).toHaveLength(1);
    for (const word of words)
      expect(word).toMatch(/^(done|already|This (was done already|is being done right now))$/);
    expect(server.writes()).toHaveLength(1);
    expect(events(after()).filter((event) => event === 'started')).toHaveLength(1);
  });

  it('two codes for the same thing do not overlap', async () => {
    const { env, server, after } = await scene({ LARES_WRITES: 'sealed' });
    const runtime = after();
    const [one, two] = [
      (await callToy(runtime, 'turn_lamp', door)).data['code'],
      (await callToy(runtime, 'turn_lamp', door)).data['code'],
    ];
    server.inject('hang', { path: /^\/lamps\/door$/ });
    const other = await otherLares(env, { ...door, confirm: one ?? '' });
    other.go();
    await until(() => server.writes().length === 1);
    await expect(callToy(runtime, 'turn_lamp', { ...door, confirm: two })).rejects.toThrow(
      'This is being done right now: turn door on',
    );
    expect(server.writes()).toHaveLength(1);
    other.child.kill('SIGKILL');
  });

  it('rotate one journal without a gap', async () => {
    const at = mkdtempSync(join(tmpdir(), 'lares-test-'));
    const writers = await Promise.all(
      [1, 2, 3].map((n) =>
        otherLares({ LARES_STATE_DIR: at }, { lines: 40, name: String(n) }, 'journal-process'),
      ),
    );
    for (const writer of writers) writer.go();
    await Promise.all(writers.map(({ ended }) => ended));
    const { openJournal } = await import('../../src/core/state/journal.ts');
    const { entries, broken } = openJournal(
      at,
      () => Buffer.alloc(32, 7),
      (entry) => entry,
      Date.now,
    ).read();
    expect([entries.length, broken, new Set(entries.map(({ tool }) => tool)).size]).toEqual([
      120,
      undefined,
      3,
    ]);
  });
});

describe('writers that are killed wherever they are', () => {
  it('leave a journal that holds every line they were told is written, and that the others go on with', async () => {
    const at = mkdtempSync(join(tmpdir(), 'lares-test-'));
    const named = (n: number) =>
      otherLares({ LARES_STATE_DIR: at }, { lines: 150, name: String(n) }, 'journal-process');
    const survivor = await named(0);
    const victims = await Promise.all([1, 2, 3, 4, 5].map(named));
    survivor.go();
    for (const [i, victim] of victims.entries()) {
      victim.go();
      await until(() => victim.said.length > i * 7);
      victim.child.kill('SIGKILL');
    }
    await Promise.all([survivor, ...victims].map(({ ended }) => ended));
    const { openJournal } = await import('../../src/core/state/journal.ts');
    const journal = openJournal(
      at,
      () => Buffer.alloc(32, 7),
      (entry) => entry,
      Date.now,
      { maxBytes: 2_000 },
    );
    await journal.append({ event: 'previewed', attempt: 'last', tool: 'after' });
    const { entries, broken } = journal.read();
    expect(broken).toBeUndefined();
    for (const [n, { said }] of [survivor, ...victims].entries()) {
      const written = entries
        .filter(({ tool }) => tool === String(n))
        .map(({ attempt }) => attempt);
      expect(written.slice(0, said.length), `writer ${n}`).toEqual(said);
      expect(written.length - said.length, 'at most the one it was writing').toBeLessThanOrEqual(1);
    }
    expect(survivor.said).toHaveLength(150);
  }, 60_000);
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds())
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
}
