import { describe, expect, test } from 'vitest';
import { lab, type Lab } from '../../../test/harness.ts';
import type { Incident } from '../../demo/incidents/index.ts';
import { semaphoreIncidents } from '../../demo/incidents/semaphore.ts';
import { day, hour, minute } from '../../demo/world/clock.ts';
import { createWorld, type World } from '../../demo/world/index.ts';
import { addTask, pastTask } from '../../demo/world/semaphore-runs.ts';
import type { Finding } from '../../core/health.ts';
import type { FakeSemaphore } from './fake/index.ts';

const now = Date.UTC(2026, 10, 23, 9, 30);
interface Row {
  state: string;
  findings: Finding[];
  facts: Record<string, unknown>;
  gaps?: { what: string; why: string }[];
  problem?: string;
  headline?: string;
}

async function rowOf(one: Lab): Promise<Row> {
  return (await one.call('service_health', { service: 'semaphore' })).data.services[0] as Row;
}
async function after(
  turn: (world: World) => void,
  { env = {}, at = now }: { env?: Record<string, string>; at?: number } = {},
): Promise<Row> {
  const world = createWorld({ now: at });
  turn(world);
  return rowOf(await lab({ only: ['semaphore'], world, env }));
}
const ids = ({ findings }: Row): string[] =>
  findings.map(({ id, severity }) => `${severity} ${id}`);
const template = (world: World, id: number) =>
  world.semaphore.templates.find((one) => one.id === id) ??
  (() => {
    throw new Error(`no template ${id}`);
  })();
const run = (world: World, id: number, ago: number, more: Parameters<typeof pastTask>[5] = {}) =>
  pastTask(world, world.semaphore.tasks, template(world, id), world.now() - ago, 30, {
    userId: 2,
    ...more,
  });
const failed = { host: 'dns2', message: 'no' };

describe('the healthy homelab', () => {
  test.each([0, 1, 2, 3, 4, 6, 13, 23])('has no findings at %i:20', async (hours) => {
    for (const weekday of [22, 23]) {
      const row = await after(() => undefined, { at: Date.UTC(2026, 10, weekday, hours, 20) });
      expect([row.state, ids(row), row.gaps ?? []]).toEqual(['ok', [], []]);
    }
  });

  test('is told in facts', async () => {
    const row = await after(() => undefined);
    expect(row.headline).toBe('9 job templates, none failing');
    expect(row.facts).toEqual({
      projects: 2,
      templates: 9,
      'never run': 1,
      running: 0,
      waiting: 0,
      'active schedules': 4,
    });
  });

  test('costs three requests a project and two more', async () => {
    const one = await lab({ only: ['semaphore'], world: createWorld({ now }) });
    await rowOf(one);
    const asked = [1, 2].flatMap((project) => [
      `/api/project/${project}/schedules`,
      `/api/project/${project}/tasks/last`,
      `/api/project/${project}/templates`,
    ]);
    expect(
      one
        .requests('semaphore')
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['/api/info', ...asked, '/api/projects'].sort());
  });

  test.each(['v2.9.64', 'v2.10.32', 'v2.11.0', 'development', '2.18.2'])(
    'is as healthy on %s',
    async (version) => {
      const row = await after(({ semaphore }) => {
        semaphore.version = version;
      });
      expect([ids(row), row.gaps ?? []]).toEqual([[], []]);
    },
  );
});

test('a homelab that goes on for a week keeps running its schedules', async () => {
  const world = createWorld({ now });
  const one = await lab({ only: ['semaphore'], world });
  for (let n = 0; n < 7; n++) {
    world.advance(day);
    expect(ids(await rowOf(one))).toEqual([]);
  }
});

describe('a server that is slow to tell its version', () => {
  test('is healthy all the same: only version and zone are not told', async () => {
    const homelab = await lab({ only: ['semaphore'], world: createWorld({ now }) });
    homelab.server('semaphore').inject('hang', { path: /info$/ });
    const row = await rowOf(homelab);
    expect([row.headline, ids(row)]).toEqual(['9 job templates, none failing', []]);
    expect(row.gaps).toEqual([
      { what: 'version and time zone', why: expect.stringContaining('ansible --version') },
    ]);
  });

  test('is asked once in a while, not at every call', async () => {
    const homelab = await lab({ only: ['semaphore'], world: createWorld({ now }) });
    const asked = (): number =>
      homelab.requests('semaphore').filter(({ path }) => path === '/api/info').length;
    await homelab.call('semaphore_run_task', { template: 1 });
    await homelab.call('semaphore_run_task', { template: 1 });
    await rowOf(homelab);
    expect(asked()).toBe(1);
    homelab.world.advance(11 * minute);
    await rowOf(homelab);
    expect(asked()).toBe(2);
  });
});

