import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { callTool } from '../../src/core/call.ts';
import { createRuntime, type Runtime } from '../../src/core/runtime.ts';
import {
  decide,
  levels,
  tighter,
  type Decision,
  type Level,
  type ConfirmationKind,
} from '../../src/core/gate/policy.ts';
import {
  caller,
  callToy,
  toy as toyService,
  toyRuntime,
  toyServer,
  write,
  type ToyState,
} from '../toy.ts';
import type { Loopback } from '../../src/demo/loopback.ts';

async function toy(
  env: Record<string, string> = {},
): Promise<{ house: Runtime; server: Loopback & ToyState; stateDir: string }> {
  const server = await toyServer();
  const stateDir = mkdtempSync(join(tmpdir(), 'lares-test-'));
  const runtime = toyRuntime({
    TOY_URL: server.url,
    TOY_TIMEOUT_MS: '500',
    LARES_STATE_DIR: stateDir,
    ...env,
  });
  onTestFinished(async () => {
    await runtime.close();
    await server.close();
  });
  return { house: runtime, server, stateDir };
}
const door = { name: 'door', on: true };
const events = ({ journal }: Runtime): string[] => journal.read().entries.map(({ event }) => event);

describe('the policy', () => {
  const confirmations: readonly ConfirmationKind[] = ['nothing', 'yes', 'code', 'approval'];
  const table: Record<Level, Decision[]> = {
    off: ['refuse', 'refuse', 'refuse', 'refuse'],
    human: ['ask', 'refuse', 'wait', 'go'],
    sealed: ['show', 'refuse', 'go', 'go'],
    confirm: ['show', 'go', 'go', 'go'],
  };
  const all = levels.flatMap((level) =>
    confirmations.flatMap((confirmation) =>
      [undefined, 'vmid:1'].flatMap((protectedBy) =>
        [false, true].map((killed) => ({ level, confirmation, protectedBy, killed })),
      ),
    ),
  );

  it('is one table', () => {
    for (const level of levels)
      expect(
        confirmations.map((confirmation) => decide({ level, confirmation, killed: false })),
        level,
      ).toEqual(table[level]);
  });

  it('lets nothing through that is protected, not even its preview', () => {
    expect(new Set(all.filter(({ protectedBy }) => protectedBy).map(decide))).toEqual(
      new Set(['refuse']),
    );
  });

  it('lets nothing happen while the kill switch is in place, but still shows', () => {
    const killed = all.filter((one) => one.killed && !one.protectedBy);
    expect(killed.map(decide)).not.toContain('go');
    expect(decide({ level: 'sealed', confirmation: 'nothing', killed: true })).toBe('show');
  });

  it('never does more at a tighter level', () => {
    for (const one of all.filter((circumstances) => decide(circumstances) === 'go')) {
      const looser = levels.slice(levels.indexOf(one.level));
      expect(looser.map((level) => decide({ ...one, level }))).toEqual(looser.map(() => 'go'));
    }
  });

  it('lets a service only tighten', () => {
    expect([
      tighter('off', 'confirm'),
      tighter('confirm', 'sealed'),
      tighter('human', 'sealed'),
      tighter('confirm', 'confirm'),
    ]).toEqual(['off', 'sealed', 'human', 'confirm']);
  });
});

