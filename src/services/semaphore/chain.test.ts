import { describe, expect, test } from 'vitest';
import { lab, type Answer, type Lab } from '../../../test/harness.ts';
import { createWorld } from '../../demo/world/index.ts';
import type { JobTemplate } from '../../demo/world/semaphore.ts';
import type { FakeSemaphore, Knobs } from './fake/index.ts';

const now = Date.UTC(2026, 10, 23, 9, 30);
const build = 7;
const deploy = 8;

interface Started extends Lab {
  semaphore: FakeSemaphore;
  template(id: number): JobTemplate;
  run(args: object): Promise<Answer>;
  sent(): number;
}

async function start(
  knobs: Partial<Knobs> = {},
  env: Record<string, string> = {},
): Promise<Started> {
  const world = createWorld({ now });
  const homelab = await lab({ only: ['semaphore'], world, env });
  const semaphore = homelab.fake('semaphore') as FakeSemaphore;
  Object.assign(semaphore.knobs, knobs);
  const template = (id: number): JobTemplate => {
    const match = world.semaphore.templates.find((row) => row.id === id);
    if (!match) throw new Error(`no template ${id}`);
    return match;
  };
  return {
    ...homelab,
    semaphore,
    template,
    run: (args) => homelab.call('semaphore_run_task', { project: 1, template: build, ...args }),
    sent: () => homelab.writes('semaphore').length,
  };
}

const everyDatabase: Partial<Knobs>[] = [
  { database: 'sql' },
  { database: 'bolt' },
  { database: 'sql', version: 'v2.10.32' },
  { database: 'bolt', version: 'v2.10.32' },
];

describe('what starts by itself after a run, though lists on SQL databases do not tell it', () => {
  test.each(everyDatabase)('makes a dry run impossible (%j)', async (knobs) => {
    const homelab = await start(knobs);
    const { isError, text } = await homelab.run({ dry_run: true, confirm: true });
    expect([isError, homelab.sent()]).toEqual([true, 0]);
    expect(text).toContain('Semaphore starts template 8 (Deploy wiki) for real (autorun)');
    const { data } = await homelab.call('semaphore_list_templates', { project: 1 });
    const row = data.templates.find(({ id }: { id: number }) => id === build);
    expect([row.dryRun, row.starts]).toEqual([
      expect.stringContaining('Deploy wiki'),
      ['8 (Deploy wiki)'],
    ]);
  });

  test.each(everyDatabase)('stands in the summary with its hosts (%j)', async (knobs) => {
    const homelab = await start(knobs);
    const { data, text } = await homelab.run({});
    expect(data.summary).toMatch(
      /^run template 7 \(Build wiki\).*, then template 8 \(Deploy wiki\) on inventory Everything, /,
    );
    expect(text).toContain(
      'When it ends well, Semaphore starts template 8 (Deploy wiki) as well (autorun).',
    );
  });

  test('is followed to the end, and in a circle once', async () => {
    const homelab = await start();
    Object.assign(homelab.template(3), { type: 'deploy', buildTemplateId: deploy, autorun: true });
    Object.assign(homelab.template(build), { buildTemplateId: 3, autorun: true });
    expect((await homelab.run({})).data.summary).toMatch(
      /, then template 8 .*, then template 3 \(Deploy Caddy\) on inventory Proxies, all its hosts$/,
    );
  });

  test('is refused as a dry run when it cannot be read, and said to be unknown otherwise', async () => {
    const homelab = await start();
    homelab.server('semaphore').inject({ status: 500 }, { path: /templates\/8$/ });
    const dry = await homelab.run({ dry_run: true, confirm: true });
    expect([dry.isError, homelab.sent()]).toEqual([true, 0]);
    expect(dry.text).toContain(
      'whether Semaphore starts template 8 (Deploy wiki) for real after it could not be read',
    );
    expect((await homelab.run({})).text).toContain(
      'Whether Semaphore starts template 8 (Deploy wiki) after it could not be read.',
    );
    const { data } = await homelab.call('semaphore_list_templates', { project: 1 });
    expect(data.templates.find(({ id }: { id: number }) => id === build).starts).toEqual([
      '8 (Deploy wiki)?',
    ]);
  });

  test('a deploy template that a person starts changes nothing about the build', async () => {
    const homelab = await start();
    homelab.template(deploy).autorun = false;
    const { data, isError } = await homelab.run({ dry_run: true, confirm: true });
    expect([isError, data.outcome, homelab.semaphore.effects.length]).toEqual([false, 'done', 1]);
  });

  test.each(['template:8', 'template:Deploy wiki', 'inventory:Everything', 'name:wiki'])(
    'is protected by %s, from the run that starts it too',
    async (rule) => {
      const homelab = await start({}, { LARES_PROTECT: rule });
      const { isError } = await homelab.run({ confirm: true });
      expect([isError, homelab.sent()]).toEqual([true, 0]);
    },
  );

  test('is protected by the address of a host that it reaches', async () => {
    const address = (homelab: Started): string => homelab.world.guest('wiki').ip ?? '';
    const plain = await start();
    const guarded = await start({}, { LARES_PROTECT: `ip:${address(plain)}` });
    expect((await guarded.run({ confirm: true })).isError).toBe(true);
    expect(guarded.sent()).toBe(0);
    const other = await start({}, { LARES_PROTECT: 'ip:10.0.50.1' });
    expect((await other.run({ confirm: true })).data.outcome).toBe('done');
  });

  test('is protected even where nobody can tell whether it starts', async () => {
    const homelab = await start({}, { LARES_PROTECT: 'template:8' });
    homelab.server('semaphore').inject({ status: 500 }, { path: /templates\/8$/ });
    expect((await homelab.run({ confirm: true })).isError).toBe(true);
    expect(homelab.sent()).toBe(0);
  });

  test('a rule about what it does not reach lets it run', async () => {
    const homelab = await start({}, { LARES_PROTECT: 'template:3,name:pbs' });
    expect((await homelab.run({ confirm: true })).data.outcome).toBe('done');
  });

  test.each([
    [
      'its hosts change',
      ({ world }: Started) => {
        for (const inventory of world.semaphore.inventories) inventory.content += '\n[wiki]\nwiki2';
      },
    ],
    [
      'it is pointed at another inventory',
      ({ template }: Started) => {
        template(deploy).inventoryId = 2;
      },
    ],
    [
      'it no longer starts',
      ({ template }: Started) => {
        template(deploy).autorun = false;
      },
    ],
  ])('a code is no longer good when %s', async (_what, change) => {
    const homelab = await start({}, { LARES_WRITES: 'sealed' });
    const { data } = await homelab.run({});
    change(homelab);
    expect((await homelab.run({ confirm: data.code })).isError).toBe(true);
    expect(homelab.sent()).toBe(0);
  });
});

