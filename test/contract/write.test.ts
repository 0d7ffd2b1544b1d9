import { describe, expect, it } from 'vitest';
import { allTools } from '../../src/catalog.ts';
import { eras, lab } from '../harness.ts';
import { examplesOf, prefix } from './examples.ts';

/** What holds for every write, so that a new one inherits it. */
describe.each(
  allTools.filter(({ kind }) => kind === 'write').map((tool) => [tool.name, tool] as const),
)('%s', (name, { service, risk }) => {
  it.each(eras)(
    'previews for a client of %s: says exactly what it would do, and sends no write',
    async (era) => {
      const { call, writes, client } = await lab({ only: [service], era });
      await client.listTools();
      const { isError, text, data } = await call(name, (await examplesOf(service))[name]);
      expect(isError, text).toBe(false);
      expect(data).toMatchObject({
        outcome: 'preview',
        risk,
        summary: expect.any(String),
        target: expect.stringMatching(new RegExp(`^${service}/`)),
        undo: expect.any(Object),
      });
      expect(text).toMatch(/^Will [a-z].*\. Pass confirm=true to execute\./);
      expect(writes(service)).toEqual([]);
    },
  );

  it('plans the same twice while nothing that matters has changed, however much time has passed', async () => {
    const { call, world, writes } = await lab({ only: [service], env: { LARES_WRITES: 'sealed' } });
    const args = (await examplesOf(service))[name];
    const { data } = await call(name, args);
    world.advance(120_000);
    const { isError, text, data: done } = await call(name, { ...args, confirm: data.code });
    expect(isError, text).toBe(false);
    expect(['done', 'unfinished']).toContain(done.outcome);
    expect(writes(service).length).toBeGreaterThan(0);
  });

  it.each([
    ['off', { confirm: true }],
    ['sealed', { confirm: true }],
    ['sealed', { confirm: 'AAAAA-AAAAA-AAAAA-AAAAA-AAAAAA' }],
    ['human', { confirm: true }],
    ['human', {}],
    ['confirm', { confirm: 'True' }],
    ['confirm', { confirm: 'yes' }],
    ['confirm', { confirm: 1 }],
    ['confirm', { confirm: 'false' }],
    ['sealed', { confirm: 'true' }],
  ])('at level %s with %j sends no write', async (level, confirm) => {
    const { call, writes } = await lab({ only: [service], env: { LARES_WRITES: level } });
    // Where writes are off the tool does not exist, and the client says so by throwing.
    await call(name, { ...(await examplesOf(service))[name], ...confirm }).catch(() => undefined);
    expect(writes(service)).toEqual([]);
  });

  it('is refused while a rule protects what it touches', async () => {
    const { call, house: runtime, writes } = await lab({ only: [service] });
    const configured = runtime.services.find((one) => one.service.id === service);
    const tool = (await configured?.service.load())?.tools.find((one) => one.name === name);
    const plan =
      tool?.kind === 'write' && configured
        ? await tool.plan((await examplesOf(service))[name], {
            signal: new AbortController().signal,
            progress: () => undefined,
            now: runtime.now,
            instances: configured.instances,
            failed: () => undefined,
          })
        : undefined;
    if (!plan || 'already' in plan) throw new Error('the example must change something');
    expect(plan.labels.length).toBeGreaterThan(0);
    expect(
      Object.keys(configured?.service.protects ?? {}),
      'a rule may only begin with a kind that the service declares',
    ).toEqual(
      expect.arrayContaining([...new Set(plan.labels.map((label) => label.split(':')[0]))]),
    );
    for (const label of plan.labels) {
      const guarded = await lab({ only: [service], env: { LARES_PROTECT: label } });
      const { isError, text } = await guarded.call(name, (await examplesOf(service))[name]);
      expect([isError, text]).toEqual([
        true,
        expect.stringContaining(`covered by the rule ${label}`),
      ]);
      expect(guarded.writes(service)).toEqual([]);
    }
    await call('service_health');
    expect(writes(service)).toEqual([]);
  });

  it('with confirm does it, observes the state afterwards, and names the way back or why there is none', async () => {
    const { call, writes } = await lab({ only: [service] });
    const { isError, text, data } = await call(name, {
      ...(await examplesOf(service))[name],
      confirm: true,
    });
    expect(isError, text).toBe(false);
    expect(data).toMatchObject({ outcome: 'done', result: expect.any(Object) });
    expect(text).toMatch(/^Done: /);
    expect(text).toMatch(/^Undo: /m);
    expect(writes(service).length).toBeGreaterThan(0);
  });

  it.runIf(risk === 'reversible')('done and undone leaves the homelab as it was', async () => {
    const { call } = await lab({ only: [service], env: { LARES_WRITES: 'sealed' } });
    const args = (await examplesOf(service))[name];
    const first = (await call(name, args)).data;
    const done = (await call(name, { ...args, confirm: first.code })).data;
    const { tool, arguments: way } = done.undo;
    const back = (await call(tool, way)).data;
    const undone = await call(tool, { ...way, confirm: back.code });
    expect(undone.data?.outcome, undone.text).toBe('done');
    const second = (await call(name, args)).data;
    expect([second.before, second.change, second.target]).toEqual([
      first.before,
      first.change,
      first.target,
    ]);
  });

  it('names an undo that is a valid call, also for a write that cannot be taken back in full', async () => {
    const { call } = await lab({ only: [service] });
    const { data } = await call(name, { ...(await examplesOf(service))[name], confirm: true });
    if ('none' in data.undo) return expect(data.undo.none.length).toBeGreaterThan(10);
    const undo = await call(data.undo.tool, data.undo.arguments);
    expect([undo.isError, undo.data?.outcome], undo.text).toEqual([false, 'preview']);
  });

  it('is written down before it happens', async () => {
    const { call, house: runtime } = await lab({ only: [service] });
    await call(name, { ...(await examplesOf(service))[name], confirm: true });
    const entries = runtime.journal
      .read()
      .entries.map(({ event, tool, caller }) => [event, tool, caller]);
    expect(entries).toEqual([
      ['started', name, 'test'],
      ['finished', name, 'test'],
    ]);
  });

  it(`is absent where ${prefix(service)}WRITES=off`, async () => {
    const { client } = await lab({ only: [service], env: { [`${prefix(service)}WRITES`]: 'off' } });
    expect((await client.listTools()).tools.map((tool) => tool.name)).not.toContain(name);
  });
});