describe('incidents', () => {
  test.each(Object.entries<Incident>(semaphoreIncidents))(
    '%s',
    async (_name, { apply, expect: expected }) => {
      const row = await after(apply);
      expect(
        row.findings.filter(({ severity }) => severity !== 'info').map(({ id }) => id),
      ).toEqual(
        expected === undefined ? [] : [expect.stringMatching(new RegExp(`^${expected}(/|$)`))],
      );
    },
  );
});

describe('a failed template', () => {
  test('is a warning with the task to look at, and says since how many runs', async () => {
    const row = await after((world) => {
      run(world, 1, 3 * hour, { failed });
      run(world, 1, 2 * hour, { failed, params: { limit: ['dns'] } });
    });
    expect(row.findings).toMatchObject([
      {
        id: 'semaphore.template-failed/1/1',
        severity: 'warning',
        message:
          'Patch guests: the last 2 runs failed, most recently 1 h 59 min ago, limited to dns; it is scheduled',
        next: { tool: 'semaphore_task_output', arguments: { project: '1', task: 127 } },
      },
    ]);
  });

  test('is as old as its runs, not as their ids: BoltDB counts those down', async () => {
    const world = createWorld({ now });
    run(world, 1, 3 * hour, { failed });
    run(world, 1, 2 * hour, { failed });
    Object.assign(run(world, 1, minute), { status: 'running', endedAt: null, endsAt: null });
    const homelab = await lab({ only: ['semaphore'], world });
    Object.assign((homelab.fake('semaphore') as FakeSemaphore).knobs, { database: 'bolt' });
    const [finding] = (await rowOf(homelab)).findings;
    expect(finding?.message).toMatch(
      /^Patch guests: the last 2 runs failed, most recently 1 h 59 min ago.*; task 2147483519 runs now$/,
    );
    const { data } = await homelab.call('semaphore_list_tasks', { limit: 3 });
    expect(data.tasks.map(({ id }: { id: number }) => 2_147_483_647 - id)).toEqual([128, 127, 126]);
  });

  test('is cleared by a later success, not by one that was stopped or dry', async () => {
    const cleared = await after((world) => {
      run(world, 1, 3 * hour, { failed });
      run(world, 1, 2 * hour);
    });
    expect(ids(cleared)).toEqual([]);
    for (const more of [{ status: 'stopped' }, { dryRun: true, params: { dry_run: true } }]) {
      const row = await after((world) => {
        run(world, 1, 3 * hour, { failed });
        run(world, 1, 2 * hour, more);
      });
      expect(ids(row)).toEqual(['warning semaphore.template-failed/1/1']);
    }
  });

  test('on 2.10 a failed dry run is none either', async () => {
    const row = await after((world) => {
      world.semaphore.version = 'v2.10.32';
      run(world, 1, hour, { failed, dryRun: true });
    });
    expect(ids(row)).toEqual([]);
  });

  test('that no schedule starts is only information after a week', async () => {
    const old = (world: World): void => {
      world.semaphore.tasks = world.semaphore.tasks.filter(({ templateId }) => templateId !== 9);
      run(world, 9, 8 * day, { failed });
    };
    expect(ids(await after(old))).toEqual(['info semaphore.template-failed/2/9']);
    expect(ids(await after(old, { env: { SEMAPHORE_FAILED_DAYS: '14' } }))).toEqual([
      'warning semaphore.template-failed/2/9',
    ]);
  });

  test('that a schedule starts stays a warning, however rare the schedule', async () => {
    const row = await after((world) => {
      world.semaphore.tasks = world.semaphore.tasks.filter(({ templateId }) => templateId !== 1);
      run(world, 1, 12 * day, { failed, scheduleId: 1, userId: null });
      Object.assign(world.semaphore.schedules[0] ?? {}, { cron: '0 9 11 * *' });
    });
    expect(ids(row)).toEqual(['warning semaphore.template-failed/1/1']);
  });

  test('is found behind more than 200 newer runs that say nothing', async () => {
    const row = await after((world) => {
      run(world, 9, 2 * day, { failed });
      for (let n = 0; n < 210; n++) run(world, 9, day - n * minute, { status: 'stopped' });
    });
    expect(ids(row)).toEqual(['warning semaphore.template-failed/2/9']);
  });

  test('while a new run is going is still one, and says so', async () => {
    const row = await after((world) => {
      run(world, 1, 3 * hour, { failed });
      Object.assign(run(world, 1, minute), { status: 'running', endedAt: null, endsAt: null });
    });
    expect(row.findings[0]?.message).toContain('task 127 runs now');
  });
});

