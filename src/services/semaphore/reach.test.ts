import { describe, expect, test } from 'vitest';
import { lab, type Answer, type Lab } from '../../../test/harness.ts';
import { createWorld } from '../../demo/world/index.ts';
import type { JobTemplate } from '../../demo/world/semaphore.ts';
import type { FakeSemaphore, Knobs } from './fake/index.ts';

const now = Date.UTC(2026, 10, 23, 9, 30);

interface Started extends Lab {
  semaphore: FakeSemaphore;
  run(args: object): Promise<Answer>;
}

/** Template 1 (Patch guests) as `changed`. */
async function start(
  changed: Partial<JobTemplate> = {},
  knobs: Partial<Knobs> = {},
): Promise<Started> {
  const world = createWorld({ now });
  Object.assign(world.semaphore.templates[0] ?? {}, changed);
  const homelab = await lab({ only: ['semaphore'], world });
  const semaphore = homelab.fake('semaphore') as FakeSemaphore;
  Object.assign(semaphore.knobs, knobs);
  return {
    ...homelab,
    semaphore,
    run: (args) => homelab.call('semaphore_run_task', { project: 1, template: 1, ...args }),
  };
}

/** The limit that the summary tells, and the hosts that Semaphore went to. */
async function toldAndDone(
  changed: Partial<JobTemplate>,
  args: object,
  knobs: Partial<Knobs> = {},
): Promise<{ told: string | undefined; count: string | undefined; hosts: string[] }> {
  const homelab = await start(changed, knobs);
  const preview = await homelab.run(args);
  await homelab.run({ ...args, confirm: true });
  return {
    told: /(?:limited to ([^\s,]+(?:,[^\s,]+)*)|all its hosts)/.exec(preview.data.summary)?.[0],
    count: /(?:It reaches|No limit: all) (\d+) host/.exec(preview.text)?.[1],
    hosts: homelab.semaphore.effects[0]?.hosts ?? [],
  };
}

describe('of several limits the one that holds is told', () => {
  test.each<[what: string, template: Partial<JobTemplate>, args: object, told: string]>([
    [
      'the argument over the template',
      { limit: ['proxy'] },
      { arguments: ['--limit=dns'] },
      'limited to dns',
    ],
    [
      'all over the template',
      { limit: ['proxy'] },
      { arguments: ['--limit=all'] },
      'limited to all',
    ],
    ['the argument alone', {}, { arguments: ['-l', 'dns1'] }, 'limited to dns1'],
    [
      'the argument over the task',
      {},
      { limit: ['proxy'], arguments: ['-ldns'] },
      'limited to dns',
    ],
    [
      "the template's own argument over its limit",
      { limit: ['proxy'], arguments: ['--limit=dns'] },
      {},
      'limited to dns',
    ],
    ['the task over the template', { limit: ['proxy'] }, { limit: ['dns'] }, 'limited to dns'],
    ['the template alone', { limit: ['proxy'] }, {}, 'limited to proxy'],
    ['none', {}, {}, 'all its hosts'],
  ])('%s', async (_what, template, args, told) => {
    const answer = await toldAndDone(template, args);
    expect(answer.told).toBe(told);
    expect(answer.count).toBe(String(answer.hosts.length));
  });

  test('up to 2.10 that of the task comes after the arguments', async () => {
    const answer = await toldAndDone(
      {},
      { limit: ['proxy'], arguments: ['-ldns'] },
      { version: 'v2.10.32' },
    );
    expect(answer).toMatchObject({ told: 'limited to proxy', hosts: ['caddy1', 'caddy2'] });
  });

  test('a limit that does not hold is said to do so', async () => {
    const { text } = await (
      await start({ limit: ['infra'] })
    ).run({ limit: ['proxy'], arguments: ['--limit=dns'] });
    expect(text).toContain("The template's own limit infra does not hold then.");
    expect(text).toContain('The limit proxy does not hold: that of the arguments comes later.');
  });

  test('a pattern is left to Ansible, and the hosts are the most it can be', async () => {
    const { text } = await (await start()).run({ limit: ['!dns'] });
    expect(text).toContain('Only Ansible can tell which hosts that is: at most 36 hosts:');
  });
});

describe('what arguments change is in the summary', () => {
  test.each([
    [['--check'], ', in check mode, '],
    [['-CD'], ', in check mode with diff, '],
    [['--tags=a,b'], ', tags a,b, '],
    [['--skip-tags', 'slow'], ', without tags slow, '],
  ])('%j', async (words, part) => {
    const { data } = await (await start()).run({ arguments: words });
    expect(data.summary).toContain(part);
  });

  test('diff without a dry run', async () => {
    const { data } = await (await start()).run({ diff: true });
    expect(data.summary).toMatch(/, all its hosts, with diff$/);
  });

  test('a second playbook is refused', async () => {
    const homelab = await start();
    const { isError, text } = await homelab.run({ arguments: ['fail.yml'], confirm: true });
    expect([isError, homelab.writes('semaphore').length]).toEqual([true, 0]);
    expect(text).toContain('fail.yml is no option, so Ansible would play it as another playbook');
  });
});

test.each(['["dns1"]', 'dns1 caddy1', "'dns'"])('%s is no word of a limit', async (word) => {
  const homelab = await start();
  const { isError, text } = await homelab.run({ limit: [word], confirm: true });
  expect([isError, homelab.writes('semaphore').length]).toEqual([true, 0]);
  expect(text).toContain('is no word that Ansible knows');
});

describe('a variable that would not arrive', () => {
  const question = {
    name: 'size',
    title: 'Size',
    type: '' as const,
    required: false,
    values: [],
    defaultValue: '',
  };
  const group = ({ world }: Lab) => world.semaphore.environments[0];

  test.each(['2.17.12', 'v2.10.32'])(
    'because a secret of the group has its name is refused (%s)',
    async (version) => {
      const homelab = await start({ survey: [question] }, { version });
      group(homelab)?.secrets.push({ id: 7, type: 'var', name: 'size' });
      const { isError, text } = await homelab.run({ variables: ['size=XL'], confirm: true });
      expect([isError, homelab.writes('semaphore').length]).toEqual([true, 0]);
      expect(text).toContain('would ignore the given size (set in Production)');
    },
  );

  test('a secret of the environment, or of a script, is none', async () => {
    const homelab = await start({ survey: [question] });
    group(homelab)?.secrets.push({ id: 7, type: 'env', name: 'size' });
    const { data } = await homelab.run({ variables: ['size=XL'], confirm: true });
    expect([data.outcome, homelab.semaphore.effects[0]?.variables]).toMatchObject([
      'done',
      { size: 'XL' },
    ]);
    const script = await start({ survey: [question], app: 'bash' });
    group(script)?.secrets.push({ id: 7, type: 'var', name: 'size' });
    expect((await script.run({ variables: ['size=XL'] })).data.outcome).toBe('preview');
  });

  test.each(['2.17.12', 'v2.10.32'])(
    'because there is no group is refused (%s)',
    async (version) => {
      const homelab = await start({ survey: [question], environmentId: null }, { version });
      expect((await homelab.run({ variables: ['size=XL'] })).text).toContain(
        'fails when a template without a variable group is given variables',
      );
    },
  );

  test.each(['9007199254740993', '007', '-0'])(
    'because %s is no number that JSON keeps is refused',
    async (value) => {
      const homelab = await start({ survey: [{ ...question, type: 'int' }] });
      const { isError, text } = await homelab.run({ variables: [`size=${value}`] });
      expect([isError, text]).toEqual([true, expect.stringContaining('size would be sent as')]);
    },
  );
});
