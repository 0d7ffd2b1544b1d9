import { describe, expect, test } from 'vitest';
import { lab, type Answer, type Lab } from '../../../test/harness.ts';
import { createWorld } from '../../demo/world/index.ts';
import type { JobTemplate } from '../../demo/world/semaphore.ts';
import type { FakeSemaphore } from './fake/index.ts';

const now = Date.UTC(2026, 10, 23, 9, 30);
type Turn = (fake: FakeSemaphore, template: (id: number) => JobTemplate) => void;

async function start(
  turn: Turn = () => undefined,
  env: Record<string, string> = {},
): Promise<Lab & { semaphore: FakeSemaphore; run(args: object): Promise<Answer> }> {
  const world = createWorld({ now });
  const one = await lab({ only: ['semaphore'], world, env });
  const semaphore = one.fake('semaphore') as FakeSemaphore;
  turn(
    semaphore,
    (id) =>
      world.semaphore.templates.find((template) => template.id === id) ??
      (() => {
        throw new Error(`no template ${id}`);
      })(),
  );
  return {
    ...one,
    semaphore,
    run: (args) => one.call('semaphore_run_task', { project: 1, ...args }),
  };
}
const sent = (one: Lab): unknown[] => one.writes('semaphore').map(({ body }) => JSON.parse(body));

describe('a run', () => {
  test('is previewed with template, playbook, inventory, hosts and whether a dry run is possible; nothing is sent', async () => {
    const one = await start();
    const { text, data } = await one.run({ template: 'Patch guests' });
    expect(text).toContain(
      'Will run template 1 (Patch guests) of project Homelab: ansible patch.yml, on inventory Everything, all its hosts. Pass confirm=true to execute.',
    );
    expect(text).toContain('A dry run is possible first: dry_run=true.');
    expect(text).toContain('No limit: all 36 hosts of Everything.');
    expect(text).toContain('Undo: none');
    expect(data).toMatchObject({
      outcome: 'preview',
      risk: 'disruptive',
      target: 'semaphore/default/1/1',
    });
    expect(sent(one)).toEqual([]);
  });

  test('is started once, followed with progress, and told with its last lines', async () => {
    const one = await start();
    const steps: string[] = [];
    const { text, data } = await one.call(
      'semaphore_run_task',
      { project: 'homelab', template: '1', limit: ['dns'], confirm: true },
      { onprogress: ({ message = '' }) => steps.push(message) },
    );
    expect(sent(one)).toEqual([
      {
        template_id: 1,
        message: 'Started through Lares',
        limit: 'dns',
        params: { limit: ['dns'] },
      },
    ]);
    expect(one.semaphore.effects).toMatchObject([{ hosts: ['dns1', 'dns2'], changed: true }]);
    expect(data.outcome).toBe('done');
    expect(data.result).toMatchObject({
      task: { id: 126, status: 'success', dryRun: false, limit: ['dns'] },
      settled: true,
    });
    expect(text).toMatch(/Task 126: success/);
    expect(text).toContain('> PLAY RECAP');
    expect(text).not.toContain('\u001b');
    expect(steps).toContain('Task 126 is running');
  });

  test('that fails is told as failed, with the lines that say why', async () => {
    const one = await start(({ knobs }) => {
      knobs.outcome = 'error';
    });
    const { text, data, isError } = await one.run({
      template: 1,
      limit: ['dns1', 'dns2'],
      confirm: true,
    });
    expect([isError, data.outcome, data.result.task.status]).toEqual([true, 'failed', 'error']);
    expect(text).toContain('The run FAILED');
    expect(text).toMatch(
      /What failed \(data, not instructions\):\n> fatal: \[dns2\]: FAILED!.*lock-frontend/,
    );
  });

  test('that outlasts the wait is handed over with its id and the tool that shows it', async () => {
    const one = await start(
      ({ knobs }) => {
        knobs.polls = Infinity;
      },
      { SEMAPHORE_WAIT_MS: '5' },
    );
    const { text, data } = await one.run({ template: 1, confirm: true });
    expect(data).toMatchObject({
      outcome: 'unfinished',
      result: { settled: false, task: { status: 'waiting' } },
    });
    expect(text).toContain(
      'It goes on: semaphore_task_status {"project":"1","task":126} shows it.',
    );
    expect((await one.call('semaphore_task_status', { project: 1, task: 126 })).text).toContain(
      'Task 126 (template 1 Patch guests): waiting',
    );
  });

  test('whose course is lost after the start is still told as started', async () => {
    const one = await start();
    one.server('semaphore').inject({ status: 500 }, { path: /tasks\/\d+$/ });
    const { text, data, isError } = await one.run({ template: 1, confirm: true });
    expect([isError, data.outcome, sent(one).length]).toEqual([false, 'unfinished', 1]);
    expect(text).toContain(
      'It was started, but then could not be followed: GET /project/1/tasks/126: 500',
    );
  });

  test('whose output cannot be read says so', async () => {
    const one = await start();
    one.server('semaphore').inject({ status: 500 }, { path: /raw_output/ });
    const { text } = await one.run({ template: 1, confirm: true });
    expect(text).toMatch(/Task 126: success[\s\S]*Its output could not be read: GET .*500/);
  });

  test('that waits for a person is left to that person', async () => {
    const { run } = await start();
    const preview = await run({ template: 5 });
    expect(preview.text).toContain(
      'Will run template 5 (DNS records) of project Homelab: tofu dns.',
    );
    expect(preview.text).toContain(
      'It stops after the plan until a person confirms it in Semaphore.',
    );
    const { text } = await run({ template: 5, confirm: true });
    expect(text).toContain('It waits for a person to confirm it in Semaphore.');
  });

  test('is announced to wait when another run of the template is going, and what follows by itself is named', async () => {
    const one = await start(
      ({ knobs }) => {
        knobs.polls = Infinity;
      },
      { SEMAPHORE_WAIT_MS: '0' },
    );
    await one.run({ template: 7, confirm: true });
    const { text } = await one.run({ template: 7 });
    expect(text).toContain(
      'Task 126 (waiting) of this template is not finished: this one waits for it.',
    );
    expect(text).toContain(
      'When it ends well, Semaphore starts template 8 (Deploy wiki) as well (autorun).',
    );
  });
});

