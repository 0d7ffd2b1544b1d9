import { describe, expect, onTestFinished, test } from 'vitest';
import { lab, type Lab } from '../../../test/harness.ts';
import { incidents } from '../../demo/incidents/index.ts';
import { day, hour, minute } from '../../demo/world/clock.ts';
import { createWorld, type World } from '../../demo/world/index.ts';
import { addRun, type Run } from '../../demo/world/n8n.ts';
import { fakeN8n, key, type Knobs } from './fake/index.ts';

const now = Date.UTC(2026, 10, 23, 9, 30);
const backup = 'bK4pRn7Zt2VqWm9x';
const failed = {
  status: 'error' as const,
  error: { step: 'Send report', message: 'disk full on nas1', description: null },
};

async function verdict(
  change: (world: World) => void = () => undefined,
  knobs: (world: World) => Partial<Knobs> = () => ({}),
  env: Record<string, string> = {},
): Promise<Lab & { n8n: any; findings: string[]; text: string }> {
  const world = createWorld({ now });
  change(world);
  const fake = await fakeN8n(world, knobs(world));
  onTestFinished(() => fake.close());
  const one = await lab({ only: [], world, env: { ...fake.env, ...env } });
  const { data, text } = await one.call('service_health', { service: 'n8n' });
  return {
    ...one,
    n8n: data.services[0],
    findings: data.services[0].findings.map(
      ({ severity, id }: Record<string, string>) => `${severity} ${id}`,
    ),
    text,
  };
}
const run =
  (more: Partial<Run>) =>
  (world: World): void => {
    addRun(world.n8n.runs, { workflow: backup, startedAt: world.now() - 20 * minute, ...more });
  };
const old = () => ({ version: '1.123.81' });

test('the healthy homelab: nothing to say, though a run once failed and somebody tried something by hand', async () => {
  const { n8n, text } = await verdict();
  expect(n8n).toMatchObject({
    state: 'ok',
    version: '2.41.1',
    headline: 'workflows 7 active, 0 failing',
    facts: { 'workflows active': 7, failing: 0, 'failed runs in 24 h': 0 },
    findings: [],
  });
  expect(text).toMatch(/^All clear\./);
});

test.each([0, 5, 6, 7, 13, 23])("is healthy at %i o'clock too", async (hourOfDay) => {
  const world = createWorld({ now: Date.UTC(2026, 10, 23, hourOfDay, 5) });
  const { call } = await lab({ only: ['n8n'], world });
  expect((await call('service_health', { service: 'n8n' })).data).toMatchObject({
    overall: 'ok',
    services: [{ findings: [], facts: { failing: 0 } }],
  });
});

const own = Object.entries(incidents).filter(
  ([name, { expect: id }]) => id?.startsWith('n8n.') ?? name.startsWith('workflow-'),
);
test('there are incidents and things that only look like one', () => {
  expect([
    own.filter(([, one]) => one.expect).length,
    own.filter(([, one]) => !one.expect).length,
  ]).toEqual([4, 2]);
});
test.each(own)('%s', async (_, { apply, expect: id }) => {
  const { findings } = await verdict(apply);
  if (id === undefined) expect(findings).toEqual([]);
  else expect(findings).toEqual([expect.stringContaining(`warning ${id}`)]);
});

