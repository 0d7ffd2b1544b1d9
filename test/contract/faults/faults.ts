import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/demo/loopback.ts';
import { startDemo } from '../../src/demo/start.ts';
import { createWorld } from '../../src/demo/world/index.ts';
import { lab } from '../harness.ts';
import { examplesOf, ids, prefix } from './examples.ts';

/** Every service against everything an upstream can do wrong: on the first request, and on a later one. */
const faults: Record<string, { fault: Fault; states: readonly string[] }> = {
  refused: { fault: 'refuse', states: ['unreachable'] },
  reset: { fault: 'reset', states: ['unreachable'] },
  hang: { fault: 'hang', states: ['unreachable'] },
  'slow drip': { fault: 'drip', states: ['unreachable'] },
  truncated: { fault: 'truncate', states: ['unreachable', 'down'] },
  huge: { fault: 'huge', states: ['unreachable', 'down'] },
  garbage: { fault: 'garbage', states: ['down', 'unreachable'] },
  'another shape': { fault: 'wrong-shape', states: ['down'] },
  401: { fault: { status: 401 }, states: ['denied'] },
  403: { fault: { status: 403 }, states: ['denied'] },
  404: { fault: { status: 404 }, states: ['down', 'denied'] },
  429: { fault: { status: 429 }, states: ['down'] },
  500: { fault: { status: 500 }, states: ['down'] },
};
const quick = (id: string): Record<string, string> => ({
  LARES_DEADLINE_MS: '600',
  [`${prefix(id)}TIMEOUT_MS`]: '300',
});

describe.each(ids)('%s', (id) => {
  it.each(Object.entries(faults))(
    '%s on every request: no answer, the right word for it, and a way out',
    async (_, { fault, states }) => {
      const { call, fake } = await lab({ only: [id], env: quick(id) });
      for (const server of fake(id).servers) server.inject(fault);
      const { data, text } = await call('service_health', { service: id });
      expect(states, text).toContain(data.services[0].state);
      expect(data.services[0].problem.length).toBeGreaterThan(20);
      // Redaction takes what stands after `token:` for a secret; our own hints must not look like one.
      expect(data.services[0].problem).not.toContain('[redacted]');
      expect([data.overall === 'ok', /^All clear|^Nothing is broken/.test(text)]).toEqual([
        false,
        false,
      ]);
    },
  );

  it.each(
    Object.entries(faults).flatMap(([name, { fault }]) =>
      [1, 2, 3].map((after) => [name, after, fault] as const),
    ),
  )('%s after %i good answers: the rest is told, and the gap is named', async (_, after, fault) => {
    const { call, fake } = await lab({ only: [id], env: quick(id) });
    for (const server of fake(id).servers) server.inject(fault, { after });
    const { data, text } = await call('service_health', { service: id });
    const [state] = data.services;
    const clean = state.state === 'ok' && !state.unchecked?.length && state.findings.length === 0;
    const met = fake(id).servers.some(({ requests }) => requests.length > after);
    if (met) expect([clean, /^All clear/.test(text)], text).toEqual([false, false]);
    else expect(state.state).toBe('ok');
  });
});

/** Each variable that pins a certificate, of the services whose fakes speak TLS. */
const pinned: readonly { id: string; variable: string }[] = await Promise.all(
  ids.map(async (id) => {
    const { env, close } = await startDemo({ world: createWorld(), only: [id] });
    await close();
    return Object.keys(env)
      .filter((variable) => variable.endsWith('_TLS_FINGERPRINT'))
      .map((variable) => ({ id, variable }));
  }),
).then((all) => all.flat());

describe('the wrong certificate', () => {
  it('is tried on every service that speaks TLS', () => {
    expect([...new Set(pinned.map(({ id }) => id))].sort()).toEqual(['pbs', 'proxmox']);
  });

  it.each(
    pinned.flatMap(
      ({ id, variable }) =>
        [
          [
            'nobody vouches for',
            id,
            variable,
            undefined,
            /is not trusted .*_TLS_CA_FILE.*_TLS_FINGERPRINT.*lares doctor/,
          ],
          [
            'is not the pinned one',
            id,
            variable,
            Array.from({ length: 32 }, () => 'AB').join(':'),
            /is not the pinned one.*lares doctor.*_TLS_FINGERPRINT/,
          ],
        ] as const,
    ),
  )(
    '%s: %s is unreachable, says which variable helps, and gets no byte',
    async (_, id, variable, pin, words) => {
      const { call, requests } = await lab({ only: [id], env: { [variable]: pin } });
      const { data, text } = await call('service_health', { service: id });
      expect([data.services[0].state, data.overall], text).toEqual(['unreachable', 'unknown']);
      expect(data.services[0].problem).toMatch(words);
      const [name, args] = Object.entries(await examplesOf(id))[0] ?? [];
      const answer = await call(name ?? '', args);
      expect([answer.isError, answer.text.split('\n').length]).toEqual([true, 1]);
      expect(answer.text).toMatch(words);
      expect(requests(id)).toEqual([]);
    },
  );
});

describe('one service that misbehaves', () => {
  it.each(ids)('%s: hangs, and costs its own row and no other', async (id) => {
    const env = Object.assign(
      { LARES_DEADLINE_MS: '5000' },
      ...ids.map((other) => ({ [`${prefix(other)}TIMEOUT_MS`]: '4900' })),
    ) as Record<string, string>;
    const { call, fake } = await lab({ env });
    // What is loaded once would otherwise be paid for within the deadline.
    await call('service_health');
    for (const server of fake(id).servers) server.inject('hang');
    const { data } = await call('service_health');
    const states = new Map(
      data.services.map(({ service, state }: { service: string; state: string }) => [
        service,
        state,
      ]),
    );
    expect(states.get(id)).toBe('unreachable');
    expect(ids.filter((other) => other !== id).map((other) => [other, states.get(other)])).toEqual(
      ids.filter((other) => other !== id).map((other) => [other, 'ok']),
    );
  });
});