describe('a write', () => {
  it('without confirm shows exactly what would happen and sends nothing', async () => {
    const { house: runtime, server } = await toy();
    const { text, data } = await callToy(runtime, 'turn_lamp', door);
    expect(data).not.toHaveProperty('code');
    expect(text).toBe(
      'Will turn door on. Pass confirm=true to execute.\nUndo: turn_lamp {"name":"door","on":false}',
    );
    expect(data).toMatchObject({
      outcome: 'preview',
      target: 'toy/door',
      before: [{ instance: 'default', on: false }],
      change: door,
      risk: 'reversible',
    });
    expect(server.writes()).toEqual([]);
    expect(events(runtime)).toEqual(['previewed']);
  });

  it('with confirm does it, repeats the plan that was carried out, and names the way back', async () => {
    const { house: runtime, server } = await toy();
    const { text, data } = await callToy(runtime, 'turn_lamp', { ...door, confirm: true });
    expect(text).toBe(
      'Done: turn door on.\nturned on default\nUndo: turn_lamp {"name":"door","on":false}',
    );
    expect(data).toMatchObject({
      outcome: 'done',
      summary: 'turn door on',
      change: door,
      result: { turned: ['default'] },
      undo: { tool: 'turn_lamp' },
    });
    expect(server.lamps.get('door')).toBe(true);
    expect(events(runtime)).toEqual(['started', 'finished']);
  });

  it('that is already so does nothing, and says that', async () => {
    const { house: runtime, server } = await toy();
    const { data } = await callToy(runtime, 'turn_lamp', { name: 'desk', on: true, confirm: true });
    expect(data).toEqual({
      outcome: 'already',
      already: 'desk is on already.',
      target: 'toy/desk',
    });
    expect(server.writes()).toEqual([]);
  });

  it.each(['yes', 1, 'true', null])('is not confirmed by %j', async (confirm) => {
    const { house: runtime, server } = await toy();
    await expect(callToy(runtime, 'turn_lamp', { ...door, confirm })).rejects.toThrow(
      'confirm: must be true or false',
    );
    expect(server.writes()).toEqual([]);
  });

  it.each([
    { LARES_WRITES: 'off' },
    { TOY_WRITES: 'off' },
    { LARES_WRITES: 'everything' },
    { LARES_PROTECT: 'nonsense' },
  ])('is refused with %j, even when somebody calls it by hand', async (env) => {
    const { house: runtime, server } = await toy(env as Record<string, string>);
    await expect(callToy(runtime, 'turn_lamp', { ...door, confirm: true })).rejects.toThrow(
      'turn_lamp is not allowed here (writes: off)',
    );
    expect(server.requests).toEqual([]);
  });

  it('touches only the instances that answered while it was planned, and reports the others', async () => {
    const [one, two] = await Promise.all([toyServer(), toyServer()]);
    const runtime = toyRuntime({
      TOY_A_URL: one.url,
      TOY_B_URL: two.url,
      LARES_STATE_DIR: mkdtempSync(join(tmpdir(), 'lares-test-')),
    });
    onTestFinished(async () => {
      await runtime.close();
      await one.close();
      await two.close();
    });
    two.inject({ status: 500 }, { path: /^\/lamps$/ });
    const { text, data } = await callToy(runtime, 'turn_lamp', { ...door, confirm: true });
    expect([one.writes().length, two.writes().length]).toEqual([1, 0]);
    expect(data).toMatchObject({
      outcome: 'done',
      result: { turned: ['a'] },
      partial: [{ instance: 'b', error: expect.stringMatching(/500/) }],
    });
    expect(text).toMatch(/PARTIAL: Toy b did not answer/);
  });

  it('cancelled before it is sent is not sent', async () => {
    const { house: runtime, server } = await toy();
    const cancel = new AbortController();
    server.inject('hang', { path: /^\/lamps$/ });
    const call = callToy(
      runtime,
      'turn_lamp',
      { ...door, confirm: true },
      { signal: cancel.signal },
    );
    cancel.abort();
    await expect(call).rejects.toThrow();
    expect(server.writes()).toEqual([]);
  });
});

