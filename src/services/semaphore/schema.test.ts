import { expect, onTestFinished, test } from 'vitest';
import type * as z from 'zod';
import { refusesNull } from '../../../test/absent-or-null.ts';
import { createWorld } from '../../demo/world/index.ts';
import { fakeSemaphore } from './fake/index.ts';
import {
  Environment,
  Event,
  Info,
  Inventory,
  listOf,
  OutputLine,
  Project,
  Role,
  Schedule,
  Task,
  Template,
  User,
} from './schema/index.ts';

const answers: [path: string, schema: z.ZodType][] = [
  ['info', Info],
  ['user', User],
  ['projects', listOf(Project)],
  ['project/1/role', Role],
  ['project/1/templates', listOf(Template)],
  ['project/1/templates/6', Template],
  ['project/1/tasks/last?limit=5', listOf(Task)],
  ['project/1/tasks/123', Task],
  ['project/1/tasks/125/output', listOf(OutputLine)],
  ['project/1/inventory', listOf(Inventory)],
  ['project/1/environment', listOf(Environment)],
  ['project/1/environment/1', Environment],
  ['project/1/schedules', listOf(Schedule)],
  ['project/1/events/last', listOf(Event)],
];

test.each(['2.17.12', 'v2.10.32', 'v2.9.64'])(
  'whatever may be missing may be null, and a whole list too (%s)',
  async (version) => {
    const fake = await fakeSemaphore(createWorld(), { version });
    onTestFinished(() => fake.close());
    for (const [path, schema] of answers) {
      const response = await fetch(`${fake.url}/api/${path}`, {
        headers: { authorization: `Bearer ${fake.env.SEMAPHORE_TOKEN}` },
      });
      const sample: unknown = await response.json();
      expect([path, schema.safeParse(sample).success]).toEqual([path, true]);
      expect([path, refusesNull(schema, sample)]).toEqual([path, []]);
      if (Array.isArray(sample)) expect(schema.safeParse(null).success).toBe(true);
    }
  },
);
