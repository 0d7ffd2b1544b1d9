import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { createWorld } from '../../demo/world/index.ts';
import { describeError } from './describe-error.ts';
import { fakePrometheus } from './fake/index.ts';
import {
  Alertmanagers,
  AlertmanagerStatus,
  Alerts,
  BuildInfo,
  DroppedTargets,
  MetricNames,
  QueryResult,
  Rules,
  RuntimeInfo,
  SentAlerts,
  Silences,
  Targets,
} from './schema/index.ts';

interface Recorded {
  path: string;
  status: number;
  type: string;
  body: unknown;
}

const recordings = [
  'prometheus-2.42.0',
  'prometheus-3.5.3',
  'alertmanager-0.25.0',
  'alertmanager-0.33.1',
].map((name) => {
  const { source, answers } = JSON.parse(
    readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'),
  ) as { source: string; answers: Recorded[] };
  const body = (path: string): unknown => answers.find((answer) => answer.path === path)?.body;
  return { name, source, answers, body };
});
const schemas: readonly [RegExp, z.ZodType][] = [
  [/^\/api\/v1\/query/, QueryResult],
  [/^\/api\/v1\/alerts$/, Alerts],
  [/^\/api\/v1\/rules/, Rules],
  [/^\/api\/v1\/targets/, Targets],
  [/^\/api\/v1\/label/, MetricNames],
  [/^\/api\/v1\/alertmanagers$/, Alertmanagers],
  [/buildinfo$/, BuildInfo],
  [/runtimeinfo$/, RuntimeInfo],
  [/^\/api\/v2\/alerts/, SentAlerts],
  [/^\/api\/v2\/silences$/, Silences],
  [/^\/api\/v2\/status$/, AlertmanagerStatus],
];
const schemaFor = (path: string): z.ZodType | undefined =>
  schemas.find(([pattern]) => pattern.test(path))?.[1];
const refused = (answer: Recorded) =>
  describeError({
    status: answer.status,
    reason: '',
    headers: { 'content-type': answer.type },
    text:
      typeof answer.body === 'string' && answer.body.startsWith('"')
        ? answer.body
        : JSON.stringify(answer.body),
    method: 'GET',
    target: answer.path,
  });

describe.each(recordings)('$name', ({ answers, source }) => {
  const accepted = answers.filter(({ status, path }) => status === 200 && schemaFor(path));
  it.each(accepted)('$path is understood', ({ path, body }) => {
    expect(source).toMatch(/recorded/);
    expect(schemaFor(path)?.safeParse(body).error).toBeUndefined();
  });

  it.each(answers.filter(({ status, body }) => status >= 400 && body !== ''))(
    'the refusal of $path is told in its own words',
    (answer) => {
      const { reason = '' } = refused(answer) ?? {};
      expect(JSON.stringify(answer.body)).toContain(
        JSON.stringify(reason.replace(/… .*$/, '').slice(0, 80)).slice(1, -1),
      );
      expect(reason.length).toBeGreaterThan(5);
    },
  );
});

