import { describe, expect, it } from 'vitest';
import { eras, lab, type Lab } from '../harness.ts';

/** A client that gave up waiting and sends the same call once more, as some do by themselves. */
const order = { vmid: 30062 };
const home = (level: string, era: (typeof eras)[number]): Promise<Lab> =>
  lab({ only: ['proxmox'], era, env: { LARES_WRITES: level, PROXMOX_TIMEOUT_MS: '1000' } });
const sent = ({ writes }: Lab): number => writes('proxmox').length;
const events = ({ house: runtime }: Lab): string[] =>
  runtime.journal.read().entries.map(({ event }) => event);

async function until(holds: () => boolean): Promise<void> {
  while (!holds())
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
}

async function confirmed(
  { call, house: runtime }: Lab,
  level: string,
): Promise<Record<string, unknown>> {
  if (level === 'confirm') return { ...order, confirm: true };
  const {
    data: { code },
  } = await call('guest_restart', order);
  if (level === 'human')
    await runtime.gate.approvals.answer(code, {
      approved: true,
      by: 'operator',
      how: 'terminal',
      at: runtime.now(),
    });
  return { ...order, confirm: code };
}

describe.each(eras)('a call that timed out, by a client of %s', (era) => {
  it.each(['confirm', 'sealed', 'human'])(
    'at level %s is not done twice: not while it runs, not right afterwards',
    async (level) => {
      const one = await home(level, era);
      const args = await confirmed(one, level);
      one.server('proxmox').inject('hang', { path: /status\/reboot$/, times: 1 });
      const gaveUp = new AbortController();
      const first = one
        .call('guest_restart', args, { signal: gaveUp.signal })
        .catch(() => undefined);
      await until(() => sent(one) === 1);
      gaveUp.abort();
      await first;
      expect((await one.call('guest_restart', args)).text).toMatch(
        /^(This is being done right now|That code was used already)/,
      );
      await until(() => events(one).includes('unknown'));
      expect((await one.call('guest_restart', args)).text).toMatch(
        /^(This was begun already, \d+ s ago: restart LXC 30062 \(n8n\)|That code was used already)/,
      );
      expect(sent(one)).toBe(1);
      expect((await one.call('service_health')).text).toMatch(
        /UNKNOWN OUTCOME restart LXC 30062 \(n8n\)/,
      );
    },
  );

  it('at level confirm, done and sent once more, is done once; looked at in between, it is meant', async () => {
    const one = await home('confirm', era);
    const args = { ...order, confirm: true };
    expect((await one.call('guest_restart', args)).data.outcome).toBe('done');
    for (let i = 0; i < 3; i++)
      expect((await one.call('guest_restart', args)).text).toMatch(
        /^This was done already, .* ago: restart LXC 30062 .* Nothing was done a second time\. If it is meant again, call without confirm first/,
      );
    expect(sent(one)).toBe(1);
    await one.call('guest_restart', order);
    expect((await one.call('guest_restart', args)).data.outcome).toBe('done');
    expect(sent(one)).toBe(2);
    one.world.advance(700_000);
    expect(
      (await one.call('guest_restart', args)).data.outcome,
      'ten minutes later nobody retries',
    ).toBe('done');
  });

  it('at level confirm, something else in between makes it a new decision', async () => {
    const one = await home('confirm', era);
    for (const tool of ['guest_stop', 'guest_start', 'guest_stop', 'guest_start'])
      expect((await one.call(tool, { ...order, confirm: true })).data.outcome, tool).toBe('done');
    expect(sent(one)).toBe(4);
  });

  it('what the service refused may be sent again', async () => {
    const one = await home('confirm', era);
    one
      .server('proxmox')
      .inject(
        { status: 403, reason: 'Permission check failed' },
        { path: /status\/reboot$/, times: 1 },
      );
    expect((await one.call('guest_restart', { ...order, confirm: true })).isError).toBe(true);
    expect((await one.call('guest_restart', { ...order, confirm: true })).data.outcome).toBe(
      'done',
    );
  });

  it('cancelled while it is planned: nothing is sent; cancelled after it began: done, and written down', async () => {
    const one = await home('confirm', era);
    const cancel = new AbortController();
    one.server('proxmox').inject('hang', { path: /cluster\/resources$/, times: 1 });
    const planning = one
      .call('guest_restart', { ...order, confirm: true }, { signal: cancel.signal })
      .catch(() => undefined);
    await until(() =>
      one.requests('proxmox').some(({ path }) => path.endsWith('/cluster/resources')),
    );
    cancel.abort();
    await planning;
    await until(() => events(one).includes('refused'));
    expect([sent(one), events(one)]).toEqual([0, ['refused']]);
    const late = new AbortController();
    const going = one
      .call('guest_restart', { ...order, confirm: true }, { signal: late.signal })
      .catch(() => undefined);
    await until(() => sent(one) === 1);
    late.abort();
    await going;
    await until(() => events(one).includes('finished'));
    expect(events(one)).toEqual(['refused', 'started', 'finished']);
  });
});
