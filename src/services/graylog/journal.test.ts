import { describe, expect, test } from 'vitest';
import { graylogLab, healthAfter, incident, now } from '../../../test/graylog-lab.ts';
import { day, minute } from '../../demo/world/clock.ts';
import type { World } from '../../demo/world/index.ts';

describe('a gauge of one second', () => {
  test('is no state of the journal: what is written counts', async () => {
    const { findings } = await healthAfter(incident('log-burst'));
    expect(findings).toEqual([]);
  });
  test('that shows little, all day, is a warning', async () => {
    const { findings } = await healthAfter(({ graylog }) => {
      graylog.burst = { messages: 60_000, perSecond: 20 };
    });
    expect(findings).toMatchObject([
      {
        id: 'graylog.indexing-behind/graylog.lab.example.net',
        severity: 'warning',
        message: expect.stringMatching(
          /is 50 min behind: 60,000 messages wait, 120\/s come in and 20\/s are processed$/,
        ),
      },
    ]);
  });
  test('that nothing leaves is asked again, and is critical then', async () => {
    const { findings, lab: homelab } = await healthAfter(({ graylog }) => {
      graylog.indexedUntil = now - 5 * minute;
    });
    expect(findings).toMatchObject([{ severity: 'critical' }]);
    expect(
      homelab.requests('graylog').filter(({ path }) => path.endsWith('/journal')),
    ).toHaveLength(3);
  });
  test('that cannot be asked again is a gap and no finding', async () => {
    const homelab = await graylogLab();
    homelab.world.graylog.indexedUntil = now - 5 * minute;
    homelab.server('graylog').inject({ status: 500 }, { path: /journal/, after: 1 });
    const { data } = await homelab.call('service_health', { service: 'graylog' });
    expect(data.services[0].findings).toEqual([]);
    expect(data.services[0].gaps.map(({ what }: { what: string }) => what)).toContain('journal');
  });
  test('is not the rate that is told: rare messages come by the hour', async () => {
    const { text } = await healthAfter(({ logs }) => {
      for (const pattern of logs.patterns) pattern.to = pattern.from;
      logs.add({ source: 'lab', text: 'x', perHour: 660, from: now - 10 * day, level: 6 });
    });
    expect(text).toContain('; ingest 660 msg/h');
  });
});

describe('a small flow', () => {
  const few = (world: World): void => {
    for (const pattern of world.logs.patterns) pattern.to = pattern.from;
    world.logs.add({ source: 'lab', text: 'x', perHour: 3_600, from: now - 10 * day, level: 6 });
  };
  test.each([
    [20, ['graylog.indexing-behind/graylog.lab.example.net']],
    [5, []],
  ])('that is stuck for %i min', async (minutes, ids) => {
    const { findings } = await healthAfter((world) => {
      few(world);
      world.graylog.indexedUntil = now - minutes * minute;
    });
    expect(findings.map(({ id }) => id)).toEqual(ids);
  });
});