describe.each(recordings.filter(({ name }) => name.startsWith('prometheus')))(
  '$name in our words',
  ({ name, body }) => {
    it('keeps NaN and the infinities as they are written', () => {
      const values = ['nan:value', '1/0', 'vector(-1)/0'].map(
        (query) =>
          QueryResult.parse(body(`/api/v1/query?query=${query}`)).series[0]?.samples[0]?.value,
      );
      expect(values).toEqual(['NaN', '+Inf', '-Inf']);
    });

    it('reads a matrix, a scalar and a string alike', () => {
      const { type, series } = QueryResult.parse(body('/api/v1/query?query=up[10s]'));
      expect([type, series.length, series[0]?.samples.map(({ value }) => value)]).toEqual([
        'matrix',
        3,
        ['0', '0'],
      ]);
      expect(QueryResult.parse(body('/api/v1/query?query="hello"'))).toMatchObject({
        type: 'string',
        series: [{ labels: {}, samples: [{ value: 'hello' }] }],
      });
    });

    it('counts dropped targets, whoever counted them first', () => {
      const counts = DroppedTargets.parse(body('/api/v1/targets'));
      expect(counts['dropped']).toBe(1);
      expect(DroppedTargets.parse(body('/api/v1/targets?state=bogus'))).toEqual({});
    });

    it('knows a down target, its error and the age of its last scrape', () => {
      const [dead] = Targets.parse(body('/api/v1/targets'));
      expect(dead).toMatchObject({
        job: 'dead',
        address: '127.0.0.1:9',
        health: 'down',
        intervalSeconds: 5,
      });
      expect(dead?.lastError).toContain('connection refused');
      expect(new Date(dead?.lastScrapeAt ?? 0).toISOString()).toMatch(/^2026-11-23T00:20:0/);
    });

    it('finds the Alertmanager behind the address alerts are posted to', () => {
      expect(Alertmanagers.parse(body('/api/v1/alertmanagers'))[0]).toMatch(
        /^http:\/\/127\.0\.0\.1:909[34]$/,
      );
    });

    it('has infos where the version has them', () => {
      expect(QueryResult.parse(body('/api/v1/query?query=sum(rate(up[5m]))')).infos).toHaveLength(
        name.endsWith('3.5.3') ? 1 : 0,
      );
    });
  },
);

/** Refusals that depend on the question alone, not on what the server stored. */
const sameEverywhere = recordings
  .filter(({ name }) => name.startsWith('prometheus'))
  .flatMap(({ name, answers }) =>
    answers.filter(({ status }) => status === 400).map((answer) => ({ name, ...answer })),
  );

it.each(sameEverywhere)(
  'the fake of $name refuses $path as it did',
  async ({ name, path, status, type, body }) => {
    const fake = await fakePrometheus(createWorld(), {
      auth: null,
      version: name.endsWith('2.42.0') ? '2.42.0' : '3.5.3',
    });
    const answer = await fetch(fake.url + path.replace(/[{}"]/g, encodeURIComponent));
    expect([answer.status, answer.headers.get('content-type'), await answer.json()]).toEqual([
      status,
      type,
      body,
    ]);
    await fake.close();
  },
);

describe('shapes no recording has', () => {
  const answer = (resultType: string, result: unknown[]) =>
    QueryResult.safeParse({ status: 'success', data: { resultType, result } });

  it('a native histogram is its count and its sum', () => {
    const { data } = answer('vector', [
      {
        metric: { a: 'b' },
        histogram: [1, { count: '60', sum: '120', buckets: [[0, '1', '2', '60']] }],
      },
    ]);
    expect(data?.series[0]?.samples).toEqual([
      { at: 1, value: 'count 60, sum 120', histogram: { count: '60', sum: '120' } },
    ]);
  });

  it('a series may change from numbers to histograms', () => {
    const { data } = answer('matrix', [
      { metric: {}, histograms: [[2, { count: '1', sum: '1' }]], values: [[1, '5']] },
    ]);
    expect(data?.series[0]?.samples.map(({ at }) => at)).toEqual([1, 2]);
  });

  it('an answer without its list is no empty answer', () => {
    expect(
      QueryResult.safeParse({ status: 'success', data: { resultType: 'vector' } }).success,
    ).toBe(false);
    expect(Alerts.safeParse({ status: 'success', data: {} }).success).toBe(false);
    expect(Targets.safeParse({ status: 'success', data: { droppedTargets: [] } }).success).toBe(
      false,
    );
  });

  it('a target that was never scraped has no time, not the year 1', () => {
    const target = {
      labels: { job: 'a' },
      scrapePool: 'a',
      scrapeUrl: 'http://a/metrics',
      lastScrape: '0001-01-01T00:00:00Z',
      health: 'unknown',
    };
    expect(
      Targets.parse({ status: 'success', data: { activeTargets: [target] } })[0],
    ).toMatchObject({ health: 'unknown', lastScrapeAt: undefined, scrapeSeconds: undefined });
  });
});
