import { describe, expect, test } from 'vitest';
import { lab, type Lab } from '../../../test/harness.ts';
import { createWorld } from '../../demo/world/index.ts';
import type { Behaviour } from '../../core/service.ts';
import type { FakeSemaphore } from './fake/index.ts';
import { semaphore as service } from './index.ts';

const now = Date.UTC(2026, 10, 23, 9, 30);
async function start(
  env: Record<string, string | undefined> = {},
  turn: (fake: FakeSemaphore) => void = () => undefined,
): Promise<Lab & { semaphore: FakeSemaphore }> {
  const one = await lab({ only: ['semaphore'], world: createWorld({ now }), env });
  const semaphore = one.fake('semaphore') as FakeSemaphore;
  turn(semaphore);
  return { ...one, semaphore };
}
const healthOf = async (one: Lab) =>
  (await one.call('service_health', { service: 'semaphore' })).data.services[0];
const guest = ({ knobs }: FakeSemaphore): void => {
  for (const account of knobs.accounts) account.roles = { 1: 'guest' };
};

describe('refusals are told with the way out', () => {
  test('a token that is wrong', async () => {
    const one = await start({ SEMAPHORE_TOKEN: 'nonsense' });
    const { isError, text } = await one.call('semaphore_list_projects');
    expect(isError).toBe(true);
    expect(text).toMatch(/GET \/\w+: 401 .*The token was refused\. Make a new one/);
    expect(await healthOf(one)).toMatchObject({
      state: 'denied',
      problem: expect.stringContaining('401'),
    });
  });

  test('a guest may read, is warned before it runs something, and refused when it does', async () => {
    const one = await start({}, guest);
    const { text } = await one.call('semaphore_run_task', { template: 1 });
    expect(text).toContain(
      "Note: The token's user is guest in Homelab and may not run tasks: Semaphore will refuse (403).",
    );
    const refused = await one.call('semaphore_run_task', { template: 1, confirm: true });
    expect(refused.text).toMatch(
      /POST \/project\/1\/tasks: 403.*role Task Runner there.*PUT \/api\/project\/1\/users/,
    );
    expect(one.semaphore.effects).toEqual([]);
    expect((await one.call('semaphore_list_projects')).text).toMatch(/Homelab +guest +no/);
  });

  test('an administrator is no member and may all the same', async () => {
    const one = await start({}, ({ knobs }) => {
      for (const account of knobs.accounts) Object.assign(account, { admin: true, roles: {} });
    });
    expect((await one.call('semaphore_run_task', { project: 1, template: 1 })).text).not.toContain(
      'may not run',
    );
    expect((await one.call('semaphore_list_projects')).text).toMatch(/Homelab +administrator +yes/);
  });

  test('a project without the user is not there', async () => {
    const one = await start({}, guest);
    expect((await one.call('semaphore_list_tasks', { project: 2 })).text).toMatch(
      /No project "2".*There are: 1 \(Homelab\)/,
    );
  });

  test('a user without any project knows nothing, and health says that', async () => {
    const one = await start({}, ({ knobs }) => {
      for (const account of knobs.accounts) account.roles = {};
    });
    expect((await one.call('semaphore_run_task', { template: 1 })).text).toContain(
      "The token's user is in no project",
    );
    const answer = await one.call('service_health', { service: 'semaphore' });
    expect(answer.data.overall).toBe('unknown');
    expect(answer.text).toContain(
      "NOT CHECKED Semaphore: any project (the token's user is in no project's team",
    );
  });

  test('a web page instead of the API is a wrong URL', async () => {
    const one = await start();
    const wrong = await start({ SEMAPHORE_URL: `${one.env['SEMAPHORE_URL']}/ui` });
    expect((await wrong.call('semaphore_list_projects')).text).toMatch(
      /the answer is not JSON \(text\/html.*Is the URL that of the API itself/,
    );
  });

  test.each(['/', '/api', '/api/'])('%j at the end of the URL does not matter', async (end) => {
    const one = await start();
    const same = await start({ SEMAPHORE_URL: `${one.env['SEMAPHORE_URL']}${end}` });
    expect((await same.call('semaphore_list_projects')).data.total).toBe(2);
  });
});

describe('a start that fails', () => {
  test('is not repeated, and a task it left behind is named', async () => {
    const one = await start();
    one.world.semaphore.environments = [];
    const { isError, text } = await one.call('semaphore_run_task', {
      project: 1,
      template: 6,
      variables: ['hostname=x'],
      confirm: true,
    });
    expect([isError, one.writes('semaphore').length]).toEqual([true, 1]);
    expect(text).toMatch(
      /POST \/project\/1\/tasks: 500.*Task 126 was created and failed at once: semaphore_task_output \{"project":"1","task":126\}.*Do not repeat it blindly/,
    );
  });

  test('and left nothing says that too', async () => {
    const one = await start();
    one.server('semaphore').inject({ status: 500 }, { path: /tasks$/ });
    const { text } = await one.call('semaphore_run_task', {
      project: 1,
      template: 1,
      confirm: true,
    });
    expect(text).toMatch(/500.*No task was left behind\./);
  });

  test('whose answer is lost is unknown, never repeated', async () => {
    const one = await start();
    one.server('semaphore').inject('truncate', { path: /tasks$/ });
    const { text, isError } = await one.call('semaphore_run_task', {
      project: 1,
      template: 1,
      confirm: true,
    });
    expect([isError, one.writes('semaphore').length, one.semaphore.effects.length]).toEqual([
      true,
      1,
      1,
    ]);
    expect(text).toMatch(
      /Whether this was done is unknown: run template 1.*semaphore_list_tasks \{"project":"1","template":"1"\} shows whether it was started/,
    );
  });
});

describe('health', () => {
  test('a server that is gone is unreachable', async () => {
    const one = await start();
    one.world.guest('semaphore').status = 'stopped';
    expect(await healthOf(one)).toMatchObject({ state: 'unreachable', findings: [] });
  });

  test('what could not be read is named, the rest is told', async () => {
    const one = await start();
    one.server('semaphore').inject({ status: 500 }, { path: /project\/1\/schedules/ });
    one.server('semaphore').inject({ status: 500 }, { path: /project\/2\/templates/ });
    const row = await healthOf(one);
    expect(row.gaps.map(({ what }: { what: string }) => what).sort()).toEqual([
      'project Dev boxes',
      'schedules of Homelab',
    ]);
    expect(row.facts).toMatchObject({ projects: 1, templates: 8 });
  });

  test('an answer of another shape is no zero', async () => {
    const one = await start();
    one.server('semaphore').inject('wrong-shape', { path: /tasks\/last/ });
    const row = await healthOf(one);
    expect(row.gaps[0].why).toMatch(/GET \/project\/1\/tasks\/last: 0: Invalid input/);
  });
});

describe('doctor', () => {
  async function diagnosis(one: Lab) {
    const configured = one.house.services.find(({ service: { id } }) => id === 'semaphore');
    const { doctor } = (await service.load()) as Behaviour;
    return doctor({
      signal: new AbortController().signal,
      progress: () => undefined,
      now: () => now,
      instances: configured?.instances ?? new Map(),
      failed: () => undefined,
    });
  }

  test('says what the token may, where, and how to give it the rest', async () => {
    expect(
      (await diagnosis(await start())).rights.map(({ what, granted }) => [what, granted]),
    ).toEqual([
      ['read Homelab, Dev boxes', true],
      ['run tasks in Homelab (role task_runner)', true],
      ['run tasks in Dev boxes (role task_runner)', true],
    ]);
    expect((await diagnosis(await start({}, guest))).rights[1]).toEqual({
      what: 'run tasks in Homelab (role guest)',
      granted: false,
      fix: 'In project Homelab, Team: role Task Runner. Not needed for reading',
      writes: true,
    });
  });

  test('does not like an administrator', async () => {
    const { rights } = await diagnosis(
      await start({}, ({ knobs }) => {
        for (const account of knobs.accounts) account.admin = true;
      }),
    );
    expect(rights.at(-1)?.fix).toMatch(/is an administrator and may do everything/);
  });
});

test.each([
  [{ SEMAPHORE_TOKEN: undefined }, 'SEMAPHORE_TOKEN is missing'],
  [{ SEMAPHORE_URL: 'semaphore:3000' }, 'SEMAPHORE_URL'],
  [{ SEMAPHORE_URL: 'http://me:pw@semaphore' }, 'must not hold credentials'],
])('%j is configured wrongly, said loudly', async (env, problem) => {
  const row = await healthOf(await start(env));
  expect(row).toMatchObject({ state: 'invalid_config', problem: expect.stringContaining(problem) });
});