describe('a failing workflow', () => {
  test('is told with step, message and age; the finding leads to its runs', async () => {
    const { n8n, call } = await verdict(run(failed));
    expect(n8n.findings).toMatchObject([
      {
        subject: 'Backup report',
        message:
          'The newest run of workflow Backup report failed 19 min 57 s ago at Send report: disk full on nas1',
        evidence: expect.stringMatching(/^execution \d+ \(trigger, error\)$/),
      },
    ]);
    const { tool, arguments: args } = n8n.findings[0].next;
    expect((await call(tool, args)).data.executions[0]).toMatchObject({
      workflow: 'Backup report',
      status: 'error',
    });
  });

  test.each([
    [
      'a later success',
      (world: World) => {
        run(failed)(world);
        run({})(world);
      },
    ],
    ['a failed test by hand', run({ ...failed, mode: 'manual' })],
    ['a cancelled run', run({ status: 'canceled' })],
    [
      'an inactive workflow',
      (world: World) => {
        run({ ...failed, workflow: 'oL2dSy7Nc4PhOt0s' })(world);
      },
    ],
    [
      'an archived one',
      (world: World) => {
        for (const one of world.n8n.workflows) if (one.id === backup) one.archived = true;
        run(failed)(world);
      },
    ],
  ])('quiet: %s', async (_, change) => {
    expect((await verdict(change)).findings).toEqual([]);
  });

  test('a run that goes on after a failure does not hide it', async () => {
    expect(
      (
        await verdict((world) => {
          run(failed)(world);
          run({ status: 'running', startedAt: world.now() - minute })(world);
        })
      ).findings,
    ).toEqual([`warning n8n.workflow-failing/${backup}`]);
  });

  test('it is only worth knowing where successes leave no trace', async () => {
    const silent = await verdict((world) => {
      world.n8n.savesSuccesses = false;
      run(failed)(world);
    });
    expect(silent.findings).toContain(`info n8n.workflow-failing/${backup}`);
    expect(
      silent.n8n.findings.find(({ id }: { id: string }) => id.endsWith(backup)).message,
    ).toContain('Its successes are not stored, so it may have worked since');
    expect(silent.n8n.state).toBe('ok');
    const own = await verdict((world) => {
      for (const one of world.n8n.workflows) if (one.id === backup) one.saveSuccess = false;
      run(failed)(world);
    });
    expect(own.findings).toEqual([`info n8n.workflow-failing/${backup}`]);
  });

  test('an edit since then is said', async () => {
    const { n8n } = await verdict((world) => {
      run(failed)(world);
      for (const one of world.n8n.workflows) if (one.id === backup) one.updatedAt = world.now();
    });
    expect(n8n.findings[0].message).toMatch(/It was edited since$/);
  });

  test('is found behind hundreds of runs of a busy one', async () => {
    const { findings } = await verdict((world) => {
      run(failed)(world);
      for (let n = 0; n < 300; n += 1)
        run({ workflow: 'rS5tYv2Bn4MqWe7r', startedAt: world.now() - minute })(world);
    });
    expect(findings).toEqual([`warning n8n.workflow-failing/${backup}`]);
  });

  test('workflows without a stored failure are not asked one by one, however many', async () => {
    const world = createWorld({ now });
    const [template] = world.n8n.workflows;
    if (template)
      for (let n = 0; n < 50; n += 1)
        world.n8n.workflows.push({ ...template, id: `bulk${n}`, name: `Bulk ${n}` });
    for (let n = 0; n < 300; n += 1)
      run({ workflow: 'rS5tYv2Bn4MqWe7r', startedAt: world.now() - minute })(world);
    const homelab = await lab({ only: ['n8n'], world });
    const { data } = await homelab.call('service_health', { service: 'n8n' });
    const [row] = data.services;
    expect([row.findings, row.gaps]).toEqual([[], undefined]);
    // One of them failed yesterday, and only that one is looked at.
    expect(homelab.requests('n8n').filter(({ query }) => query.has('workflowId')).length).toBe(1);
  });

  test('of many the crashed and the newest say why, and the others that they were not asked', async () => {
    const { n8n } = await verdict((world) => {
      const [template] = world.n8n.workflows;
      for (let n = 0; n < 12; n += 1) {
        if (template) world.n8n.workflows.push({ ...template, id: `w${n}`, name: `Bulk ${n}` });
        run({ ...failed, workflow: `w${n}`, startedAt: world.now() - (n + 1) * minute })(world);
      }
      run({ workflow: 'w11', status: 'crashed', startedAt: world.now() - 12 * minute })(world);
    });
    const messages: string[] = n8n.findings.map(({ message }: { message: string }) => message);
    expect(messages.filter((text) => text.includes('disk full on nas1')).length).toBe(5);
    expect(messages[0]).toMatch(/Bulk 11 crashed/);
    expect(messages[1]).toMatch(/Bulk 0 failed .*disk full/);
    expect(messages.filter((text) => text.endsWith('; why was not asked')).length).toBe(6);
  });

  test('why is a gap where the key may not read runs', async () => {
    const { n8n } = await verdict(run(failed), (world) => ({
      keys: [key(world.now(), { scopes: ['workflow:list', 'execution:list'] })],
    }));
    expect([n8n.findings.length, n8n.gaps]).toMatchObject([
      1,
      [{ what: 'why runs failed', why: expect.stringContaining('execution:read') }],
    ]);
  });

  test('two of one name are told apart by their ids', async () => {
    const { n8n } = await verdict((world) => {
      const [template] = world.n8n.workflows;
      if (template) world.n8n.workflows.push({ ...template, id: 'twin' });
      for (const workflow of [backup, 'twin']) run({ ...failed, workflow })(world);
    });
    expect(n8n.findings.map(({ subject }: { subject: string }) => subject).sort()).toEqual([
      `Backup report (${backup})`,
      'Backup report (twin)',
    ]);
  });

  test('what may have worked since does not count as failing', async () => {
    const { n8n } = await verdict((world) => {
      for (const one of world.n8n.workflows) if (one.id === backup) one.saveSuccess = false;
      run(failed)(world);
    });
    expect([n8n.headline, n8n.facts.failing]).toEqual(['workflows 7 active, 0 failing', 0]);
  });

  test('is told by its id where the key may not list workflows', async () => {
    const { n8n } = await verdict(run(failed), (world) => ({
      keys: [key(world.now(), { scopes: ['execution:list', 'execution:read'] })],
    }));
    expect(n8n.gaps).toMatchObject([{ what: 'workflows' }]);
    expect(n8n.findings).toMatchObject([
      { id: `n8n.workflow-failing/${backup}`, message: expect.stringContaining('disk full') },
    ]);
    expect(n8n.facts).not.toHaveProperty('workflows active');
  });

  test('more workflows than can be asked one by one: the rest is named as not checked', async () => {
    const { n8n } = await verdict((world) => {
      const [template] = world.n8n.workflows;
      if (template)
        for (let n = 0; n < 50; n += 1)
          world.n8n.workflows.push({ ...template, id: `bulk${n}`, name: `Bulk ${n}` });
      for (let n = 0; n < 300; n += 1)
        run({ ...failed, workflow: 'rS5tYv2Bn4MqWe7r', startedAt: world.now() - minute })(world);
    });
    expect(n8n.gaps).toMatchObject([
      { what: '16 workflows', why: expect.stringContaining('not among the newest runs') },
    ]);
  });
});

