import { expect, onTestFinished, test } from 'vitest';
import type * as z from 'zod';
import { refusesNull } from '../../../test/absent-or-null.ts';
import { createWorld } from '../../demo/world/index.ts';
import { fakeN8n } from './fake/index.ts';
import { Discovered, Execution, Failure, pageOf, Workflow } from './schema/index.ts';

/** Names of steps are keys there. */
const steps = /runData\.[^.]+$/;

test.each(['1.123.81', '2.41.1'])('whatever may be missing may be null (%s)', async (version) => {
  const world = createWorld();
  const fake = await fakeN8n(world, { version });
  onTestFinished(() => fake.close());
  const failed = world.n8n.runs.findLast(({ status }) => status === 'error');
  const answers: [path: string, schema: z.ZodType][] = [
    ['workflows', pageOf(Workflow)],
    ['executions?limit=5', pageOf(Execution)],
    [`executions/${failed?.id}?includeData=true`, Failure],
    ...(version.startsWith('2') ? [['discover', Discovered] as [string, z.ZodType]] : []),
  ];
  for (const [path, schema] of answers) {
    const response = await fetch(`${fake.url}/api/v1/${path}`, {
      headers: { 'x-n8n-api-key': fake.env.N8N_API_KEY },
    });
    const sample: unknown = await response.json();
    expect([path, schema.safeParse(sample).success]).toEqual([path, true]);
    expect([path, refusesNull(schema, sample, steps)]).toEqual([path, []]);
  }
});

test('a run whose data was taken away has no reason, which is no error', () => {
  for (const data of [null, undefined, { resultData: null }, { resultData: { runData: null } }])
    expect(Failure.safeParse({ data }).success).toBe(true);
});
