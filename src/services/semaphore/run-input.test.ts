import { describe, expect, test } from 'vitest';
import { lab, type Lab } from '../../../test/harness.ts';
import { createWorld, type World } from '../../demo/world/index.ts';
import type { FakeSemaphore } from './fake/index.ts';

const now = Date.UTC(2026, 10, 23, 9, 30);

async function start(
  turn: (world: World) => void = () => undefined,
  env: Record<string, string> = {},
): Promise<Lab & { semaphore: FakeSemaphore }> {
  const world = createWorld({ now });
  turn(world);
  const one = await lab({ only: ['semaphore'], world, env });
  return { ...one, semaphore: one.fake('semaphore') as FakeSemaphore };
}
const bodies = (one: Lab): Record<string, unknown>[] =>
  one.writes('semaphore').map(({ body }) => JSON.parse(body) as Record<string, unknown>);

describe('survey variables', () => {
  const run = { project: 1, template: 'Bootstrap host', confirm: true };

  test('are sent as a string of JSON, with the defaults that Semaphore would forget', async () => {
    const one = await start();
    const { text } = await one.call('semaphore_run_task', {
      ...run,
      confirm: false,
      variables: ['hostname=web9'],
    });
    expect(text).toContain(
      'Variables: hostname=web9, role=app, disk_gib=16 (by default: role=app, disk_gib=16)',
    );
    await one.call('semaphore_run_task', {
      ...run,
      variables: ['hostname=web9', 'role=db', 'disk_gib=32', 'comment=a=b'],
    });
    expect(bodies(one)[0]?.['environment']).toBe(
      '{"hostname":"web9","role":"db","disk_gib":32,"comment":"a=b"}',
    );
    expect(one.semaphore.effects[0]?.variables).toMatchObject({
      hostname: 'web9',
      comment: 'a=b',
      ntp_server: '10.0.10.1',
    });
  });

  test.each([
    [[], /variables is an empty list/],
    [['hostname='], /hostname is required and may not be empty/],
    [['hostname=x', 'role=cook'], /role must be one of app, db, proxy/],
    [['hostname=x', 'disk_gib=big'], /disk_gib must be a whole number/],
    [
      ['hostname=x', 'hostnam=y'],
      /hostnam is no survey variable of Bootstrap host.*It asks: hostname required; role \(app\|db\|proxy\) default app/,
    ],
    [['hostname'], /name=value/],
  ])('%j is refused', async (variables, reason) => {
    const one = await start();
    const { isError, text } = await one.call('semaphore_run_task', { ...run, variables });
    expect([isError, bodies(one).length]).toEqual([true, 0]);
    expect(text).toMatch(reason);
  });

  test('are asked for even where lists leave the survey out (2.12 and older)', async () => {
    const one = await start(({ semaphore }) => {
      semaphore.version = 'v2.12.4';
    });
    expect((await one.call('semaphore_run_task', run)).text).toContain('hostname is required');
    expect(
      (await one.call('semaphore_list_templates', { project: 1 })).data.templates[0].survey,
    ).toBeUndefined();
  });

  test('that are secret never pass through', async () => {
    const secret =
      (required: boolean) =>
      ({ semaphore }: World) => {
        semaphore.templates[5]?.survey.push({
          name: 'pin',
          title: 'Pin',
          type: 'secret',
          required,
          values: [],
          defaultValue: '',
        });
      };
    const optional = await start(secret(false));
    const given = await optional.call('semaphore_run_task', {
      ...run,
      variables: ['hostname=x', 'pin=4711'],
    });
    expect(given.text).toContain('pin is secret, and Lares passes no secrets on');
    expect(given.text).not.toContain('4711');
    expect(
      (await optional.call('semaphore_run_task', { ...run, variables: ['hostname=x'] })).data
        .outcome,
    ).toBe('done');
    expect(
      (
        await (
          await start(secret(true))
        ).call('semaphore_run_task', { ...run, variables: ['hostname=x'] })
      ).text,
    ).toContain('pin is required and secret');
  });

  test('that the variable group would silently win over on 2.10 are refused, and so is a template without one', async () => {
    const old = await start(({ semaphore }) => {
      semaphore.version = 'v2.10.32';
    });
    expect(
      (await old.call('semaphore_run_task', { ...run, variables: ['hostname=x', 'comment=mine'] }))
        .text,
    ).toContain('would ignore the given comment (set in Production)');
    const bare = await start(({ semaphore }) => {
      semaphore.version = 'v2.10.32';
      Object.assign(semaphore.templates[5] ?? {}, { environmentId: null });
    });
    expect(
      (await bare.call('semaphore_run_task', { ...run, variables: ['hostname=x'] })).text,
    ).toContain('without a variable group');
    expect([...bodies(old), ...bodies(bare)]).toEqual([]);
  });
});

