import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { incidents } from '../../demo/incidents/index.ts';
import { createWorld } from '../../demo/world/index.ts';
import { fakePrometheus, type Knobs } from './fake/index.ts';

const now = Date.UTC(2026, 10, 23, 9, 30);
const recorded = (name: string, path: string): unknown => {
  const { answers } = JSON.parse(
    readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'),
  ) as { answers: { path: string; body: unknown }[] };
  // A later recording of the same path has more in it.
  return answers.findLast((answer) => answer.path === path)?.body;
};

/** Whose keys are chosen by people, not by the program. */
const free = /^(labels|annotations|discoveredLabels|metric|droppedTargetCounts|config|cluster)$/;

/** Every path of keys in an answer, with the type at its end; the elements of a list count as one. */
function shapeOf(value: unknown, at = ''): string[] {
  if (Array.isArray(value))
    return [...new Set(value.flatMap((item) => shapeOf(item, `${at}[]`)))].sort();
  if (typeof value !== 'object' || value === null)
    return [`${at}: ${value === null ? 'null' : typeof value}`];
  return Object.entries(value)
    .flatMap(([key, inner]) => (free.test(key) ? [`${at}.${key}`] : shapeOf(inner, `${at}.${key}`)))
    .sort();
}

async function busy(knobs: Partial<Knobs>) {
  const world = createWorld({ now });
  for (const name of ['alert-silenced', 'alert-pending']) incidents[name]?.apply(world);
  world.guest('miniflux').onboot = false;
  return fakePrometheus(world, { auth: null, ...knobs });
}

describe.each([
  ['2.42.0', '0.25.0'],
  ['3.5.3', '0.33.1'],
] as const)('Prometheus %s and Alertmanager %s', (version, alertmanagerVersion) => {
  it.each([
    '/api/v1/alerts',
    '/api/v1/rules?type=alert',
    '/api/v1/targets',
    '/api/v1/alertmanagers',
    '/api/v1/status/buildinfo',
    '/api/v1/status/runtimeinfo',
    '/api/v1/query?query=up',
    '/api/v1/query?query=up[10s]',
    '/api/v1/query?query=1/0',
  ])('%s has the recorded shape', async (path) => {
    const fake = await busy({ version });
    const made = await (await fetch(fake.url + path)).json();
    await fake.close();
    expect(shapeOf(made)).toEqual(shapeOf(recorded(`prometheus-${version}`, path)));
  });

  it.each(['/api/v2/alerts', '/api/v2/silences', '/api/v2/status'])(
    '%s has the recorded shape',
    async (path) => {
      const fake = await busy({ alertmanagerVersion });
      const made = await (await fetch(fake.alertmanager.url + path)).json();
      await fake.close();
      const silenced = (shape: string[]): string[] =>
        shape.filter((line) => !/silencedBy/.test(line));
      expect(silenced(shapeOf(made))).toEqual(
        silenced(shapeOf(recorded(`alertmanager-${alertmanagerVersion}`, path))),
      );
    },
  );

  it('refuses what the real ones refuse, in their words', async () => {
    const fake = await fakePrometheus(createWorld({ now }), {
      version,
      alertmanagerVersion,
      alertmanagerAuth: { username: 'a', password: 'b' },
    });
    for (const url of [fake.url, fake.alertmanager.url]) {
      const answer = await fetch(`${url}/-/healthy`);
      expect([
        answer.status,
        answer.headers.get('www-authenticate'),
        (await answer.text()).trim(),
      ]).toEqual([401, 'Basic', 'Unauthorized']);
    }
    Object.assign(fake.knobs, { auth: null, alertmanagerAuth: null });
    expect((await fetch(`${fake.url}/api/v1/nosuch`)).status).toBe(404);
    expect((await fetch(`${fake.url}/api/v1/query`, { method: 'DELETE' })).status).toBe(405);
    expect(
      await (await fetch(`${fake.alertmanager.url}/api/v2/alerts?filter=bad%20filter!`)).json(),
    ).toBe('bad matcher format: bad filter!');
    expect(
      await (
        await fetch(`${fake.url}/api/v1/query_range?query=up&start=0&end=11000&step=1`)
      ).json(),
    ).toMatchObject({ status: 'success' });
    expect(
      await (
        await fetch(`${fake.url}/api/v1/query_range?query=up&start=0&end=11001&step=1`)
      ).json(),
    ).toMatchObject({ error: expect.stringContaining('11,000 points') });
    await fake.close();
  });

  it('cuts at limit where the version can', async () => {
    const fake = await busy({ version });
    const { data, warnings } = (await (
      await fetch(`${fake.url}/api/v1/query?query=up&limit=1`)
    ).json()) as { data: { result: unknown[] }; warnings?: string[] };
    await fake.close();
    expect([data.result.length === 1, warnings]).toEqual(
      version === '3.5.3' ? [true, ['results truncated due to limit']] : [false, undefined],
    );
  });
});

it('counts as a counter does: rate is the slope of increase', async () => {
  const fake = await busy({});
  const ask = async (query: string): Promise<number> => {
    const { data } = (await (
      await fetch(`${fake.url}/api/v1/query?query=${encodeURIComponent(query)}`)
    ).json()) as { data: { result: { value: [number, string] }[] } };
    return Number(data.result[0]?.value[1]);
  };
  const series = 'node_cpu_seconds_total{instance="pve-mini1:9100",mode="user"}';
  expect(await ask(`rate(${series}[10m])`)).toBeCloseTo(0.09, 6);
  expect(await ask(`increase(${series}[10m])`)).toBeCloseTo(54, 3);
  expect(
    await ask(`sum by (job) (rate(node_cpu_seconds_total{instance="pve-mini1:9100"}[10m]))`),
  ).toBeCloseTo(1, 6);
  await fake.close();
});
