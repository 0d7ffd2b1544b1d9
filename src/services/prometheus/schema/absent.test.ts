import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type * as z from 'zod';
import { refusesNull } from '../../../../test/absent-or-null.ts';
import {
  Alertmanagers,
  AlertmanagerStatus,
  Alerts,
  BuildInfo,
  DroppedTargets,
  QueryResult,
  Rules,
  RuntimeInfo,
  SentAlerts,
  Silences,
  Targets,
} from './index.ts';

const schemas: readonly [RegExp, z.ZodType][] = [
  [/query(_range)?$/, QueryResult],
  [/v1\/alerts$/, Alerts],
  [/v2\/alerts$/, SentAlerts],
  [/rules$/, Rules],
  [/targets$/, Targets],
  [/targets$/, DroppedTargets],
  [/alertmanagers$/, Alertmanagers],
  [/buildinfo$/, BuildInfo],
  [/runtimeinfo$/, RuntimeInfo],
  [/silences$/, Silences],
  [/v2\/status$/, AlertmanagerStatus],
];

/** Their keys are data. */
const maps = /(^|\.)(labels|annotations|metric|discoveredLabels|droppedTargetCounts)\.[^.]+$/;

const answers = [
  'prometheus-2.42.0',
  'prometheus-3.5.3',
  'alertmanager-0.25.0',
  'alertmanager-0.33.1',
].flatMap((name) => {
  const recording = JSON.parse(
    readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8'),
  ) as { answers: { path: string; status: number; body: unknown }[] };
  return recording.answers
    .filter(({ status, body }) => status === 200 && typeof body === 'object')
    .flatMap(({ path, body }) =>
      schemas
        .filter(([of]) => of.test(path.replace(/\?.*/, '')))
        .map(([, schema]) => ({ name: `${name} ${path}`, schema, body })),
    );
});

it('has recordings of every answer', () => expect(answers.length).toBeGreaterThan(30));

it.each(answers)('$name: what may be absent may be null', ({ schema, body }) => {
  expect(refusesNull(schema, body, maps)).toEqual([]);
});
