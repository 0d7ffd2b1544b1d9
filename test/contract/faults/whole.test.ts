import { describe, expect, it } from 'vitest';
import { startDemo } from '../../../src/demo/start.ts';
import { createWorld } from '../../../src/demo/world/index.ts';
import { lab } from '../../harness.ts';
import { expectAllShards } from '../../shards.ts';
import { examplesOf, ids, prefix } from '../examples.ts';

it('every service meets every fault in exactly one of the shards', () => {
  expectAllShards(import.meta.dirname, ids);
});

/** Each variable that pins a certificate, of the services whose fakes speak TLS. */
const pinned: readonly { id: string; variable: string }[] = (
  await Promise.all(
    ids.map(async (id) => {
      const { env, close } = await startDemo({ world: createWorld(), only: [id] });
      await close();
      return Object.keys(env)
        .filter((variable) => variable.endsWith('_TLS_FINGERPRINT'))
        .map((variable) => ({ id, variable }));
    }),
  )
).flat();

const anotherPin = Array.from({ length: 32 }, () => 'AB').join(':');
const untrusted = /is not trusted .*_TLS_CA_FILE.*_TLS_FINGERPRINT.*lares doctor/;
const unpinned = /is not the pinned one.*lares doctor.*_TLS_FINGERPRINT/;

describe('the wrong certificate', () => {
  it('is tried on every service that speaks TLS', () => {
    expect([...new Set(pinned.map(({ id }) => id))].sort()).toEqual(['pbs', 'proxmox']);
  });

  it.each(
    pinned.flatMap(
      ({ id, variable }) =>
        [
          ['nobody vouches for', id, variable, undefined, untrusted],
          ['is not the pinned one', id, variable, anotherPin, unpinned],
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
  it('hangs, and is given up before the deadline, however long its requests may take', async () => {
    const labs = ids.map(async (id) => {
      const env = { LARES_DEADLINE_MS: '1500', [`${prefix(id)}TIMEOUT_MS`]: '60000' };
      const { call, fake } = await lab({ only: [id], env });
      for (const server of fake(id).servers) server.inject('hang');
      const { data, text } = await call('service_health', { service: id });
      expect([id, data.services[0].state], text).toEqual([id, 'unreachable']);
    });
    await Promise.all(labs);
  });

  it('hangs, each in turn, and costs its own row and no other', { timeout: 120_000 }, async () => {
    const patient = Object.fromEntries(ids.map((id) => [`${prefix(id)}TIMEOUT_MS`, '60000']));
    for (const id of ids) {
      const env = { ...patient, [`${prefix(id)}TIMEOUT_MS`]: '1000' };
      const { call, fake } = await lab({ env });
      for (const server of fake(id).servers) server.inject('hang');
      const { data, text } = await call('service_health');
      const rows: { service: string; state: string }[] = data.services;
      expect(Object.fromEntries(rows.map(({ service, state }) => [service, state])), text).toEqual(
        Object.fromEntries(ids.map((known) => [known, known === id ? 'unreachable' : 'ok'])),
      );
    }
  });
});