describe('no record, no write', () => {
  it('a journal that cannot be written stops the write, and the preview says so', async () => {
    const blocked = join(mkdtempSync(join(tmpdir(), 'lares-test-')), 'file');
    writeFileSync(blocked, '');
    const { house: runtime, server } = await toy({ LARES_STATE_DIR: join(blocked, 'state') });
    expect((await callToy(runtime, 'turn_lamp', door)).text).toMatch(
      /Note: This cannot be done now: The journal .* cannot be written/,
    );
    await expect(callToy(runtime, 'turn_lamp', { ...door, confirm: true })).rejects.toThrow(
      /journal .* cannot be written/,
    );
    expect(server.writes()).toEqual([]);
  });

  it('a journal whose last line is damaged stops the write', async () => {
    const { house: runtime, server, stateDir } = await toy();
    writeFileSync(join(stateDir, 'audit.jsonl'), '{"half a li\n');
    await expect(callToy(runtime, 'turn_lamp', { ...door, confirm: true })).rejects.toThrow(
      /cannot be written/,
    );
    expect(server.writes()).toEqual([]);
  });

  it('is private to its owner', async () => {
    const { house: runtime } = await toy();
    await callToy(runtime, 'turn_lamp', door);
    const { statSync } = await import('node:fs');
    expect(statSync(runtime.journal.file).mode & 0o777).toBe(0o600);
    chmodSync(runtime.journal.file, 0o600);
  });
});

describe('a write that may be meant for any of several instances', () => {
  /** Two homes apart, with the same lamps. */
  async function homes(): Promise<{ runtime: Runtime; servers: (Loopback & ToyState)[] }> {
    const servers = [await toyServer(), await toyServer()];
    const runtime = createRuntime([{ ...toyService, instances: 'apart' }], {
      TOY_A_URL: servers[0]?.url,
      TOY_B_URL: servers[1]?.url,
      TOY_TIMEOUT_MS: '500',
      LARES_STATE_DIR: mkdtempSync(join(tmpdir(), 'lares-test-')),
    });
    onTestFinished(async () => {
      await runtime.close();
      await Promise.all(servers.map((server) => server.close()));
    });
    return { runtime, servers };
  }

  it.each([{ status: 500 }, { status: 401 }, 'refuse'] as const)(
    'is refused while one of them (%j) has not said whether it is meant',
    async (fault) => {
      const { runtime, servers } = await homes();
      servers[0]?.inject(fault);
      for (const confirm of [{}, { confirm: true }])
        await expect(callToy(runtime, 'turn_lamp', { ...door, ...confirm })).rejects.toThrow(
          /^Which instance is meant cannot be known: a (did not answer|refused to answer)/,
        );
      expect(servers.flatMap((server) => server.writes())).toEqual([]);
      expect(events(runtime)).toEqual(['refused', 'refused']);
    },
  );

  it('goes to the one that is named, whatever the others do', async () => {
    const { runtime, servers } = await homes();
    servers[0]?.inject('refuse');
    const { data } = await callToy(runtime, 'turn_lamp', { ...door, instance: 'b', confirm: true });
    expect(data['outcome']).toBe('done');
    expect(servers.map((server) => server.writes().length)).toEqual([0, 1]);
  });
});

describe('what the tool saw afterwards decides how its write ended', () => {
  it.each([
    [true, 'done', 'finished', /^Done: /],
    [false, 'unfinished', 'unfinished', /^Not finished: /],
    ['failed', 'failed', 'failed', /^Failed: (?![\s\S]*Undo)/],
    ['unknown', 'unknown', 'unknown', /^Outcome unknown: [\s\S]*before trying again/],
  ] as const)('%s: %s in answer and journal', async (finished, outcome, event, words) => {
    const { house: runtime } = await toy();
    const lamp = write({
      name: 'lamp',
      title: 'Lamp',
      description: 'Lamp.',
      example: {},
      risk: 'reversible',
      input: z.strictObject({}),
      output: z.object({ seen: z.string() }),
      plan: async () => ({
        summary: 'turn it',
        target: 'toy/it',
        labels: [],
        before: null,
        change: null,
        undo: { none: 'it is a test' },
      }),
      apply: async () => ({ seen: 'something' }),
      finished: () => finished,
      text: ({ seen }) => seen,
    });
    const [configured] = runtime.services;
    if (!configured) throw new Error('the toy is configured');
    const { data, text } = await callTool(runtime, configured, lamp, { confirm: true }, caller());
    expect([data['outcome'], events(runtime)]).toEqual([outcome, ['started', event]]);
    expect(text).toMatch(words);
  });
});