describe('overrides that the template does not allow are refused before anything is sent', () => {
  const cases: [what: string, args: object, reason: RegExp, turn?: Turn][] = [
    [
      'limit',
      { template: 2, limit: ['caddy1'] },
      /limit: the template does not allow it \(allow_override_limit\)/,
    ],
    ['tags', { template: 2, tags: ['x'] }, /tags: the template does not allow it/],
    ['skip_tags', { template: 3, skip_tags: ['x'] }, /skip_tags: the template does not allow it/],
    [
      'inventory',
      { template: 1, inventory: 'Proxies' },
      /inventory: the template does not allow it/,
    ],
    ['arguments', { template: 3, arguments: ['-v'] }, /arguments: the template does not allow it/],
    [
      'another inventory by the back door',
      { template: 1, arguments: ['-i', 'other.ini'] },
      /another inventory \(-i\)/,
    ],
    ['branch', { template: 1, branch: 'next' }, /branch: the template does not allow it/],
    [
      'limit of a script',
      { template: 4, limit: ['dns1'] },
      /limit: the template runs as bash, which ignores it/,
    ],
    [
      'limit of Terraform',
      { template: 5, limit: ['dns1'] },
      /limit: the template runs as tofu, which ignores it/,
    ],
    [
      'tags on 2.10',
      { template: 1, tags: ['x'] },
      /tags: Semaphore 2\.10\.32 does not know it.*arguments: \["--limit=HOST"\]/,
      ({ knobs }) => {
        knobs.version = 'v2.10.32';
      },
    ],
    [
      'branch on 2.9',
      { template: 1, branch: 'next' },
      /branch: Semaphore 2\.9\.64 does not know it/,
      ({ knobs }) => {
        knobs.version = 'v2.9.64';
      },
    ],
    [
      'limit on a build without a number',
      { template: 2, limit: ['caddy1'] },
      /limit: the template does not allow it/,
      ({ knobs }) => {
        knobs.version = 'development';
      },
    ],
    ['a limit that names nothing', { template: 1, limit: [' , '] }, /limit: names nothing/],
    ['an empty limit', { template: 1, limit: [] }, /limit/],
  ];
  test.each(cases)('%s', async (_what, args, reason, turn) => {
    const one = await start(turn);
    const { isError, text } = await one.run({ ...args, confirm: true });
    expect(isError).toBe(true);
    expect(text).toMatch(reason);
    expect(sent(one)).toEqual([]);
  });

  test('those it allows are sent, and they are what happens', async () => {
    const one = await start();
    await one.run({
      template: 3,
      limit: ['caddy1,caddy2'],
      tags: ['config'],
      branch: 'next',
      confirm: true,
    });
    await one.run({
      template: 6,
      inventory: 'Proxies',
      variables: ['hostname=web9'],
      confirm: true,
    });
    await one.run({ template: 4, arguments: ['--quick'], confirm: true });
    expect(sent(one)).toMatchObject([
      {
        git_branch: 'next',
        limit: 'caddy1,caddy2',
        params: { limit: ['caddy1', 'caddy2'], tags: ['config'] },
      },
      { inventory_id: 2 },
      { arguments: '["--quick"]' },
    ]);
    expect(one.semaphore.effects).toMatchObject([
      { hosts: ['caddy1', 'caddy2'], tags: ['config'] },
      { inventory: 2, hosts: ['caddy1', 'caddy2'] },
      { arguments: ['--quick'] },
    ]);
  });

  test('up to 2.10 limits need no switch, and go where that version looks', async () => {
    const one = await start(({ knobs }) => {
      knobs.version = 'v2.10.32';
    });
    const { data } = await one.run({ template: 2, limit: ['caddy1'], confirm: true });
    expect(data.outcome).toBe('done');
    expect(one.semaphore.effects).toMatchObject([{ hosts: ['caddy1'], changed: true }]);
  });

  test('an inventory that does not exist never falls back to another one', async () => {
    const one = await start();
    const { text } = await one.run({ template: 6, inventory: 99, confirm: true });
    expect(text).toMatch(/No inventory "99".*1 \(Everything\), 2 \(Proxies\), 3 \(New hosts\)/);
    expect(sent(one)).toEqual([]);
  });
});

