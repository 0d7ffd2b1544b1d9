import { onTestFinished, describe, expect, test } from 'vitest';
import { createWorld } from '../../demo/world/index.ts';
import { addTask } from '../../demo/world/semaphore-runs.ts';
import { fakeSemaphore, type FakeSemaphore, type Knobs } from './fake/index.ts';
import apiDocs from './fixtures/api-docs-2.18.2.json' with { type: 'json' };
import recorded from './fixtures/recorded-2.9.json' with { type: 'json' };
import { listOf, Task, Template } from './schema/index.ts';

const now = Date.UTC(2026, 10, 23, 9, 30);
interface Heard {
  status: number;
  type: string;
  body: string;
}
// oxlint-disable-next-line no-explicit-any -- answers of every shape
type Json = any;

async function start(
  knobs: Partial<Knobs> = {},
  world = createWorld({ now }),
): Promise<
  FakeSemaphore & {
    ask(path: string, init?: RequestInit): Promise<Heard>;
    get(path: string): Promise<Json>;
    run(body: object | string): Promise<Heard>;
  }
> {
  const fake = await fakeSemaphore(world, knobs);
  onTestFinished(() => fake.close());
  const ask = async (path: string, init: RequestInit = {}): Promise<Heard> => {
    const answer = await fetch(fake.url + path, {
      ...init,
      headers: { authorization: `Bearer ${fake.env.SEMAPHORE_TOKEN}`, ...init.headers },
    });
    return {
      status: answer.status,
      type: answer.headers.get('content-type') ?? '',
      body: await answer.text(),
    };
  };
  return Object.assign(fake, {
    ask,
    get: async (path: string) => JSON.parse((await ask(`/api/${path}`)).body),
    run: (body: object | string) =>
      ask('/api/project/1/tasks', {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  });
}

describe('what it answers when it refuses', () => {
  const refusals: [
    what: string,
    path: string,
    status: number,
    body: string,
    headers?: Record<string, string>,
  ][] = [
    ['no token', '/api/projects', 401, '', { authorization: '' }],
    ['a wrong token', '/api/projects', 401, '', { authorization: 'Bearer nope' }],
    ['an unknown project', '/api/project/9/tasks', 404, ''],
    ['an unknown template', '/api/project/1/templates/99', 404, ''],
    ['an unknown task', '/api/project/1/tasks/999', 400, ''],
    ['a task of another project', '/api/project/2/tasks/125', 400, ''],
    ['an unknown API path', '/api/nope', 404, 'Not Found\n'],
  ];
  test.each(refusals)('%s', async (_what, path, status, body, headers = {}) => {
    expect(await (await start()).ask(path, { headers })).toMatchObject({ status, body });
  });

  test('everything outside the API is the web page, and ping needs nobody', async () => {
    const { ask } = await start();
    expect(await ask('/project/1')).toMatchObject({
      status: 200,
      type: expect.stringContaining('text/html'),
    });
    expect(await ask('/api/ping', { headers: { authorization: '' } })).toMatchObject({
      status: 200,
      body: 'pong',
    });
  });

  test('a token in capitals is the same token', async () => {
    const { ask, env } = await start();
    expect(
      (
        await ask('/api/user', {
          headers: { authorization: `BEARER ${env.SEMAPHORE_TOKEN.toUpperCase()}` },
        })
      ).status,
    ).toBe(200);
  });
});

describe('starting a task', () => {
  test.each([
    ['no JSON', 'nope', 400],
    ['an object as environment', { template_id: 1, environment: {} }, 400],
    ['an unknown template', { template_id: 99 }, 404],
    ['params of a wrong type', { template_id: 1, params: { limit: 'dns1' } }, 500],
    ['an environment that is no JSON', { template_id: 1, environment: 'x=1' }, 500],
  ])('%s', async (_what, body, status) => {
    expect(await (await start()).run(body)).toMatchObject({ status, body: '' });
  });

  test('an environment that is no JSON leaves a failed task behind', async () => {
    const fake = await start();
    await fake.run({ template_id: 1, environment: 'x=1' });
    expect((await fake.get('project/1/tasks/last?limit=1'))[0]).toMatchObject({
      id: 126,
      status: 'error',
    });
  });

  test('from 2.11 on top-level flags are dropped without a word: a dry run is a real one', async () => {
    for (const [version, changed] of [
      ['2.17.12', true],
      ['v2.10.32', false],
    ] as const) {
      const fake = await start({ version });
      expect((await fake.run({ template_id: 1, dry_run: true })).status).toBe(201);
      expect(fake.effects[0]?.changed).toBe(changed);
    }
  });

  test('what the template does not allow is dropped, an unknown inventory falls back, and an empty list clears a limit', async () => {
    const fake = await start();
    await fake.run({ template_id: 2, params: { limit: ['dns1'], tags: ['x'] }, inventory_id: 2 });
    await fake.run({ template_id: 6, inventory_id: 99 });
    await fake.run({ template_id: 1, limit: 'dns1, dns2' });
    await fake.run({ template_id: 1, params: { limit: [] } });
    expect(
      fake.effects.map(({ hosts, tags, inventory }) => [hosts.length, tags, inventory]),
    ).toEqual([
      [15, [], 1],
      [1, [], 3],
      [2, [], 1],
      [36, [], 1],
    ]);
  });

  test("the answer carries nanoseconds, and the server's zone up to 2.10", async () => {
    expect(JSON.parse((await (await start()).run({ template_id: 1 })).body)).toMatchObject({
      status: 'waiting',
      created: '2026-11-23T09:30:00.000584995Z',
    });
    expect(
      JSON.parse((await (await start({ version: 'v2.10.32' })).run({ template_id: 1 })).body)
        .created,
    ).toBe('2026-11-23T11:30:00.000584995+02:00');
  });

  test('a guest may not', async () => {
    const fake = await start();
    for (const account of fake.knobs.accounts) account.roles = { 1: 'guest' };
    expect(await fake.run({ template_id: 1 })).toMatchObject({ status: 403, body: '' });
  });
});

describe('lists', () => {
  test.each([
    ['', 200],
    ['?limit=5', 5],
    ['?limit=0', 200],
    ['?limit=201', 200],
    ['?limit=x', 200],
  ])('tasks/last%s has %i, the newest first', async (query, most) => {
    const world = createWorld({ now });
    for (let n = 0; n < 300; n++)
      addTask(world.semaphore.tasks, { templateId: 1, projectId: 1, createdAt: now - n });
    const ids = (await (await start({}, world)).get(`project/1/tasks/last${query}`)).map(
      ({ id }: { id: number }) => id,
    );
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([most, 425, 426 - most]);
  });

  test('an empty list is null, except for the tasks of a project', async () => {
    const fake = await start();
    expect([
      await fake.get('project/2/environment'),
      await fake.get('project/1/templates/6/tasks'),
      await fake.get('project/2/events/last'),
    ]).toEqual([null, null, null]);
  });

  test('raw output has no colours, exists since 2.14, and the list of lines has them', async () => {
    const fake = await start();
    expect((await fake.ask('/api/project/1/tasks/125/raw_output')).body).toContain(
      '\nok: [dns1]\n',
    );
    expect((await fake.get('project/1/tasks/125/output'))[9].output).toBe(
      '\u001b[0;32mok: [dns1]\u001b[0m',
    );
    expect(
      (await (await start({ version: 'v2.13.9' })).ask('/api/project/1/tasks/125/raw_output'))
        .status,
    ).toBe(404);
  });
});

describe('the shapes', () => {
  const kindOf = (value: unknown): string =>
    Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;
  const wrong = (row: Record<string, unknown>, definition: keyof typeof apiDocs): string[] => {
    const types = apiDocs[definition] as unknown as Record<string, string>;
    return Object.entries(row)
      .filter(
        ([field, value]) =>
          value !== null && types[field] !== undefined && types[field] !== kindOf(value),
      )
      .map(([field, value]) => `${definition}.${field} is ${kindOf(value)}, not ${types[field]}`);
  };

  test('fit the API description of 2.18.2', async () => {
    const { get } = await start({ version: '2.18.2' });
    const rows: [string, keyof typeof apiDocs][] = [
      ['projects', 'Project'],
      ['project/1/templates', 'Template'],
      ['project/1/tasks', 'Task'],
      ['project/1/inventory', 'Inventory'],
      ['project/1/environment', 'Environment'],
      ['project/1/schedules', 'Schedule'],
      ['project/1/events/last', 'Event'],
    ];
    for (const [path, definition] of rows)
      for (const row of await get(path)) expect(wrong(row, definition)).toEqual([]);
    expect(wrong(await get('info'), 'InfoType')).toEqual([]);
    const {
      survey_vars: [question],
    } = await get('project/1/templates/6');
    expect(wrong(question, 'TemplateSurveyVar')).toEqual([]);
  });

  test('of 2.9 are those that were recorded: the same fields, null where null was', async () => {
    const { get } = await start({ version: 'v2.9.64' });
    const rows: Json[] = await get('project/1/templates');
    const [task] = await get('project/1/tasks');
    for (const row of rows)
      expect(Object.keys(row)).toEqual(
        expect.arrayContaining(Object.keys(recorded.templates[0] ?? {})),
      );
    expect(Object.keys(rows[1]?.last_task)).toEqual(
      expect.arrayContaining(Object.keys(recorded.templates[1]?.last_task ?? {})),
    );
    expect(Object.keys(task)).toEqual(expect.arrayContaining(Object.keys(recorded.finished)));
  });

  test('since 2.11 have nothing empty in them', async () => {
    const { get } = await start();
    for (const row of await get('project/1/templates'))
      expect(
        Object.entries(row).filter(
          ([field, value]) =>
            field !== 'permissions' && (value === null || value === false || value === ''),
        ),
      ).toEqual([]);
  });

  test('that were recorded are understood', () => {
    const [first, second] = listOf(Template).parse(recorded.templates);
    expect(first).toMatchObject({
      id: 49,
      app: '',
      inventoryId: 1,
      environmentIds: [1],
      lastTask: undefined,
      allows: { arguments: true, limit: false },
    });
    expect(second).toMatchObject({
      arguments: '--tags=deploy_app',
      lastTask: {
        id: 5199,
        status: 'success',
        user: 'Operator',
        template: '03 update beta app from git',
        endedAt: Date.UTC(2025, 11, 4, 7, 59, 45),
      },
    });
    expect(Task.parse(recorded.started)).toMatchObject({
      status: 'waiting',
      createdAt: Date.UTC(2025, 11, 4, 9, 38, 43, 290),
      startedAt: undefined,
      dryRun: false,
      limit: [],
    });
    expect(Task.parse(recorded.finished)).toMatchObject({
      endedAt: Date.UTC(2024, 2, 25, 13, 16, 18),
    });
  });
});
