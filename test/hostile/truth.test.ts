import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { allTools } from '../../src/catalog.ts';
import { UnreachableError, UpstreamError } from '../../src/core/base/errors.ts';
import { Trace } from '../../src/core/base/trace.ts';
import type { Runtime } from '../../src/core/runtime.ts';
import type { Loopback } from '../../src/demo/loopback.ts';
import { examplesOf } from '../contract/examples.ts';
import { lab, type Lab } from '../harness.ts';
import { callToy, toyRuntime, toyServer, type ToyState } from '../toy.ts';

async function scene(
  env: Record<string, string> = {},
): Promise<{ house: Runtime; server: Loopback & ToyState; second: Loopback & ToyState }> {
  const [server, second] = await Promise.all([toyServer(), toyServer()]);
  const runtime = toyRuntime({
    TOY_URL: server.url,
    LARES_STATE_DIR: mkdtempSync(join(tmpdir(), 'lares-test-')),
    ...env,
    ...(env['PAIR'] && { TOY_URL: '', TOY_A_URL: server.url, TOY_B_URL: second.url }),
    PAIR: '',
  });
  onTestFinished(async () => {
    await runtime.close();
    await server.close();
    await second.close();
  });
  return { house: runtime, server, second };
}

/** For what hangs, and only for that: on a busy machine a short wait would make everything else hang too. */
const briefly = '1000';
const door = { name: 'door', on: true };
const commit = (runtime: Runtime): Promise<{ data: { [key: string]: unknown }; text: string }> =>
  callToy(runtime, 'turn_lamp', { ...door, confirm: true });
const events = ({ journal }: Runtime): string[] => journal.read().entries.map(({ event }) => event);
const atStart = ({ journal }: Runtime, then: () => void): void => {
  const { append } = journal;
  Object.assign(journal, {
    append: async (...[entry, objection]: Parameters<typeof append>) => {
      await append(entry, objection);
      if (entry.event === 'started') then();
    },
  });
};
const put = { path: /^\/lamps\/door$/ };

describe('a write that ends badly says what is known', () => {
  it.each<[string, Parameters<Loopback['inject']>[0], string]>([
    ['no answer', 'hang', 'unknown'],
    ['a connection that is cut', 'reset', 'unknown'],
    ['half an answer', 'truncate', 'unknown'],
    ['something that is not HTTP any more', 'garbage', 'finished'],
    ['a gateway that got no answer', { status: 504 }, 'unknown'],
    ['a gateway that was cut off', { status: 502 }, 'unknown'],
    ['what the service itself calls silence', { status: 599 }, 'unknown'],
    ['what another service would call silence', { status: 598 }, 'failed'],
    ['a refusal', { status: 403 }, 'failed'],
    ['a service that says it failed', { status: 500 }, 'failed'],
    ['too many requests', { status: 429 }, 'failed'],
    [
      'a redirect',
      { status: 302, headers: { location: 'https://elsewhere.example.net/' } },
      'failed',
    ],
  ])('%s', async (_, fault, event) => {
    const { house: runtime, server } = await scene(
      fault === 'hang' ? { TOY_TIMEOUT_MS: briefly } : {},
    );
    server.inject(fault, put);
    const outcome = await commit(runtime).then(
      ({ data }) => String(data['outcome']),
      (error: Error & { hint?: string }) => `${error.message} ${error.hint ?? ''}`,
    );
    expect(events(runtime)).toEqual(['started', event]);
    expect(server.writes()).toHaveLength(1);
    expect(outcome.startsWith('Whether this was done is unknown: turn door on.'), outcome).toBe(
      event === 'unknown',
    );
    if (event === 'unknown') expect(outcome).toContain('Look at toy/door before trying again.');
  });

  it('nobody there any more: nothing was sent, and it says so', async () => {
    const { house: runtime, server } = await scene();
    atStart(runtime, () => {
      server.inject('refuse');
    });
    await expect(commit(runtime)).rejects.toThrow(
      /^Nothing was sent: turn door on\. PUT \/lamps\/door: connection refused/,
    );
    expect(events(runtime)).toEqual(['started', 'failed']);
    expect(await runtime.journal.unknown()).toEqual([]);
  });

  it('one of a pair gives no answer: neither the answer nor the journal claims to know', async () => {
    const { house: runtime, second } = await scene({ PAIR: 'yes', TOY_TIMEOUT_MS: briefly });
    second.inject('hang', put);
    const { data, text } = await commit(runtime);
    expect(data).toMatchObject({ outcome: 'unknown', partial: [{ instance: 'b' }] });
    expect(text).toMatch(
      /^Outcome unknown: turn door on\.[\s\S]*look at toy\/door before trying again\.[\s\S]*PARTIAL: Toy b did not answer/,
    );
    expect(events(runtime)).toEqual(['started', 'unknown']);
    expect((await runtime.journal.unknown()).map((entry) => entry['reason'])).toEqual([
      expect.stringMatching(/^b: PUT \/lamps\/door: no complete answer/),
    ]);
  });

  it('what one of a pair said closes no question of the other', async () => {
    const trace = new Trace();
    const [one, two] = [trace.of('a'), trace.of('b')];
    const refusal = new UpstreamError('403', 403);
    const silence = new UnreachableError('cut', { sent: true });
    await one.wrote(Promise.resolve('done'));
    await two.wrote(Promise.reject(refusal)).catch(() => undefined);
    await one.read(Promise.reject(silence)).catch(() => undefined);
    expect([one.leavesOpen(silence), two.leavesOpen(refusal)]).toEqual([true, false]);
    expect([trace.of('c').untouched, trace.untouched]).toEqual([true, false]);
  });

  it('one of a pair refuses: not finished', async () => {
    const { house: runtime, second } = await scene({ PAIR: 'yes' });
    second.inject({ status: 403 }, put);
    expect((await commit(runtime)).data['outcome']).toBe('unfinished');
    expect(events(runtime)).toEqual(['started', 'unfinished']);
  });
});