describe('stuck runs', () => {
  test.each([
    ['a run that is young', run({ status: 'running', startedAt: now - 5 * hour })],
    ['a wait with an end ahead', run({ status: 'waiting', waitTill: now + hour })],
    [
      'a wait for a call, without an end',
      run({ status: 'waiting', waitTill: null, startedAt: now - 2 * day }),
    ],
    [
      'a wait of nine days that has an end ahead',
      run({ status: 'waiting', waitTill: now + hour, startedAt: now - 9 * day }),
    ],
    ['a wait that has just ended', run({ status: 'waiting', waitTill: now - 5 * minute })],
  ])('quiet: %s', async (_, change) => {
    expect((await verdict(change)).findings).toEqual([]);
  });

  test.each([null, Date.UTC(3000, 0, 1)])(
    'a wait for a call that has not come for nine days is worth knowing (until %j)',
    async (waitTill) => {
      const { findings, n8n } = await verdict(
        run({ status: 'waiting', waitTill, startedAt: now - 9 * day }),
      );
      expect(findings).toEqual([expect.stringMatching(/^info n8n\.wait-open\/\d+$/)]);
      expect(n8n.findings[0].message).toContain('has waited for 9 d for a call');
    },
  );

  test('1.x lists those that wait since before its last restart', async () => {
    const { findings } = await verdict(
      run({ status: 'waiting', waitTill: now - 9 * hour, startedAt: now - 3 * day }),
      old,
    );
    expect(findings).toEqual([
      expect.stringMatching(/^warning n8n\.wait-overdue/),
      'info n8n.waits-unseen/default',
    ]);
  });

  test('how long is long is a setting', async () => {
    expect(
      (await verdict(run({ status: 'running' }), undefined, { N8N_STUCK_MINUTES: '10' })).findings,
    ).toEqual([expect.stringMatching(/^warning n8n\.run-stuck\/\d+$/)]);
  });

  test('1.x does not list waiting ones: that is said, and is no failure', async () => {
    const { n8n, findings, text } = await verdict(
      run({ status: 'waiting', waitTill: now - 9 * hour }),
      old,
    );
    expect([n8n.state, n8n.version, findings]).toEqual([
      'ok',
      '1.123.81',
      ['info n8n.waits-unseen/default'],
    ]);
    expect(text).toMatch(/^All clear \(1 info\)\./);
  });

  test('1.x lists running ones when asked for them', async () => {
    expect(
      (await verdict(run({ status: 'running', startedAt: now - 9 * hour }), old)).findings,
    ).toEqual([expect.stringMatching(/^warning n8n\.run-stuck/), 'info n8n.waits-unseen/default']);
  });

  test('a 1.x that cannot be asked for running ones says that too', async () => {
    const { n8n } = await verdict(undefined, () => ({ version: '1.100.0' }));
    expect([n8n.findings[0].message, n8n.gaps]).toEqual([
      expect.stringContaining('and this one no running ones'),
      undefined,
    ]);
  });
});