describe('tasks that do not move', () => {
  const waiting =
    (ago: number) =>
    (world: World): void =>
      void addTask(world.semaphore.tasks, {
        templateId: 4,
        projectId: 1,
        createdAt: now - ago,
        userId: 2,
      });

  test('waiting long with nothing before it is a warning, waiting shortly is not', async () => {
    const row = await after(waiting(16 * minute));
    expect(row.findings).toMatchObject([
      {
        id: 'semaphore.task-waiting/1/126',
        severity: 'warning',
        next: { tool: 'semaphore_task_status' },
      },
    ]);
    expect(row.facts['waiting']).toBe(1);
    expect(ids(await after(waiting(14 * minute)))).toEqual([]);
    expect(
      ids(await after(waiting(16 * minute), { env: { SEMAPHORE_WAITING_MINUTES: '30' } })),
    ).toEqual([]);
  });

  test('waiting for the same template, or for a full project, is waiting for its turn', async () => {
    const behind =
      (id: number, more: object = {}) =>
      (world: World): void => {
        Object.assign(run(world, id, hour), { status: 'running', endedAt: null, endsAt: null });
        addTask(world.semaphore.tasks, {
          templateId: 9,
          projectId: 2,
          createdAt: now - 50 * minute,
        });
        Object.assign(template(world, 9), more);
      };
    expect(ids(await after(behind(9)))).toEqual([]);
    // Another project's run is nobody's turn; and one template may run beside itself only in a project that lets it.
    expect(ids(await after(behind(1)))).toEqual(['warning semaphore.task-waiting/2/127']);
    expect(ids(await after(behind(9, { parallel: true })))).toEqual([]);
  });

  test('running for too long is a warning with its usual length, running for long is not', async () => {
    const going =
      (hours: number) =>
      (world: World): void => {
        Object.assign(run(world, 1, hours * hour), {
          status: 'running',
          endedAt: null,
          endsAt: null,
        });
      };
    const row = await after(going(13));
    expect(row.findings).toMatchObject([
      {
        id: 'semaphore.task-hung/1/126',
        severity: 'warning',
        evidence: expect.stringContaining('longest good run took 23 min 40 s'),
      },
    ]);
    expect(ids(await after(going(11)))).toEqual([]);
  });

  test('waiting for a person is information, and a warning once it takes longer than a run may', async () => {
    const plan =
      (ago: number) =>
      (world: World): void =>
        void Object.assign(run(world, 5, ago), { status: 'waiting_confirmation', endedAt: null });
    const row = await after(plan(11 * hour));
    expect([ids(row), row.state]).toEqual([['info semaphore.task-unconfirmed/1/126'], 'ok']);
    expect(ids(await after(plan(26 * hour)))).toEqual(['warning semaphore.task-unconfirmed/1/126']);
    const behind = await after((world) => {
      plan(26 * hour)(world);
      for (const ago of [2 * hour, hour])
        addTask(world.semaphore.tasks, { templateId: 5, projectId: 1, createdAt: now - ago });
    });
    expect(ids(behind)).toEqual(['warning semaphore.task-unconfirmed/1/126']);
    expect(behind.findings[0]?.message).toContain('; 2 later runs of its template wait for it');
  });
});

test('two servers keep their findings apart, and a silent one is said', async () => {
  const world = createWorld({ now });
  run(world, 1, hour, { failed });
  const first = await lab({ only: ['semaphore'], world });
  const env = {
    SEMAPHORE_URL: undefined,
    SEMAPHORE_TOKEN: undefined,
    SEMAPHORE_A_URL: first.env['SEMAPHORE_URL'],
    SEMAPHORE_A_TOKEN: first.env['SEMAPHORE_TOKEN'],
    SEMAPHORE_B_URL: 'http://127.0.0.1:9',
    SEMAPHORE_B_TOKEN: 'x',
  };
  const both = await lab({ only: ['semaphore'], world, env });
  const row = await rowOf(both);
  expect(ids(row).sort()).toEqual([
    'warning semaphore.instance-down/b',
    'warning semaphore.template-failed/a/1/1',
  ]);
  expect(
    row.findings.find(({ id }) => id.includes('template-failed'))?.next?.arguments,
  ).toMatchObject({ instance: 'a' });
  expect((await both.call('semaphore_task_status', { project: 1, task: 101 })).text).toContain(
    'Which instance?',
  );
  const listed = await both.call('semaphore_list_projects');
  expect(listed.text).toMatch(/^2 projects\.\ninstance +id/);
  expect(listed.text).toContain('PARTIAL: Semaphore b did not answer');
});
