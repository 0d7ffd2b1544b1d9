import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { allTools } from '../src/catalog.ts';
import { incidents } from '../src/demo/incidents/index.ts';
import { createWorld } from '../src/demo/world/index.ts';
import { examplesOf, ids, prefix } from './contract/examples.ts';
import { lab } from './harness.ts';

const canary = 'canary-7Gq2Zt9Lw4';
const freeText = /^(description|comments?|summary|message|notes?|text|reason|error|lastError)$/;

/** Writes a secret, as careless people do, into every description, comment, annotation, message and log line of the world. */
function poison(value: unknown, seen = new Set<unknown>()): number {
  if (typeof value !== 'object' || value === null || seen.has(value)) return 0;
  seen.add(value);
  let planted = 0;
  for (const [key, item] of Object.entries(value as Record<string, unknown>)) {
    const holder = value as Record<string, unknown>;
    if (typeof item === 'string' && freeText.test(key) && item !== '') {
      holder[key] = `${item} password=${canary}`;
      planted++;
    } else if (key === 'log' && Array.isArray(item)) {
      (item as unknown[]).push(`connecting to postgres://backup:${canary}@db/prod`);
      planted++;
    } else planted += poison(item, seen);
  }
  return planted;
}

describe('a secret', () => {
  it('that somebody wrote into the data of a service is in no answer, no error and no journal', async () => {
    const world = createWorld();
    for (const name of [
      'guest-down',
      'backup-failed',
      'job-failed',
      'workflow-failing',
      'ups-on-battery',
      'log-error-spike',
    ])
      incidents[name]?.apply(world);
    expect(poison(world)).toBeGreaterThan(50);
    const { call, house: runtime } = await lab({ world });
    const said: string[] = [];
    for (const id of ids) {
      for (const [name, args] of Object.entries(await examplesOf(id))) {
        const write = allTools.find((tool) => tool.name === name)?.kind === 'write';
        for (const confirm of write ? [{}, { confirm: true }] : [{}]) {
          const { text, data } = await call(name, { ...args, ...confirm });
          said.push(text, JSON.stringify(data ?? null));
        }
      }
    }
    const health = await call('service_health');
    said.push(health.text, JSON.stringify(health.data), readFileSync(runtime.journal.file, 'utf8'));
    expect(said.filter((one) => one.includes(canary))).toEqual([]);
    expect(
      said.filter((one) => one.includes('[redacted]')).length,
      'the canary must have come by to be caught',
    ).toBeGreaterThan(5);
  });

  it.each(ids)(
    'of the configuration of %s is in no answer, whatever the service throws back',
    async (id) => {
      const { call, house: runtime, fake } = await lab({ only: [id] });
      const secrets = runtime.services
        .flatMap((configured) => configured.secrets)
        .filter((secret) => secret.length >= 4);
      const said: string[] = [JSON.stringify((await call('service_health')).data)];
      for (const echo of [500, 401, 200]) {
        for (const server of fake(id).servers)
          server.inject({
            status: echo,
            reason: secrets[0] ?? 'no',
            body: JSON.stringify({
              error: `Authorization was ${secrets.join(' ')}`,
              message: secrets.join(' '),
            }),
          });
        for (const [name, args] of Object.entries(await examplesOf(id))) {
          const { text, data } = await call(name, args);
          said.push(text, JSON.stringify(data ?? null));
        }
        const health = await call('service_health');
        said.push(health.text, JSON.stringify(health.data));
        for (const server of fake(id).servers) server.heal();
      }
      for (const secret of secrets)
        expect(
          said.filter((one) => one.includes(secret) || one.includes(encodeURIComponent(secret))),
        ).toEqual([]);
    },
  );

  it.each(ids)('of %s that cannot be understood is not quoted either', async (id) => {
    const { call } = await lab({
      only: [],
      env: { [`${prefix(id)}URL`]: `not a url with ${canary}`, LARES_MUTE: 'x@soon' },
    });
    const { text, data } = await call('service_health');
    expect(text + JSON.stringify(data)).not.toContain(canary);
  });
});
