import { describe, expect, test } from 'vitest';
import { lab } from '../../../test/harness.ts';
import { hour, minute } from '../../demo/world/clock.ts';
import { semaphoreIncidents } from '../../demo/incidents/semaphore.ts';
import { createWorld, type World } from '../../demo/world/index.ts';
import { lastDue } from './cron.ts';

const now = Date.UTC(2026, 10, 23, 9, 30); // a Monday
const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();

describe('when a schedule was last due', () => {
  test.each([
    ['15 4 * * *', '2026-11-23T04:15:00.000Z'],
    ['30 3 * * 0', '2026-11-22T03:30:00.000Z'],
    ['30 3 * * sun', '2026-11-22T03:30:00.000Z'],
    ['*/10 * * * *', '2026-11-23T09:30:00.000Z'],
    ['5/20 * * * *', '2026-11-23T09:25:00.000Z'],
    ['0 22 1 * *', '2026-11-01T22:00:00.000Z'],
    ['0 0 1 jan *', '2026-01-01T00:00:00.000Z'],
    ['0 8-10 * * 1-5', '2026-11-23T09:00:00.000Z'],
    ['0 0 13 * 5', '2026-11-20T00:00:00.000Z'],
    ['0 0 1-7 * ?', '2026-11-07T00:00:00.000Z'],
    ['@daily', '2026-11-23T00:00:00.000Z'],
    ['@weekly', '2026-11-22T00:00:00.000Z'],
    ['CRON_TZ=Europe/Berlin 0 10 * * *', '2026-11-23T09:00:00.000Z'],
    ['0 0 31 2 *', undefined],
    ['@every 1h30m', '2026-11-23T06:30:00.000Z'],
  ])('%s: %s', (expression, due) => {
    expect(iso(lastDue(expression, now))).toBe(due);
  });

  test('a restricted day and a restricted weekday add up, a stepped star restricts too', () => {
    expect(iso(lastDue('0 0 20 * 1', Date.UTC(2026, 10, 22)))).toBe('2026-11-20T00:00:00.000Z');
    expect(iso(lastDue('0 0 */2 * 1', Date.UTC(2026, 10, 23, 1)))).toBe('2026-11-23T00:00:00.000Z');
  });

  test('follows the zone through both changes of the clock', () => {
    expect(iso(lastDue('30 2 * * *', Date.UTC(2026, 2, 29, 12), 'Europe/Berlin'))).toBe(
      '2026-03-28T01:30:00.000Z',
    );
    expect(iso(lastDue('0 4 * * *', Date.UTC(2026, 9, 25, 12), 'Europe/Berlin'))).toBe(
      '2026-10-25T03:00:00.000Z',
    );
    expect(iso(lastDue('45 23 * * *', now, 'Asia/Kathmandu'))).toBe('2026-11-22T18:00:00.000Z');
  });

  test.each([
    '',
    '* * * *',
    '60 * * * *',
    '* * * * 7',
    'a b c d e',
    '*/0 * * * *',
    '@every soon',
    '@often',
    '5-1 * * * *',
  ])('%j is an error, never a quiet day', (expression) => {
    expect(() => lastDue(expression, now)).toThrow('not understood');
  });
});

interface Row {
  findings: { id: string; message: string; severity: string }[];
  gaps?: { what: string; why: string }[];
}
async function after(turn: (world: World) => void): Promise<Row> {
  const world = createWorld({ now });
  turn(world);
  return (
    await (
      await lab({ only: ['semaphore'], world })
    ).call('service_health', { service: 'semaphore' })
  ).data.services[0] as Row;
}
const ids = ({ findings }: Row): string[] => findings.map(({ id }) => id);
/** The night's run of the configuration job (schedule 3, 01:45) never happened. */
const lost = ({ semaphore }: World): void => {
  semaphore.tasks = semaphore.tasks.filter(
    ({ scheduleId, createdAt }) => scheduleId !== 3 || now - createdAt > 24 * hour,
  );
};
const schedule = ({ semaphore }: World, id: number) =>
  semaphore.schedules.find((one) => one.id === id) ??
  (() => {
    throw new Error(`no schedule ${id}`);
  })();

/** As if the configuration job had always run that much later; today's is then still to come. */
function later(world: World, ms: number): void {
  const { semaphore } = world;
  semaphore.schedules = semaphore.schedules.filter(({ id }) => id === 3);
  for (const task of semaphore.tasks) if (task.scheduleId === 3) task.createdAt += ms;
  semaphore.tasks = semaphore.tasks.filter(
    ({ scheduleId, createdAt }) => scheduleId !== 3 || now - createdAt > 20 * hour,
  );
}

