import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { createRuntime, type Runtime } from '../../src/core/runtime.ts';
import { defineService, type Service } from '../../src/core/service.ts';
import { serviceHealth } from '../../src/homelab/service-health.ts';
import type { Fault, Loopback } from '../../src/demo/loopback.ts';
import { json, loopback } from '../../src/demo/loopback.ts';
import { toy } from '../toy.ts';

/** The toy service, of which an instance may be declared part-time. */
const named = (id: string, title: string): Service =>
  defineService({
    ...toy,
    id,
    title,
    connect: ({ part, ...config }: Record<string, unknown>) => ({
      ...toy.connect(config),
      partTime: part === 'yes',
    }),
    config: toy.config.extend({ part: z.string().optional() }),
  });
const [lamps, pumps] = [named('lamps', 'Lamps'), named('pumps', 'Pumps')];

const open: (Loopback | Runtime)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

async function server(fault?: Fault): Promise<string> {
  const one = await loopback(() => json({ lamps: [] }));
  open.push(one);
  if (fault) one.inject(fault);
  return one.url;
}

async function verdict(services: readonly Service[], env: Record<string, string>) {
  const runtime = createRuntime(services, { LARES_DEADLINE_MS: '800', ...env });
  open.push(runtime);
  const { result, text } = await serviceHealth.run({}, runtime, {
    signal: new AbortController().signal,
    progress: () => undefined,
    now: runtime.now,
  });
  // oxlint-disable-next-line no-explicit-any -- tests reach into answers of every shape
  return { ...(result as any), text };
}

describe('a service that is part-time', () => {
  it('is said to be unreachable, as expected, and breaks nothing', async () => {
    const {
      overall,
      verdict: line,
      services,
      text,
    } = await verdict([lamps, pumps], {
      LAMPS_URL: await server(),
      PUMPS_URL: await server('refuse'),
      PUMPS_PART: 'yes',
    });
    expect(overall).toBe('ok');
    expect(line).toBe(
      'Nothing is broken in what is switched on. 1 of 2 services answers; lamps 0; Pumps unreachable, as expected (part-time).',
    );
    expect(services[1]).toMatchObject({
      service: 'pumps',
      state: 'unreachable',
      expected: true,
      findings: [],
      problem: expect.stringMatching(/^Part-time, so this is expected: .*connection refused/),
    });
    expect(text).toMatch(/^Pumps +unreachable \(expected\)/m);
  });

  it('does not hide that the same silence of a full-time one is a gap', async () => {
    const { overall, services } = await verdict([lamps, pumps], {
      LAMPS_URL: await server(),
      PUMPS_URL: await server('refuse'),
    });
    expect([overall, services[1].state, services[1].expected]).toEqual([
      'unknown',
      'unreachable',
      undefined,
    ]);
  });

  it('is off as well where nothing refuses and nothing connects', async () => {
    const mute = createServer();
    await once(mute.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => {
      mute.close();
    });
    const { port } = mute.address() as AddressInfo;
    const { overall, services } = await verdict([lamps, pumps], {
      LAMPS_URL: await server(),
      PUMPS_URL: `https://127.0.0.1:${port}`,
      PUMPS_PART: 'yes',
      PUMPS_TIMEOUT_MS: '200',
    });
    expect([overall, services[1].expected, services[1].problem]).toEqual([
      'ok',
      true,
      expect.stringContaining('no connection in time'),
    ]);
  });

  it.each<Fault>(['hang', 'reset', 'drip'])(
    'is there when it answers with %s, and that is no expected silence',
    async (fault) => {
      const { overall, services } = await verdict([lamps, pumps], {
        LAMPS_URL: await server(),
        PUMPS_URL: await server(fault),
        PUMPS_PART: 'yes',
        PUMPS_TIMEOUT_MS: '300',
      });
      expect([overall, services[1].state, services[1].expected]).toEqual([
        'unknown',
        'unreachable',
        undefined,
      ]);
    },
  );

  it('is judged like any other while it is on', async () => {
    const { overall, services } = await verdict([lamps, pumps], {
      LAMPS_URL: await server(),
      PUMPS_URL: await server({ status: 403 }),
      PUMPS_PART: 'yes',
    });
    expect([overall, services[1].state, services[1].expected]).toEqual([
      'unknown',
      'denied',
      undefined,
    ]);
  });

  it('alone and away, leaves nothing checked, and nothing is called clear', async () => {
    const { overall, verdict: line } = await verdict([pumps], {
      PUMPS_URL: await server('refuse'),
      PUMPS_PART: 'yes',
    });
    expect([overall, line]).toEqual([
      'unknown',
      'Nothing could be checked. 0 of 1 service answers; Pumps unreachable, as expected (part-time).',
    ]);
  });

  it('is an instance of several: the one that is away is information, a full-time one beside it a warning', async () => {
    const all = { PUMPS_ON_URL: await server(), PUMPS_OFF_URL: await server('refuse') };
    const away = await verdict([pumps], { ...all, PUMPS_OFF_PART: 'yes' });
    expect(away.services[0]).toMatchObject({
      state: 'ok',
      findings: [
        {
          id: 'pumps.instance-down/off',
          severity: 'info',
          message: expect.stringContaining('as is expected of what is part-time'),
        },
      ],
    });
    const gone = await verdict([pumps], all);
    expect(gone.services[0]).toMatchObject({
      state: 'degraded',
      findings: [{ id: 'pumps.instance-down/off', severity: 'warning' }],
    });
  });

  it('excuses no other instance that is away too', async () => {
    const { overall, services } = await verdict([pumps], {
      PUMPS_ONE_URL: await server('refuse'),
      PUMPS_TWO_URL: await server('refuse'),
      PUMPS_TWO_PART: 'yes',
    });
    expect([overall, services[0].expected]).toEqual(['unknown', undefined]);
  });
});
