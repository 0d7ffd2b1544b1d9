import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRuntime, type Runtime } from '../../src/core/runtime.ts';
import type { Loopback } from '../../src/demo/loopback.ts';
import { callToy, toy, toyServer, type ToyState } from '../toy.ts';

/** The built program at a terminal of its own. A person types; the text on the screen comes from whoever could name a lamp. */
const program = fileURLToPath(new URL('../../dist/lares.js', import.meta.url));
const terminal = fileURLToPath(new URL('terminal.py', import.meta.url));
const lares = [process.execPath, program];
const hasPython = spawnSync('python3', ['--version']).status === 0;

interface Scene {
  house: Runtime;
  server: Loopback & ToyState;
  at: string;
  ask(name?: string): Promise<string>;
  collect(code: string, name?: string): Promise<string>;
}

async function scene(): Promise<Scene> {
  const server = await toyServer();
  const at = mkdtempSync(join(tmpdir(), 'lares-test-'));
  const runtime = createRuntime([toy], {
    TOY_URL: server.url,
    LARES_STATE_DIR: at,
    LARES_WRITES: 'human',
  });
  onTestFinished(async () => {
    await runtime.close();
    await server.close();
  });
  return {
    house: runtime,
    server,
    at,
    ask: async (name = 'door') =>
      String((await callToy(runtime, 'turn_lamp', { name, on: true })).data['code']),
    collect: (code, name = 'door') =>
      callToy(runtime, 'turn_lamp', { name, on: true, confirm: code }).then(
        ({ data }) => String(data['outcome']),
        (error: Error) => error.message,
      ),
  };
}

interface Session {
  code: number | null;
  screen: string;
}