describe('the API key', () => {
  test.each([
    [30, []],
    [15, []],
    [13, ['warning n8n.key-expiring/default']],
  ])('that ends in %i days', async (days, expected) => {
    expect(
      (
        await verdict(undefined, (world) => ({
          keys: [key(world.now(), { endsAt: world.now() + days * day })],
        }))
      ).findings,
    ).toEqual(expected);
  });

  test('one without execution:list: what was not checked is named, and nothing is called fine', async () => {
    const { n8n, text } = await verdict(undefined, (world) => ({
      keys: [key(world.now(), { scopes: ['workflow:list'] })],
    }));
    expect(n8n.gaps.map(({ what }: { what: string }) => what)).toEqual([
      'newest runs',
      'failed runs',
      'stuck runs',
      'overdue waits',
    ]);
    expect(n8n.facts).toEqual({ 'workflows active': 7 });
    expect([n8n.state, text]).toEqual(['denied', expect.not.stringMatching(/^Nothing is broken/)]);
  });

  test('one that sees neither workflows nor runs says nothing about n8n', async () => {
    const { n8n, text } = await verdict(undefined, (world) => ({
      keys: [key(world.now(), { sees: [] })],
    }));
    expect([n8n.state, n8n.gaps]).toMatchObject([
      'denied',
      [{ what: 'any workflow or run', denied: true }],
    ]);
    expect(text).not.toMatch(/^All clear/);
  });

  test('an n8n whose workflows are all switched off is fine', async () => {
    const { n8n } = await verdict(({ n8n: world }) => {
      for (const workflow of world.workflows) workflow.active = false;
      world.runs = [];
    });
    expect(n8n).toMatchObject({ state: 'ok', headline: 'workflows 0 active, 0 failing' });
  });

  test('one that has ended is denied', async () => {
    expect(
      (
        await verdict(undefined, (world) => ({
          keys: [key(world.now(), { endsAt: world.now() - hour })],
        }))
      ).n8n,
    ).toMatchObject({
      state: 'denied',
      problem: expect.stringContaining('The API key ended 1 h ago. Make a new one'),
    });
  });
});

test.each([
  ['text/plain', 'error code: 1010'],
  ['text/html', '<html><body>403 Forbidden</body></html>'],
])(
  'a refusal in %s comes from something in front, and is no word on the key',
  async (type, body) => {
    const homelab = await lab({ only: ['n8n'], world: createWorld({ now }) });
    homelab.server('n8n').inject({ status: 403, headers: { 'content-type': type }, body });
    const { data, text } = await homelab.call('service_health', { service: 'n8n' });
    expect(data.services[0].state).toBe('unreachable');
    expect(text).not.toContain('lacks the scope');
    const list = await homelab.call('n8n_list_executions');
    expect([list.isError, list.text]).toEqual([
      true,
      expect.not.stringContaining('lacks the scope'),
    ]);
  },
);

describe('the doctor', () => {
  async function diagnose(knobs: (world: World) => Partial<Knobs>) {
    const { house: runtime } = await verdict(undefined, knobs);
    const configured = runtime.services.find(({ service }) => service.id === 'n8n');
    const { doctor } = await configured!.service.load();
    return doctor({
      instances: configured!.instances,
      signal: new AbortController().signal,
      progress: () => undefined,
      now: runtime.now,
      failed: () => undefined,
    });
  }

  test('reads what a key of 2.x may do, too little or too much', async () => {
    const { version, rights } = await diagnose((world) => ({
      keys: [key(world.now(), { scopes: ['workflow:list', 'execution:list', 'workflow:delete'] })],
    }));
    expect([version, rights.map(({ what, granted }) => [what, granted])]).toEqual([
      '2.41.1',
      [
        ['list workflows (workflow:list)', true],
        ['list runs (execution:list)', true],
        ['read why a run failed (execution:read)', false],
        ['do nothing but read', 'unknown'],
      ],
    ]);
    expect(rights.at(-1)?.fix).toContain('workflow:delete');
    expect((await diagnose(() => ({}))).rights.every(({ granted }) => granted === true)).toBe(true);
  });

  test('does not believe the scopes of 1.x', async () => {
    expect(await diagnose(old)).toMatchObject({
      version: '1.123.81',
      rights: [
        { granted: true },
        {
          what: 'do nothing but read',
          granted: 'unknown',
          fix: expect.stringContaining('Scopes do not bind in 1.x'),
        },
      ],
    });
  });
});

test('metrics that hang cost the version, and nothing else', async () => {
  const homelab = await lab({ only: ['n8n'], world: createWorld({ now }) });
  homelab.server('n8n').inject('hang', { path: /metrics$/ });
  const { data } = await homelab.call('service_health', { service: 'n8n' });
  expect(data.services[0]).toMatchObject({ version: '2.x', facts: { failing: 0 } });
  expect(data.services[0].gaps).toBeUndefined();
});

test('without metrics only the major version is known', async () => {
  expect((await verdict(undefined, () => ({ metrics: false }))).n8n.version).toBe('2.x');
  expect(
    (await verdict(undefined, () => ({ metrics: false, version: '1.123.81' }))).n8n.version,
  ).toBe('1.x');
});
