import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { canonical, type Json, type JsonObject } from '../../src/core/base/json.ts';
import { recordApproval } from '../../src/core/gate/approval-record.ts';
import { createSealer, type Sealed } from '../../src/core/gate/code.ts';
import { digestOf } from '../../src/core/gate/plan.ts';
import { createRuntime, type Runtime } from '../../src/core/runtime.ts';
import { httpLab } from '../http/http-lab.ts';
import { callToy, toy, toyServer } from '../toy.ts';

const recorded = fileURLToPath(new URL('../fixtures/state-0.1.0/', import.meta.url));
/** While the recorded codes were good. */
const then = Date.parse('2026-11-28T17:15:30Z');

interface Preview {
  code: string;
  target: string;
  before: Json;
  change: Json;
  arguments: JsonObject;
}

const previews = JSON.parse(readFileSync(join(recorded, 'previews.json'), 'utf8')) as Record<
  'spent' | 'fresh' | 'waiting' | 'declined',
  Preview
>;

/** What a code of the recording is bound to. */
const sealedOf = (preview: Preview): Sealed => ({
  tool: 'dns_add_record',
  args: canonical(preview.arguments),
  digest: digestOf(preview),
  caller: 'cli',
});

function copy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lares-test-'));
  cpSync(join(recorded, 'state'), folder, { recursive: true });
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function open(): Promise<Runtime> {
  const server = await toyServer();
  const runtime = createRuntime(
    [toy],
    {
      TOY_URL: server.url,
      LARES_STATE_DIR: copy(),
      LARES_SEAL_KEY_FILE: join(recorded, 'seal.key'),
    },
    () => then,
  );
  onTestFinished(async () => {
    await runtime.close();
    await server.close();
  });
  return runtime;
}

describe('a state folder of 0.1.0', () => {
  it('has a journal that is whole, and goes on', async () => {
    const { journal, ...runtime } = await open();
    const before = journal.read();
    expect(before.broken).toBeUndefined();
    expect(before.entries.map(({ event }) => event)).toEqual([
      ...['started', 'finished', 'refused', 'previewed', 'started', 'finished'],
      ...['previewed', 'waiting', 'waiting', 'denied'],
    ]);
    await callToy({ journal, ...runtime }, 'turn_lamp', { name: 'door', on: true, confirm: true });
    const after = journal.read();
    expect(after.broken).toBeUndefined();
    expect(after.entries.slice(10).map(({ event, seq }) => [event, seq])).toEqual([
      ['started', 11],
      ['finished', 12],
    ]);
    expect(await journal.unknown()).toEqual([]);
  });

  it('still lists what waits for a person, whose answer counts once', async () => {
    const runtime = await open();
    const { approvals } = runtime.gate;
    const waiting = await approvals.waiting(then);
    expect(waiting).toMatchObject([
      {
        code: previews.waiting.code,
        tool: 'dns_add_record',
        target: previews.waiting.target,
        caller: 'cli',
        warnings: [],
      },
    ]);
    const [pending] = waiting;
    if (!pending) throw new Error('nothing waits');
    const answer = { approved: true, by: 'operator', how: 'test' };
    expect(await recordApproval(runtime, pending, answer)).toBe(true);
    expect(await recordApproval(runtime, pending, answer)).toBe(false);
    expect(await approvals.waiting(then)).toEqual([]);
    expect(runtime.journal.read().broken).toBeUndefined();
  });

  it('knows which codes are used, and what a person declined', async () => {
    const { approvals } = (await open()).gate;
    expect(await approvals.isSpent(previews.spent.code)).toBe(true);
    expect(await approvals.isSpent(previews.fresh.code)).toBe(false);
    expect(await approvals.spend(previews.spent.code, then + 1)).toBe(false);
    expect(await approvals.answerFor(previews.declined.code)).toMatchObject({ approved: false });
    expect(await approvals.answerFor(previews.waiting.code)).toBeUndefined();
  });

  it('has codes that are verified as they were given', async () => {
    const runtime = await open();
    const { sealer } = runtime.gate;
    const { code } = previews.fresh;
    const sealed = sealedOf(previews.fresh);
    expect(sealer.verify(code, sealed, then)).toBe('valid');
    expect(sealer.verify(code, sealed, then + 600_000)).toBe('expired');
    expect(sealer.verify(code, { ...sealed, caller: 'other' }, then)).toBe('other caller');
    expect(sealer.verify(code, sealedOf(previews.waiting), then)).toBe('other arguments');
    expect(sealer.verify(code, { ...sealed, digest: 'other' }, then)).toBe('changed');
    const stranger = createSealer(() => Buffer.alloc(32));
    expect(stranger.verify(code, sealed, then)).toBe('forged');
    for (const preview of [previews.waiting, previews.declined])
      expect(sealer.verify(preview.code, sealedOf(preview), then)).toBe('valid');
  });

  it('has tokens that still let in, for reading', async () => {
    const token = readFileSync(join(recorded, 'token.txt'), 'utf8').trim();
    const lab = await httpLab({
      locked: false,
      env: { LARES_TOKENS_FILE: join(copy(), 'tokens.json') },
    });
    const client = await lab.connect(token, '2026-07-28');
    const names = (await client.listTools()).tools.map(({ name }) => name);
    expect(names).toContain('list_guests');
    expect(names).not.toContain('guest_restart');
    await expect(lab.connect(`${token}x`, '2026-07-28')).rejects.toThrow(/401|Unauthorized/i);
  });
});