describe('what is meant', () => {
  test.each([
    [{ project: 1, template: 'patch guests' }, /Will run template 1 /],
    [{ project: 'Dev boxes', template: 9 }, /on inventory Dev boxes, all its hosts/],
    [{ template: 'Refresh dev boxes' }, /Will run template 9 .* of project Dev boxes/],
    [{ template: 'Nothing' }, /No template "Nothing".*1 \(Patch guests\)/],
    [{ project: 'Homlab', template: 1 }, /No project "Homlab".*Did you mean 1 \(Homelab\)\?/],
    [{ project: 1, template: 'Patch' }, /No template "Patch".*There are: .*1 \(Patch guests\)/],
    [{ project: 1, template: 9 }, /No template "9"/],
    [{ project: 7, template: 1 }, /No project "7"/],
  ])('%j', async (args, answer) => {
    const one = await start();
    expect((await one.call('semaphore_run_task', args)).text).toMatch(answer);
    expect(bodies(one)).toEqual([]);
  });

  test('two templates of one name are both shown, and none is run', async () => {
    const one = await start(({ semaphore }) => {
      Object.assign(semaphore.templates[1] ?? {}, { name: 'Patch guests' });
    });
    const { text } = await one.call('semaphore_run_task', {
      project: 1,
      template: 'Patch guests',
      confirm: true,
    });
    expect(text).toMatch(
      /2 templates are called "Patch guests".*Give the id: 1 \(Patch guests\), 2 \(Patch guests\)/,
    );
    expect(bodies(one)).toEqual([]);
  });

  test('the only project need not be named', async () => {
    const one = await start(({ semaphore }) => {
      semaphore.projects.pop();
    });
    expect((await one.call('semaphore_run_task', { template: 1 })).text).toContain(
      'of project Homelab',
    );
  });

  test('a host that is not in the inventory is pointed out, and a limit says whom it reaches', async () => {
    const one = await start();
    expect(
      (await one.call('semaphore_run_task', { project: 1, template: 1, limit: ['dsn1'] })).text,
    ).toContain('dsn1 is neither host nor group in Everything');
    expect(
      (await one.call('semaphore_run_task', { project: 1, template: 1, limit: ['dns', 'caddy1'] }))
        .text,
    ).toContain('It reaches 3 hosts: dns1, dns2, caddy1.');
    expect(
      (await one.call('semaphore_run_task', { project: 1, template: 1, limit: ['dns*'] })).text,
    ).not.toContain('neither');
  });

  test('a deploy asks which build, and takes only a good one', async () => {
    const one = await start();
    const { text } = await one.call('semaphore_run_task', {
      project: 1,
      template: 8,
      confirm: true,
    });
    expect(text).toMatch(/deploys a build: which one\?.*Give build_task: 102 \(version 1\.4\.0\)/);
    expect(
      (
        await one.call('semaphore_run_task', {
          project: 1,
          template: 8,
          build_task: 103,
          confirm: true,
        })
      ).text,
    ).toContain('Task 103 is no successful build of Build wiki');
    expect(
      (
        await one.call('semaphore_run_task', {
          project: 1,
          template: 1,
          build_task: 102,
          confirm: true,
        })
      ).text,
    ).toContain('is no deploy template');
    expect(bodies(one)).toEqual([]);
    await one.call('semaphore_run_task', {
      project: 1,
      template: 8,
      build_task: 102,
      confirm: true,
    });
    expect(bodies(one)).toMatchObject([{ template_id: 8, build_task_id: 102 }]);
  });
});

describe('the gate', () => {
  const changes: [what: string, turn: (world: World) => void][] = [
    [
      'runs another playbook',
      ({ semaphore }) => {
        Object.assign(semaphore.templates[0] ?? {}, { playbook: 'wipe.yml' });
      },
    ],
    [
      'reaches another host',
      ({ semaphore }) => {
        for (const inventory of semaphore.inventories) inventory.content += '\n[dns]\nrouter';
      },
    ],
    [
      'starts another one afterwards',
      ({ semaphore }) => {
        Object.assign(semaphore.templates[7] ?? {}, { buildTemplateId: 1 });
      },
    ],
  ];
  test.each(changes)('a template that since the preview %s is not run', async (_what, turn) => {
    const one = await start(undefined, { LARES_WRITES: 'sealed' });
    const { data } = await one.call('semaphore_run_task', { project: 1, template: 1 });
    turn(one.world);
    const { isError } = await one.call('semaphore_run_task', {
      project: 1,
      template: 1,
      confirm: data.code,
    });
    expect([isError, bodies(one).length]).toEqual([true, 0]);
  });

  test.each(['name:pbs', 'template:Patch*', 'project:homelab', 'inventory:Everything'])(
    '%s is protected from a run that reaches it',
    async (rule) => {
      const one = await start(undefined, { LARES_PROTECT: rule });
      const { isError } = await one.call('semaphore_run_task', {
        project: 1,
        template: 1,
        confirm: true,
      });
      expect([isError, bodies(one).length]).toEqual([true, 0]);
    },
  );

  test('a limit that leaves the protected host out may run', async () => {
    const one = await start(undefined, { LARES_PROTECT: 'name:pbs' });
    expect(
      (
        await one.call('semaphore_run_task', {
          project: 1,
          template: 1,
          limit: ['dns'],
          confirm: true,
        })
      ).data.outcome,
    ).toBe('done');
    expect(
      (
        await one.call('semaphore_run_task', {
          project: 1,
          template: 1,
          limit: ['dn*'],
          confirm: true,
        })
      ).isError,
    ).toBe(true);
  });
});