describe('on the services themselves', () => {
  const home = (env: Record<string, string> = {}): Promise<Lab> => lab({ only: ['proxmox'], env });
  const ends = ({ house: runtime }: Lab): string[] => events(runtime);

  it('an order that was accepted in words nobody understands is not called failed', async () => {
    const one = await home();
    one.server('proxmox').inject(
      {
        status: 200,
        body: '{"data":{"surprise":1}}',
        headers: { 'content-type': 'application/json' },
      },
      { path: /status\/reboot$/ },
    );
    const { isError, text } = await one.call('guest_restart', { vmid: 30062, confirm: true });
    expect([isError, ends(one)]).toEqual([true, ['started', 'unknown']]);
    expect(text).toMatch(
      /^Whether this was done is unknown: restart LXC 30062 \(n8n\).*Look at proxmox\/default\/30062 before trying again/,
    );
    expect((await one.call('service_health')).text).toMatch(
      /UNKNOWN OUTCOME restart LXC 30062 \(n8n\)/,
    );
  });

  it('a look before the order that fails is no open outcome', async () => {
    const one = await home({ PROXMOX_TIMEOUT_MS: briefly });
    atStart(one.house, () => {
      one.server('proxmox').inject('hang', { path: /lxc\/30062\/status\/current$/ });
    });
    const { text } = await one.call('guest_restart', { vmid: 30062, confirm: true });
    expect(text).toMatch(/^Nothing was sent: restart LXC 30062/);
    expect([ends(one), one.writes('proxmox')]).toEqual([['started', 'failed'], []]);
  });

  it('a task that cannot be followed is an open outcome, with its handle', async () => {
    const one = await home();
    one.server('proxmox').inject({ status: 500 }, { path: /tasks\/.*status$/ });
    const { text } = await one.call('guest_restart', { vmid: 30062, confirm: true });
    expect(text).toMatch(/^Whether this was done is unknown.*Task UPID:/);
    expect(ends(one)).toEqual(['started', 'unknown']);
  });
});

describe.each(
  allTools
    .filter(({ kind }) => kind === 'write')
    .map(({ name, service }) => [name, service] as const),
)('advice after a failed %s', (name, service) => {
  it.each<Parameters<Loopback['inject']>[0]>([
    { status: 400 },
    { status: 403 },
    { status: 404 },
    { status: 409 },
    { status: 429 },
    { status: 500 },
    { status: 502 },
    { status: 503 },
    { status: 504 },
    { status: 596 },
    'hang',
    'reset',
    'garbage',
    'truncate',
    'wrong-shape',
  ])('%j never invites to do it again without a look', async (fault) => {
    const one = await lab({
      only: [service],
      env: {
        ...(fault === 'hang' && { [`${service.toUpperCase()}_TIMEOUT_MS`]: briefly }),
        [`${service.toUpperCase()}_WAIT_MS`]: '50',
      },
    });
    atStart(one.house, () => {
      for (const server of one.fake(service).servers) server.inject(fault);
    });
    const { text, isError, data } = await one.call(name, {
      ...(await examplesOf(service))[name],
      confirm: true,
    });
    const [, end] = events(one.house);
    // Pi-hole's 200 without the words of Pi-hole: it is said that nothing of it was seen.
    if (end === 'finished') expect(text).toContain('its resolver does not show it yet');
    else expect(['failed', 'unknown', 'unfinished']).toContain(end);
    if (!isError && end !== 'finished')
      expect([data.outcome, text], text).toEqual([
        end,
        expect.stringMatching(/^(Not finished|Outcome unknown): /),
      ]);
    if (end === 'unknown' && isError)
      expect(text).toMatch(/^Whether this was done is unknown: .*Look at \S+ before trying again/);
    if (end !== 'failed')
      expect(text.replace(/before trying again/g, '')).not.toMatch(
        /\b(try|send|call|run)\b[^.]*\bagain\b|\bretry/i,
      );
    const again = one.fake(service).servers.flatMap((server) => server.writes()).length;
    const second = await one
      .call(name, { ...(await examplesOf(service))[name], confirm: true })
      .catch((error: unknown) => ({ isError: true, text: String(error) }));
    if (end !== 'failed')
      expect(
        [
          second.isError || /^Nothing to do/.test(second.text),
          one.fake(service).servers.flatMap((server) => server.writes()).length,
        ],
        `${text}\n${second.text}`,
      ).toEqual([true, again]);
  });
});