function run(command: string[], env: Record<string, string>): Promise<Session> {
  const child = spawn(command[0] ?? '', command.slice(1), {
    env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm', ...env },
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

const question = 'Type yes to approve';
const typed = (
  answer: string,
  args: string[],
  { at }: Scene,
  {
    prompt = question,
    hook,
    until,
    env,
  }: { prompt?: string; hook?: string; until?: string; env?: Record<string, string> } = {},
): Promise<Session> =>
  run(['python3', terminal, prompt, answer, ...lares, ...args], {
    LARES_STATE_DIR: at,
    ...(hook && { HOSTILE_HOOK: hook }),
    ...(until && { HOSTILE_UNTIL: until }),
    ...env,
  });

describe.skipIf(!hasPython)(
  'lares approve, at a terminal (skipped without python3, which makes one)',
  () => {
    it.each(['yes', 'YES', '  yes '])('%j approves what was shown, once', async (answer) => {
      const one = await scene();
      const code = await one.ask();
      const { code: exit, screen } = await typed(answer, ['approve', code], one);
      expect([exit, screen]).toEqual([
        0,
        expect.stringMatching(
          /Will turn door on\.[\s\S]*target +toy\/door[\s\S]*tool +turn_lamp {"name":"door","on":true}[\s\S]*Approved, to be carried out once by the caller that asked\.\s+> turn door on\s+asked by +test/,
        ),
      ]);
      expect([await one.collect(code), one.server.writes().length]).toEqual(['done', 1]);
    });

    it.each(['no', 'y', '', 'yes please', 'yess', '^C', '^D'])(
      '%j approves nothing, and it still waits',
      async (answer) => {
        const one = await scene();
        const code = await one.ask();
        const { code: exit, screen } = await typed(answer, ['approve', code], one);
        expect([exit, screen]).toEqual([
          1,
          expect.stringMatching(/Nothing was approved; it still waits/),
        ]);
        expect([await one.collect(code), one.server.writes()]).toEqual(['waiting', []]);
      },
    );

    it('expired while the person thought: not approved, and said so', async () => {
      const one = await scene();
      const code = await one.ask();
      const clock = join(one.at, 'clock');
      writeFileSync(clock, '0');
      const { code: exit, screen } = await typed('yes', ['approve', code], one, {
        hook: `printf ${600_000} > ${clock}`,
        env: {
          HOSTILE_CLOCK: clock,
          NODE_OPTIONS: `--import=${new URL('clock.mjs', import.meta.url).href}`,
        },
      });
      expect([exit, screen]).toEqual([
        2,
        expect.stringMatching(/It has expired while you were asked\. Nothing was approved\./),
      ]);
      expect(await one.house.gate.approvals.answerFor(code)).toBeUndefined();
    });

    it('answered by another person meanwhile: the first answer counts, and the journal says whose did not', async () => {
      const one = await scene();
      const code = await one.ask();
      const { code: exit, screen } = await typed('yes', ['approve', code], one, {
        hook: `${process.execPath} ${program} deny ${code} > /dev/null`,
      });
      expect([exit, screen]).toEqual([
        2,
        expect.stringMatching(/Somebody has answered this already/),
      ]);
      expect([await one.collect(code), one.server.writes()]).toEqual([
        expect.stringMatching(/^Declined by /),
        [],
      ]);
      expect(one.house.journal.read().entries.map(({ event }) => event)).toEqual([
        'waiting',
        'denied',
        'approved',
        'refused',
        'refused',
      ]);
    });

    it('by the beginning of its code, which must be enough to tell it from others', async () => {
      const one = await scene();
      one.server.lamps.set('gate', false);
      const [code, other] = [await one.ask(), await one.ask('gate')];
      expect((await typed('yes', ['approve', code.slice(0, 3)], one)).screen).toMatch(
        /2 codes begin like that\. Give more of it\./,
      );
      expect((await typed('yes', ['approve', 'ZZZZZZ'], one)).screen).toMatch(
        /Nothing waits under ZZZZZZ/,
      );
      const least = [...code].findIndex((letter, i) => letter !== other[i]) + 1;
      expect(
        (await typed('yes', ['approve', code.slice(0, least).toLowerCase()], one)).screen,
      ).toMatch(/Approved, to be carried out once[^\n]*\s+> turn door on/);
      expect([await one.collect(code), await one.collect(other, 'gate')]).toEqual([
        'done',
        'waiting',
      ]);
    });

    it('shows text of others as text, whole, and without secrets', async () => {
      const one = await scene();
      const name = `door\u001b[2J\u001b]0;title\u0007\u202eevil\u2066\u200b\u009b31m\r\nWill do nothing. token=abcdef123456 ${'x'.repeat(3_000)}END`;
      one.server.lamps.set(name, false);
      const code = await one.ask(name);
      const lists = await typed('-', ['approve'], one, { prompt: 'never' });
      const { screen } = await typed('no', ['approve', code], one);
      const journal = await typed('-', ['audit'], one, { prompt: 'never' });
      for (const seen of [lists.screen, screen, journal.screen])
        expect(seen).not.toMatch(
          /\u001b\[2J|\u001b\]0|\u202e|\u2066|\u200b|\u009b|abcdef123456|^Will do nothing/m,
        );
      expect(screen).toContain(`${'x'.repeat(3_000)}END on.`);
      expect(screen).toMatch(/Will turn door ?evil/);
    });

    it('needs a terminal: a program that runs it approves nothing', async () => {
      const one = await scene();
      const code = await one.ask();
      const { code: exit, screen } = await run([...lares, 'approve', code], {
        LARES_STATE_DIR: one.at,
      });
      expect([exit, screen]).toEqual([
        2,
        expect.stringMatching(/Approving needs a terminal\. Nothing was approved\./),
      ]);
      expect(await one.collect(code)).toBe('waiting');
    });

    it('a journal that cannot be written lets nobody approve', async () => {
      const one = await scene();
      const code = await one.ask();
      const { code: exit, screen } = await typed('yes', ['approve', code], one, {
        hook: `: > ${one.house.journal.file}`,
      });
      expect([exit, screen]).toEqual([
        2,
        expect.stringMatching(/cannot be written: its end was cut off/),
      ]);
      expect(await one.house.gate.approvals.answerFor(code)).toBeUndefined();
    });
  },
);

describe.skipIf(!hasPython)('lares serve, at a terminal (skipped without python3)', () => {
  it('says what it is and what to type instead, and ends at Ctrl-C', async () => {
    const one = await scene();
    const { screen } = await typed('^C', ['serve'], one, { prompt: 'Ctrl-C ends it' });
    expect(screen).toMatch(
      /^Lares serves MCP over stdin and stdout now, for an AI client .*"node \S*lares\.js health" asks from a terminal/,
    );
  });

  it('an approval with an env file names the file in what it says to type', async () => {
    const one = await scene();
    const file = join(one.at, 'my.env');
    writeFileSync(file, '');
    const code = await one.ask();
    const { screen } = await typed('no', ['approve', code, '--env-file', file], one);
    expect(screen).toContain(`--env ${file}\` declines it for good`);
    expect(screen).toMatch(/`node \S*lares\.js deny /);
  });
});

describe.skipIf(!hasPython)('lares audit, at a terminal', () => {
  it('--follow shows new lines, cleaned, until Ctrl-C', async () => {
    const one = await scene();
    const name = 'door\u001b[2J\u202e';
    one.server.lamps.set(name, false);
    const code = await one.ask(name);
    const { code: exit, screen } = await typed('^C', ['audit', '--follow'], one, {
      prompt: 'waiting',
      hook: `${process.execPath} ${program} deny ${code} > /dev/null`,
      until: 'denied',
    });
    expect([exit, screen]).toEqual([
      0,
      expect.stringMatching(
        /waiting +turn_lamp +turn door on[\s\S]*denied {2}turn_lamp {2}turn door on/,
      ),
    ]);
    expect(screen).not.toMatch(/\u001b\[2J|\u202e/);
  });

  it('--follow ends where the chain breaks, and says where', async () => {
    const one = await scene();
    await one.ask();
    const { code: exit, screen } = await typed('-', ['audit', '--follow'], one, {
      prompt: 'waiting',
      hook: `sed -i s/waiting/refused/ ${one.house.journal.file}`,
    });
    expect([exit, screen]).toEqual([
      1,
      expect.stringMatching(/BROKEN: line 1 of .*audit\.jsonl was changed/),
    ]);
  });

  it('verify names the first bad place, also where nothing can be written', async () => {
    const one = await scene();
    const code = await one.ask();
    await one.house.gate.approvals.answer(code, {
      approved: false,
      by: 'operator',
      how: 'terminal',
      at: Date.now(),
    });
    await one.collect(code);
    expect((await run([...lares, 'audit', 'verify'], { LARES_STATE_DIR: one.at })).screen).toMatch(
      /^2 lines, chain intact from the first to the head/,
    );
    spawnSync('sed', ['-i', '2s/refused/started/', one.house.journal.file]);
    const { code: exit, screen } = await run([...lares, 'audit', 'verify'], {
      LARES_STATE_DIR: one.at,
    });
    expect([exit, screen]).toEqual([
      1,
      expect.stringMatching(
        /^BROKEN: line 2 of .* was changed, or not written with this key\. Nothing from there on can be trusted\./,
      ),
    ]);
  });
});

describe.skipIf(!hasPython)('lares audit settle (skipped without python3)', () => {
  /** A write that was carried out, and whose answer was lost. */
  async function unknownWrite(): Promise<Scene & { attempt: string }> {
    const one = await scene();
    const code = await one.ask();
    await typed('yes', ['approve', code], one);
    one.server.inject('truncate', { path: /^\/lamps\/door/ });
    one.server.inject('reset', { path: /^\/lamps\/door/ });
    await one.collect(code);
    const [entry] = await one.house.journal.unknown();
    if (!entry) throw new Error('the outcome must be unknown');
    return { ...one, attempt: entry.attempt };
  }

  it('says what became of a write, in the chain, and it is not told any more', async () => {
    const one = await unknownWrite();
    const short = one.attempt.slice(0, 8);
    const words = ['audit', 'settle', short, '--done', '--why', 'seen in the hall'];
    const { code, screen } = await typed('', words, one, { prompt: 'Settled as done' });
    expect([code, screen]).toEqual([0, expect.stringContaining('Settled as done: turn door on.')]);
    expect(await one.house.journal.unknown()).toEqual([]);
    const { entries, broken } = one.house.journal.read();
    expect([broken, entries.at(-1)]).toMatchObject([
      undefined,
      { event: 'settled', attempt: one.attempt, outcome: 'done', reason: 'seen in the hall' },
    ]);
  });

  it('takes a terminal, one outcome, a reason, and a write that is open', async () => {
    const one = await unknownWrite();
    const settle = (...words: string[]): Promise<Session> =>
      run([...lares, 'audit', 'settle', ...words], { LARES_STATE_DIR: one.at });
    const refusals = [
      await settle(one.attempt, '--done', '--why', 'x'),
      await settle(one.attempt, '--done'),
      await settle(one.attempt, '--why', 'x'),
      await settle('nothing', '--not-done', '--why', 'x'),
    ];
    expect(refusals.map(({ screen }) => screen)).toEqual([
      expect.stringContaining('Settling needs a terminal'),
      expect.stringContaining('Say which write'),
      expect.stringContaining('Say which write'),
      expect.stringContaining(`There are: ${one.attempt.slice(0, 8)}`),
    ]);
    expect(refusals.map(({ code }) => code)).not.toContain(0);
    expect(await one.house.journal.unknown()).toHaveLength(1);
  });
});

describe.skipIf(!hasPython)('lares demo, at a terminal (skipped without python3)', () => {
  it('ends with Ctrl-C while it looks', async () => {
    const one = await scene();
    const { code } = await typed('^C', ['demo'], one, { prompt: '…' });
    expect([0, 1, 2, 130]).toContain(code);
  });
});