describe('a schedule that did not run', () => {
  test('is a warning with when it was due and when it last ran', async () => {
    const { findings } = await after(lost);
    expect(findings).toMatchObject([
      {
        id: 'semaphore.schedule-missed/1/3',
        severity: 'warning',
        message:
          'Schedule Nightly configurations of Save configurations did not run: it was due 7 h 45 min ago and last ran 1 d 7 h ago',
      },
    ]);
  });

  const quiet: [why: string, turn: (world: World) => void][] = [
    [
      'is switched off',
      (world) => {
        lost(world);
        schedule(world, 3).active = false;
      },
    ],
    [
      'polls a repository that did not change',
      (world) => {
        lost(world);
        schedule(world, 3).repositoryId = 1;
      },
    ],
    [
      'never ran, as it may be new',
      (world) => {
        world.semaphore.tasks = world.semaphore.tasks.filter(({ scheduleId }) => scheduleId !== 3);
      },
    ],
    [
      'was changed after the time it missed',
      (world) => {
        lost(world);
        world.semaphore.events.push({
          projectId: 1,
          type: 'schedule',
          id: 3,
          description: 'Schedule ID 3 updated',
          at: now - hour,
        });
      },
    ],
    [
      'is late by less than the grace',
      (world) => {
        later(world, 7 * hour + 35 * minute);
        schedule(world, 3).cron = '20 9 * * *';
      },
    ],
    [
      'is due in a zone where the time has not come',
      (world) => {
        later(world, 9 * hour);
        world.semaphore.timezone = 'America/Anchorage';
      },
    ],
  ];
  test.each(quiet)('stays quiet when it %s', async (_why, turn) => {
    expect(ids(await after(turn))).toEqual([]);
  });

  test('is one as soon as the grace is over', async () => {
    const row = await after((world) => {
      later(world, 7 * hour + 25 * minute);
      schedule(world, 3).cron = '10 9 * * *';
    });
    expect(ids(row)).toEqual(['semaphore.schedule-missed/1/3']);
  });

  test('is found although more than 200 newer runs hide its last one', async () => {
    const row = await after((world) => {
      lost(world);
      const last = world.semaphore.tasks.at(-1);
      for (let n = 0; last && n < 210; n++)
        world.semaphore.tasks.push({
          ...last,
          id: 1000 + n,
          createdAt: now - 5 * hour + n,
          endedAt: now - 4 * hour,
        });
    });
    expect(ids(row)).toEqual(['semaphore.schedule-missed/1/3']);
  });

  test.each(['v2.10.32', 'v2.9.64'])(
    'on %s the zone is not told: it is reported when every zone agrees, and not before',
    async (version) => {
      const old =
        (ago: number) =>
        (world: World): void => {
          world.semaphore.version = version;
          world.semaphore.tasks = world.semaphore.tasks.filter(
            ({ scheduleId, createdAt }) => scheduleId !== 3 || now - createdAt > ago,
          );
        };
      expect(ids(await after(old(24 * hour)))).toEqual([]);
      expect(ids(await after(old(72 * hour)))).toEqual(['semaphore.schedule-missed/1/3']);
    },
  );

  test('that is to run once is missed when it left no run', async () => {
    const once =
      (ago: number) =>
      (world: World): void => {
        Object.assign(schedule(world, 3), { cron: '', runAt: now - ago });
      };
    expect(ids(await after(once(3 * hour)))).toEqual(['semaphore.schedule-missed/1/3']);
    expect(ids(await after(once(10 * minute)))).toEqual([]);
    expect(ids(await after(once(-hour)))).toEqual([]);
    expect(ids(await after(once(7 * hour + 46 * minute)))).toEqual([]);
  });

  test('in words that nobody understands is said to be unchecked', async () => {
    const row = await after((world) => {
      schedule(world, 3).cron = 'sometimes';
    });
    expect(row.gaps).toMatchObject([
      {
        what: 'schedule Nightly configurations of Homelab',
        why: expect.stringContaining('not understood'),
      },
    ]);
    const zone = await after(({ semaphore }) => {
      semaphore.timezone = 'Mars/Olympus';
    });
    expect(zone.gaps?.length).toBe(3);
  });

  test('is not told where nobody can say whether it was changed since', async () => {
    const world = createWorld({ now });
    semaphoreIncidents['job-schedule-missed'].apply(world);
    const homelab = await lab({ only: ['semaphore'], world });
    homelab.server('semaphore').inject({ status: 500 }, { path: /events\/last$/ });
    const { data } = await homelab.call('service_health', { service: 'semaphore' });
    const [row] = data.services;
    expect([row.findings, row.state]).toEqual([[], 'partial']);
    expect(row.gaps).toMatchObject([{ what: 'changes of schedules in Homelab' }]);
  });
});
