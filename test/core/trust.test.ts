import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Runtime } from '../../src/core/runtime.ts';
import { matchingRule, parseProtectRules } from '../../src/core/gate/protect.ts';
import { codeLength, normaliseCode, createSealer } from '../../src/core/gate/code.ts';
import type { Loopback } from '../../src/demo/loopback.ts';
import { callToy, toyRuntime, toyServer, type ToyState } from '../toy.ts';

async function toy(env: Record<string, string> = {}): Promise<{
  house: Runtime;
  server: Loopback & ToyState;
  stateDir: string;
  again: (more?: Record<string, string>) => Runtime;
}> {
  const server = await toyServer();
  const stateDir = mkdtempSync(join(tmpdir(), 'lares-test-'));
  const runtimes: Runtime[] = [];
  const again = (more: Record<string, string> = {}): Runtime => {
    const runtime = toyRuntime({
      TOY_URL: server.url,
      TOY_TIMEOUT_MS: '500',
      LARES_STATE_DIR: stateDir,
      LARES_WRITES: 'sealed',
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
  return { house: again(), server, stateDir, again };
}
const door = { name: 'door', on: true };
const codeOf = async (runtime: Runtime, args = door, caller = {}): Promise<string> =>
  String((await callToy(runtime, 'turn_lamp', args, caller)).data['code']);

describe('sealed: a code', () => {
  it('is in the text and in the data, and does once what was shown', async () => {
    const { house: runtime, server } = await toy();
    const { text, data } = await callToy(runtime, 'turn_lamp', door);
    const code = String(data['code']);
    expect(code).toMatch(/^[0-9A-Z]{5}(-[0-9A-Z]{5}){3}-[0-9A-Z]{6}$/);
    expect(text).toContain(`Pass confirm="${code}" to execute, once, within 10 min.`);
    expect(server.writes()).toEqual([]);
    expect((await callToy(runtime, 'turn_lamp', { ...door, confirm: code })).data).toMatchObject({
      outcome: 'done',
    });
    server.lamps.set('door', false);
    await expect(callToy(runtime, 'turn_lamp', { ...door, confirm: code })).rejects.toThrow(
      'That code was used already',
    );
    expect(server.writes()).toHaveLength(1);
  });

  it('is what confirm takes: a model cannot write on its first call', async () => {
    const { house: runtime, server } = await toy();
    for (const confirm of [true, 'true', 'yes', '', 'AAAAA-AAAAA-AAAAA-AAAAA-AAAAAA'])
      await expect(callToy(runtime, 'turn_lamp', { ...door, confirm })).rejects.toThrow(
        /takes the code|is not a code/,
      );
    expect(server.writes()).toEqual([]);
  });

  it('is refused for other arguments, a changed world, another caller and after its time, each in its own words', async () => {
    const { house: runtime, server, again } = await toy();
    server.lamps.set('gate', false);
    const code = await codeOf(runtime);
    await expect(
      callToy(runtime, 'turn_lamp', { name: 'gate', on: true, confirm: code }),
    ).rejects.toThrow('That code was given for other arguments');
    await expect(
      callToy(runtime, 'turn_lamp', { ...door, confirm: code }, { name: 'somebody else' }),
    ).rejects.toThrow('That code was given to another caller');
    server.lamps.delete('door');
    await expect(callToy(runtime, 'turn_lamp', { ...door, confirm: code })).rejects.toThrow(
      'What this would do has changed since the code was given',
    );
    server.lamps.set('door', false);
    const later = again();
    Object.assign(later.gate, { now: () => Date.now() + 601_000 });
    await expect(callToy(later, 'turn_lamp', { ...door, confirm: code })).rejects.toThrow(
      'That code is too old',
    );
    expect(server.writes()).toEqual([]);
    expect((await callToy(runtime, 'turn_lamp', { ...door, confirm: code })).data['outcome']).toBe(
      'done',
    );
  });

  it('survives a restart, and is spent for every process of the same state folder', async () => {
    const { house: runtime, server, again } = await toy();
    const code = await codeOf(runtime);
    await runtime.close();
    const [one, two] = [again(), again()];
    const outcomes = await Promise.allSettled([
      callToy(one, 'turn_lamp', { ...door, confirm: code }),
      callToy(two, 'turn_lamp', { ...door, confirm: code }),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(server.writes()).toHaveLength(1);
  });

  it('works once when the same process gets it twice at the same moment', async () => {
    const { house: runtime, server } = await toy();
    const code = await codeOf(runtime);
    const outcomes = await Promise.allSettled(
      [1, 2, 3].map(() => callToy(runtime, 'turn_lamp', { ...door, confirm: code })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(server.writes()).toHaveLength(1);
  });

  it('is refused after the clock was set back: it would live longer than codes do', async () => {
    const { house: runtime, server, again } = await toy();
    const code = await codeOf(runtime);
    const earlier = again();
    Object.assign(earlier.gate, { now: () => Date.now() - 3_600_000 });
    await expect(callToy(earlier, 'turn_lamp', { ...door, confirm: code })).rejects.toThrow(
      'the clock was set back',
    );
    expect(server.writes()).toEqual([]);
  });

  it('is accepted in any usual spelling', async () => {
    const { house: runtime } = await toy();
    const code = await codeOf(runtime);
    expect(
      (
        await callToy(runtime, 'turn_lamp', {
          ...door,
          confirm: code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o'),
        })
      ).data['outcome'],
    ).toBe('done');
  });

  it('from a process with the same key file is good, and from one with another key is not', async () => {
    const { house: runtime, again, stateDir } = await toy();
    const keyFile = join(stateDir, 'shared.key');
    writeFileSync(keyFile, 'k'.repeat(40));
    const [one, two] = [
      again({ LARES_SEAL_KEY_FILE: keyFile, LARES_STATE_DIR: join(stateDir, 'a') }),
      again({ LARES_SEAL_KEY_FILE: keyFile, LARES_STATE_DIR: join(stateDir, 'b') }),
    ];
    const code = await codeOf(one);
    await expect(callToy(runtime, 'turn_lamp', { ...door, confirm: code })).rejects.toThrow(
      'not a code that was given here',
    );
    expect((await callToy(two, 'turn_lamp', { ...door, confirm: code })).data['outcome']).toBe(
      'done',
    );
  });

  it('cannot be had with a key that is too short or missing', async () => {
    const { again, stateDir } = await toy();
    writeFileSync(join(stateDir, 'short'), 'abc');
    await expect(codeOf(again({ LARES_SEAL_KEY_FILE: join(stateDir, 'short') }))).rejects.toThrow(
      /too short for a key/,
    );
    await expect(codeOf(again({ LARES_SEAL_KEY_FILE: '/nowhere' }))).rejects.toThrow(
      /cannot be read/,
    );
  });

  it('its key is private to its owner', async () => {
    const { house: runtime, stateDir } = await toy();
    await codeOf(runtime);
    const { statSync } = await import('node:fs');
    expect(statSync(join(stateDir, 'seal.key')).mode & 0o777).toBe(0o600);
  });
});

describe('the signature', () => {
  const what = { tool: 't', args: '{"a":1}', digest: 'd', caller: 'c' };
  const seals = createSealer(() => Buffer.alloc(32, 1));

  it('fits exactly what was signed', () => {
    fc.assert(
      fc.property(
        fc.record({
          tool: fc.string(),
          args: fc.string(),
          digest: fc.string(),
          caller: fc.string(),
        }),
        fc.constantFrom('tool', 'args', 'digest', 'caller'),
        fc.string({ minLength: 1 }),
        (sealed, part, more) => {
          const code = seals.mint(sealed, 2_000_000_000_000);
          expect(seals.verify(code, sealed, 1_000)).toBe('valid');
          expect(
            seals.verify(code, { ...sealed, [part]: sealed[part as 'tool'] + more }, 1_000),
          ).not.toBe('valid');
          expect(seals.verify(code, sealed, 2_000_000_000_001)).toBe('expired');
        },
      ),
    );
  });

  it('is not moved between fields', () => {
    const code = seals.mint({ ...what, tool: 'ab', args: 'c' }, 2_000_000_000_000);
    expect(seals.verify(code, { ...what, tool: 'a', args: 'bc' }, 1_000)).not.toBe('valid');
  });

  it('breaks with any changed letter, and with any that is missing', () => {
    const code = normaliseCode(seals.mint(what, 2_000_000_000_000));
    expect(code).toHaveLength(codeLength);
    fc.assert(
      fc.property(
        fc.nat(codeLength - 1),
        fc.constantFrom(...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'),
        (at, letter) => {
          fc.pre(code[at] !== letter);
          expect(
            seals.verify(code.slice(0, at) + letter + code.slice(at + 1), what, 1_000),
          ).not.toBe('valid');
          expect(seals.verify(code.slice(0, at) + code.slice(at + 1), what, 1_000)).toBe(
            'malformed',
          );
        },
      ),
    );
  });

  it('is never the answer to noise', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (noise) => {
        expect(seals.verify(noise, what, 1_000)).not.toBe('valid');
      }),
    );
  });
});

describe('human: a person says yes where the model cannot', () => {
  const human = { LARES_WRITES: 'human' };
  const approve = (runtime: Runtime, code: string, approved: boolean): Promise<boolean> =>
    runtime.gate.approvals.answer(code, {
      approved,
      by: 'operator',
      how: 'terminal',
      at: Date.now(),
    });

  it('waits, says how to approve it, and collects the result with the same code', async () => {
    const { house: runtime, server, again } = await toy(human);
    const { text, data } = await callToy(runtime, 'turn_lamp', door);
    const code = String(data['code']);
    expect(data).toMatchObject({ outcome: 'waiting', approve: `lares approve ${code}` });
    expect(text).toMatch(/^Will turn door on\. A person has to approve this: `lares approve /);
    expect((await callToy(runtime, 'turn_lamp', { ...door, confirm: code })).data).toMatchObject({
      outcome: 'waiting',
      code,
    });
    expect(server.writes()).toEqual([]);
    const terminal = again();
    expect(
      (await terminal.gate.approvals.waiting(Date.now())).map(({ summary, caller }) => [
        summary,
        caller,
      ]),
    ).toEqual([['turn door on', 'test']]);
    expect(await approve(terminal, code, true)).toBe(true);
    const done = await callToy(runtime, 'turn_lamp', { ...door, confirm: code });
    expect(done.data).toMatchObject({ outcome: 'done', approvedBy: 'operator' });
    expect(server.writes()).toHaveLength(1);
    server.lamps.set('door', false);
    await expect(callToy(runtime, 'turn_lamp', { ...door, confirm: code })).rejects.toThrow(
      'used already',
    );
    expect(await terminal.gate.approvals.waiting(Date.now())).toEqual([]);
  });

  it('a no is final, and so is the first answer', async () => {
    const { house: runtime, server } = await toy(human);
    const code = await codeOf(runtime);
    expect(await approve(runtime, code, false)).toBe(true);
    expect(await approve(runtime, code, true)).toBe(false);
    await expect(callToy(runtime, 'turn_lamp', { ...door, confirm: code })).rejects.toThrow(
      /^Declined by operator \(terminal/,
    );
    expect(server.writes()).toEqual([]);
  });

  it('what was approved and then changed is not done', async () => {
    const { house: runtime, server } = await toy(human);
    const code = await codeOf(runtime);
    await approve(runtime, code, true);
    server.lamps.delete('door');
    await expect(callToy(runtime, 'turn_lamp', { ...door, confirm: code })).rejects.toThrow(
      'has changed since the code was given',
    );
    expect(server.writes()).toEqual([]);
  });

  it.each([true, 'yes', 'approve'])('confirm: %j is no approval', async (confirm) => {
    const { house: runtime, server } = await toy(human);
    await expect(callToy(runtime, 'turn_lamp', { ...door, confirm })).rejects.toThrow(
      /takes the code|is not a code/,
    );
    expect(server.writes()).toEqual([]);
  });

  it('an approval that somebody wrote into the folder by hand counts for nothing', async () => {
    const { house: runtime, server, stateDir } = await toy(human);
    const [code, other] = [
      await codeOf(runtime),
      await codeOf(runtime, { name: 'desk', on: false }),
    ];
    await approve(runtime, other, true);
    const [answer = ''] = readdirSync(join(stateDir, 'answers'));
    const [mine = ''] = readdirSync(join(stateDir, 'pending')).filter((file) => file !== answer);
    writeFileSync(join(stateDir, 'answers', mine), readFileSync(join(stateDir, 'answers', answer)));
    expect((await callToy(runtime, 'turn_lamp', { ...door, confirm: code })).data['outcome']).toBe(
      'waiting',
    );
    writeFileSync(
      join(stateDir, 'answers', mine),
      JSON.stringify({
        approved: true,
        by: 'me',
        how: 'terminal',
        at: Date.now(),
        code,
        mac: 'f'.repeat(64),
      }),
    );
    expect((await callToy(runtime, 'turn_lamp', { ...door, confirm: code })).data['outcome']).toBe(
      'waiting',
    );
    expect(server.writes()).toEqual([]);
  });
});

describe('protection', () => {
  it.each([
    ['vmid:100-110', 'vmid:104', true],
    ['vmid:100-110', 'vmid:1040', false],
    ['vmid:100-110', 'template:104', false],
    ['name:db-*', 'name:DB-1', true],
    ['name:db-*', 'name:mydb-1', false],
    ['dns:*.example.net', 'dns:nas.example.net', true],
    ['dns:*.example.net', 'dns:example.net', false],
    ['tag:production', 'tag:production', true],
    ['name:a.c', 'name:abc', false],
  ])('%s and %s: %s', (rule, label, covered) => {
    expect(matchingRule([label], parseProtectRules(rule, [])) !== undefined).toBe(covered);
  });

  const kinds = { vmid: 'number', name: 'text', dns: 'dns', ip: 'ip' } as const;
  it.each([
    ['ip:10.0.20.0/24', 'ip:10.0.20.9', true],
    ['ip:10.0.20.0/24', 'ip:10.0.21.9', false],
    ['ip:10.0.20.7/255.255.255.0', 'ip:10.0.20.9', true],
    ['ip:10.0.20.1-10.0.20.20', 'ip:10.0.20.9', true],
    ['ip:10.0.20.1-20', 'ip:10.0.20.21', false],
    ['ip:10.0.20.*', 'ip:10.0.20.200', true],
    ['ip:::ffff:10.0.20.9', 'ip:10.0.20.9', true],
    ['ip:::ffff:10.0.20.0/120', 'ip:10.0.20.9', true],
    ['ip:127.1', 'ip:127.0.0.1', true],
    ['ip:fd00:0:0:0:0:0:0:9', 'ip:fd00::9', true],
    ['ip:FD00:0::9', 'ip:fd00::9', true],
    ['ip:[fd00::9]', 'ip:fd00::9', true],
    ['ip:fd00::/64', 'ip:fd00::dead:9', true],
    ['ip:fd00::/64', 'ip:fd00:0:0:1::9', false],
    ['ip:fd00:0:0:0:*', 'ip:fd00::9', true],
    ['ip:fd00::1-fd00::a', 'ip:fd00::9', true],
    ['dns:nas.lan.', 'dns:nas.lan', true],
    ['dns:NAS.lan', 'dns:nas.lan', true],
    ['dns:*.lan.', 'dns:nas.lan', true],
    ['dns:bücher.lan', 'dns:xn--bcher-kva.lan', true],
    ['dns:xn--bcher-kva.lan', 'dns:bücher.lan', true],
    ['dns:*.bücher.lan', 'dns:nas.xn--bcher-kva.lan', true],
    ['vmid:0104', 'vmid:104', true],
    ['vmid:1*', 'vmid:104', true],
    ['name:Cafe\u0301', 'name:café', true],
  ])('%s and %s are compared as what they mean: %s', (rule, label, covered) => {
    const problems: string[] = [];
    const rules = parseProtectRules(rule, problems, kinds);
    expect([matchingRule([label], rules) !== undefined, problems]).toEqual([covered, []]);
  });

  it.each([
    'vmid:20O13',
    'vmid:100-110-120',
    'vmid:1e3',
    'ip:10.0.20.0/33',
    'ip:10.0.20.20-10.0.20.1',
    'ip:10.0.20.1-fd00::1',
    'ip:10.0.20',
    'ip:010.0.20.9',
    'ip:10.0.20.9:80',
    'ip:10.0.256.*',
    'ip:10.0.0.0.*',
    'ip:fd00::/129',
    'ip:10.0.20.0/255.0.255.0',
    'ip:nas.lan',
    'dns:10.0.20.9',
    'dns:nas..lan',
    'dns:nas lan',
    'dns:https://nas.lan',
    'name:a;name:b',
    'name:a name:b',
  ])('%s could never protect anything, and turns writes off', (rule) => {
    const problems: string[] = [];
    expect(parseProtectRules(rule, problems, kinds)).toEqual([]);
    expect(problems).toEqual([expect.stringMatching(/^LARES_PROTECT: .*(nothing|two rules)/)]);
  });

  it('of a kind that no write knows is a mistake, and turns writes off', () => {
    const problems: string[] = [];
    expect(
      parseProtectRules('vmd:100, colour:red, tag:x', problems, {
        vmid: 'number',
        tag: 'text',
      }).map(({ text }) => text),
    ).toEqual(['tag:x']);
    expect(problems).toEqual([
      'LARES_PROTECT: vmd:100 protects nothing: did you mean vmid:?',
      'LARES_PROTECT: colour:red protects nothing: no write knows the kind colour, only tag, vmid',
    ]);
  });

  it('refuses the preview already, naming the rule, at every level', async () => {
    for (const level of ['confirm', 'sealed', 'human']) {
      const { house: runtime, server } = await toy({
        LARES_WRITES: level,
        LARES_PROTECT: 'lamp:desk, lamp:do*',
      });
      await expect(callToy(runtime, 'turn_lamp', door), level).rejects.toThrow(
        'Protected: toy/door is covered by the rule lamp:do*',
      );
      expect(server.writes()).toEqual([]);
    }
  });

  it('is never widened by noise, and matches only its own kind', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (text, value) => {
        const rules = parseProtectRules(text, []);
        expect(matchingRule([`zz${value}`], rules)).toBeUndefined();
      }),
    );
  });
});

describe('the kill switch', () => {
  it('stops every commit while its file exists, whatever was confirmed before', async () => {
    for (const level of ['confirm', 'sealed']) {
      const {
        house: runtime,
        server,
        stateDir,
      } = await toy({
        LARES_WRITES: level,
        LARES_KILL_SWITCH: join(mkdtempSync(join(tmpdir(), 'lares-test-')), 'stop'),
      });
      const confirm = level === 'confirm' ? true : await codeOf(runtime);
      const file = runtime.globals.killSwitch ?? '';
      writeFileSync(file, '');
      await expect(callToy(runtime, 'turn_lamp', { ...door, confirm })).rejects.toThrow(
        'The kill switch is in place',
      );
      expect((await callToy(runtime, 'turn_lamp', door)).text).toMatch(
        /Note: The kill switch is in place/,
      );
      expect(server.writes()).toEqual([]);
      rmSync(file);
      expect(
        (await callToy(runtime, 'turn_lamp', { ...door, confirm })).data['outcome'],
        stateDir,
      ).toBe('done');
    }
  });
});

describe('exactly what was shown, once', () => {
  it('two confirmed calls of the same write at the same moment do it once, also without codes', async () => {
    const { house: runtime, server } = await toy({ LARES_WRITES: 'confirm' });
    const outcomes = await Promise.allSettled(
      [1, 2].map(() => callToy(runtime, 'turn_lamp', { ...door, confirm: true })),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(server.writes()).toHaveLength(1);
  });

  it('a call that was cancelled after it began is carried out, and the journal says how it ended', async () => {
    const { house: runtime, server } = await toy({
      LARES_WRITES: 'confirm',
      TOY_TIMEOUT_MS: '5000',
    });
    const cancel = new AbortController();
    server.inject({ status: 500 }, { path: /nothing/ });
    const call = callToy(
      runtime,
      'turn_lamp',
      { ...door, confirm: true },
      { signal: cancel.signal },
    );
    while (runtime.journal.read().entries.every(({ event }) => event !== 'started'))
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    cancel.abort();
    await call.catch(() => undefined);
    const ends = runtime.journal.read().entries.map(({ event }) => event);
    expect(ends[0]).toBe('started');
    expect(['finished', 'failed']).toContain(ends[1]);
    expect(server.lamps.get('door')).toBe(ends[1] === 'finished');
  });

  it('a state folder that cannot be written refuses, and nothing is sent', async () => {
    const { house: runtime, server, stateDir } = await toy();
    const code = await codeOf(runtime);
    rmSync(join(stateDir, 'spent'), { recursive: true, force: true });
    writeFileSync(join(stateDir, 'spent'), 'not a folder');
    await expect(callToy(runtime, 'turn_lamp', { ...door, confirm: code })).rejects.toThrow();
    expect(server.writes()).toEqual([]);
    chmodSync(stateDir, 0o700);
  });
});