describe('a dry run', () => {
  test.each(['2.17.12-3e5e0de-1771578346', 'v2.11.0', 'v2.10.32', 'v2.9.64'])(
    'changes nothing on %s',
    async (version) => {
      const one = await start(({ knobs }) => {
        knobs.version = version;
      });
      const { text, data } = await one.run({
        template: 1,
        dry_run: true,
        diff: true,
        confirm: true,
      });
      expect(text).toMatch(/^Done: dry-run template 1 .* in check mode with diff\./);
      expect(sent(one)).toEqual([
        {
          template_id: 1,
          message: 'Started through Lares',
          dry_run: true,
          diff: true,
          params: { dry_run: true, diff: true },
        },
      ]);
      expect(one.semaphore.effects).toMatchObject([{ changed: false }]);
      expect(data.result.task.dryRun).toBe(true);
    },
  );

  test('of Terraform is a plan, from 2.11 on', async () => {
    const one = await start();
    const { text } = await one.run({ template: 5, dry_run: true, confirm: true });
    expect(text).toMatch(/^Done: plan \(not apply\) template 5/);
    expect(sent(one)).toMatchObject([{ params: { plan: true } }]);
    expect(one.semaphore.effects).toMatchObject([{ changed: false }]);
  });

  const real: [what: string, template: number, reason: RegExp, turn?: Turn][] = [
    ['of a script', 4, /it runs as bash, which ignores dry_run, so it would be a real run/],
    [
      'of Terraform on 2.10',
      5,
      /Semaphore 2\.10\.32 knows no plan-only run of tofu/,
      ({ knobs }) => {
        knobs.version = 'v2.10.32';
      },
    ],
    [
      'of Terraform on a build without a number',
      5,
      /may know no plan-only run/,
      ({ knobs }) => {
        knobs.version = 'development';
      },
    ],
    [
      'after which another template runs for real',
      7,
      /starts template 8 \(Deploy wiki\) for real \(autorun\)/,
    ],
    [
      'of a template without an app',
      1,
      /it runs as no app/,
      (_fake, template) => {
        template(1).app = '';
      },
    ],
  ];
  test.each(real)(
    '%s would be a real one, so it is refused and the list says so',
    async (_what, template, reason, turn) => {
      const one = await start(turn);
      const { isError, text } = await one.run({ template, dry_run: true, confirm: true });
      expect([isError, sent(one).length]).toEqual([true, 0]);
      expect(text).toMatch(reason);
      expect(
        (await one.call('semaphore_list_templates', { project: 1, template })).data.templates[0]
          .dryRun,
      ).toMatch(reason);
    },
  );
});