test('a code is no longer good when a host of the inventory leads to another machine', async () => {
  const homelab = await start({}, { LARES_WRITES: 'sealed' });
  const args = { template: 1, limit: ['dns'] };
  const { data } = await homelab.run(args);
  for (const inventory of homelab.world.semaphore.inventories)
    inventory.content = inventory.content.replaceAll(
      /^dns1 ansible_host=\S+/gm,
      'dns1 ansible_host=10.9.9.9',
    );
  expect((await homelab.run({ ...args, confirm: data.code })).isError).toBe(true);
  expect(homelab.sent()).toBe(0);
});

test('a code stays good when only a password of the inventory is another one', async () => {
  const homelab = await start({}, { LARES_WRITES: 'sealed' });
  const args = { template: 1, limit: ['dns'] };
  const { data } = await homelab.run(args);
  for (const inventory of homelab.world.semaphore.inventories)
    inventory.content = inventory.content.replaceAll('Brittle-Teapot-7', 'Sturdy-Kettle-8');
  expect((await homelab.run({ ...args, confirm: data.code })).data.outcome).toBe('done');
});

test('a host that the inventory calls by its whole name is protected by the short one', async () => {
  const homelab = await start({}, { LARES_PROTECT: 'name:pbs' });
  for (const inventory of homelab.world.semaphore.inventories)
    inventory.content = inventory.content.replaceAll(/^pbs /gm, 'pbs.lab.example.net ');
  expect((await homelab.run({ template: 1, confirm: true })).isError).toBe(true);
  expect(homelab.sent()).toBe(0);
});

test('of several servers the preview says which', async () => {
  const one = await start();
  const homelab = await lab({
    only: [],
    env: {
      SEMAPHORE_A_URL: one.env['SEMAPHORE_URL'],
      SEMAPHORE_A_TOKEN: one.env['SEMAPHORE_TOKEN'],
      SEMAPHORE_B_URL: 'http://127.0.0.1:9',
      SEMAPHORE_B_TOKEN: 'x',
    },
  });
  const { data } = await homelab.call('semaphore_run_task', { template: 3, instance: 'a' });
  expect(data.summary).toMatch(/, on Semaphore a$/);
});
