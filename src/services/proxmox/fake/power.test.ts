import { describe, expect, onTestFinished, test } from 'vitest';
import { minute, second } from '../../../demo/world/clock.ts';
import { createWorld } from '../../../demo/world/index.ts';
import { fakeProxmox, type Knobs } from './index.ts';
import { bareClient } from './bare-client.ts';

const now = Date.UTC(2026, 10, 23, 9, 30);

async function start(settings: Partial<Knobs> = {}) {
  const world = createWorld({ now });
  const pve = await fakeProxmox(world, settings);
  onTestFinished(() => pve.close());
  const { get, send } = bareClient(pve);
  const pathOf = (id: number | string) => {
    const { node, type, vmid } = world.guest(id);
    return `/nodes/${node}/${type}/${vmid}/status`;
  };
  return {
    world,
    pve,
    get,
    send,
    state: async (id: number | string) => (await get(`${pathOf(id)}/current`)).data,
    order: async (id: number | string, operation: string, form: Record<string, string> = {}) =>
      send('POST', `${pathOf(id)}/${operation}`, { form }),
    /** Polls a task until it stops; how many polls that took, and its exit status. */
    async wait(upid: string) {
      const node = upid.split(':')[1];
      for (let polls = 1; ; polls += 1) {
        const { data } = await get(`/nodes/${node}/tasks/${encodeURIComponent(upid)}/status`);
        if (data.status === 'stopped') return { polls, exit: data.exitstatus };
      }
    },
  };
}

/** Orders an operation and says how its task ended. */
async function outcome(
  pve: Awaited<ReturnType<typeof start>>,
  ...[id, operation, form]: Parameters<typeof pve.order>
): Promise<string> {
  const { status, json, reason } = await pve.order(id, operation, form);
  return status === 200 ? (await pve.wait(json.data)).exit : `${status} ${reason}`;
}

describe('tasks', () => {
  test('answer with a UPID at once and end after as many polls as set; only then the guest has changed', async () => {
    const pve = await start({ taskPolls: 3 });
    const {
      json: { data: upid },
    } = await pve.order('n8n', 'shutdown');
    expect(upid).toMatch(
      /^UPID:pve-mini5:[0-9A-F]{8}:[0-9A-F]{8}:[0-9A-F]{8}:vzshutdown:30062:lares@pve!lares:$/,
    );
    expect(pve.world.guest('n8n').status).toBe('running');
    expect(await pve.wait(upid)).toEqual({ polls: 3, exit: 'OK' });
    expect(await pve.state('n8n')).toMatchObject({ status: 'stopped', uptime: 0 });
  });

  test('end with the clock alone when nobody may hurry them', async () => {
    const pve = await start({ taskPolls: Infinity });
    const path = `/nodes/pve-mini5/tasks/${(await pve.order('n8n', 'stop')).json.data}`;
    for (let polls = 0; polls < 5; polls += 1)
      expect((await pve.get(`${path}/status`)).data.status).toBe('running');
    pve.world.advance(2 * second);
    expect((await pve.get(`${path}/status`)).data).toMatchObject({
      status: 'stopped',
      exitstatus: 'OK',
      user: 'lares@pve',
      tokenid: 'lares',
    });
    expect((await pve.get(`${path}/status`)).data).not.toHaveProperty('endtime');
    expect(await pve.get(`${path}/log`)).toEqual({ total: 1, data: [{ n: 1, t: 'TASK OK' }] });
  });

  test('are listed newest first, running ones only where asked for, and filtered', async () => {
    const pve = await start({ taskPolls: Infinity });
    const upid = (await pve.order('n8n', 'stop')).json.data;
    const list = async (query: string) =>
      (await pve.get(`/nodes/pve-mini5/tasks${query}`)).data.map(
        (task: { type: string; status: string }) => `${task.type} ${task.status}`,
      );
    expect(await list('?limit=2')).toEqual(['aptupdate OK', 'vzdump OK']);
    expect(await list('?source=active')).toEqual(['vzstop RUNNING']);
    expect(await list('?vmid=30062&source=all')).toEqual(['vzstop RUNNING', 'vzreboot OK']);
    expect(await list('?errors=1')).toEqual([]);
    expect(await pve.get('/nodes/pve-mini5/tasks?typefilter=vzdump&limit=1')).toMatchObject({
      total: 7,
      data: [{ type: 'vzdump' }],
    });
    const broadcast = (await pve.get('/cluster/tasks')).data.find(
      (task: { upid: string }) => task.upid === upid,
    );
    expect(broadcast).not.toHaveProperty('endtime');
  });

  test('belong to who started them: others need to audit the node', async () => {
    const pve = await start();
    const path = `/nodes/pve-mini5/tasks/${(await pve.order('n8n', 'stop')).json.data}/status`;
    pve.pve.knobs.tokens.push({ id: 'other@pve!x', secret: 's', acl: {} });
    const authorization = 'PVEAPIToken=other@pve!x=s';
    expect((await pve.send('GET', path, { authorization })).reason).toBe(
      'Permission check failed (/nodes/pve-mini5, Sys.Audit)',
    );
    expect(
      (await pve.send('GET', '/nodes/pve-mini5/tasks/UPID:nonsense/status')).json.errors,
    ).toEqual({ upid: 'unable to parse worker upid' });
    expect(
      (
        await pve.send(
          'GET',
          '/nodes/pve-mini5/tasks/UPID:pve-mini5:00000001:00000001:00000001:vzstop:1:a@b:/status',
        )
      ).json.errors,
    ).toEqual({ upid: 'no such task' });
  });

  test('of one guest wait for each other in vain', async () => {
    const pve = await start();
    await pve.order('graylog', 'shutdown');
    expect(await outcome(pve, 'graylog', 'shutdown')).toBe(
      "can't lock file '/var/lock/qemu-server/lock-10021.conf' - got timeout",
    );
    await pve.order('graylog', 'start');
    const {
      json: { data: shutdown },
    } = await pve.order('immich', 'shutdown');
    expect(await outcome(pve, 'immich', 'stop', { 'overrule-shutdown': '1' })).toBe('OK');
    expect((await pve.wait(shutdown)).exit).toBe('interrupted by signal');
  });
});

describe('orders that make no sense', () => {
  test.each([
    ['n8n', 'start', '500 CT 30062 already running'],
    ['graylog', 'start', 'VM 10021 already running'],
    ['scratch', 'stop', '500 CT 50015 not running'],
    ['scratch', 'shutdown', '500 CT 50015 not running'],
    ['win11-test', 'stop', 'OK'],
    ['scratch', 'reboot', '500 VM 50015 not running'],
    ['win11-test', 'reboot', '500 VM 50012 not running'],
    ['win11-test', 'reset', '500 VM 50012 not running'],
    ['tmpl-debian13', 'start', "you can't start a vm if it's a template"],
    ['tmpl-alpine', 'start', "you can't start a CT if it's a template"],
  ])('%s %s: %s', async (guest, operation, expected) => {
    expect(await outcome(await start(), guest, operation)).toBe(expected);
  });

  test('a lock stops every task, but a VM in a backup may be started', async () => {
    const pve = await start();
    pve.world.guest('n8n').lock = 'backup';
    pve.world.guest('graylog').lock = 'backup';
    expect(await outcome(pve, 'n8n', 'stop')).toBe('CT is locked (backup)');
    expect(await outcome(pve, 'graylog', 'shutdown')).toBe('VM is locked (backup)');
    expect(await outcome(pve, 'graylog', 'start')).toBe('OK');
  });

  test('a hibernated VM starts and loses its lock; a paused one is not shut down', async () => {
    const pve = await start();
    expect(await outcome(pve, 'graylog', 'suspend', { todisk: '1' })).toBe('OK');
    expect(await pve.state('graylog')).toMatchObject({ status: 'stopped', lock: 'suspended' });
    expect(await outcome(pve, 'graylog', 'start')).toBe('OK');
    expect(await pve.state('graylog')).not.toHaveProperty('lock');
    expect(await outcome(pve, 'graylog', 'suspend')).toBe('OK');
    expect(await pve.state('graylog')).toMatchObject({ status: 'running', qmpstatus: 'paused' });
    expect(await outcome(pve, 'graylog', 'shutdown')).toBe('500 VM is paused - cannot shutdown');
    expect(await outcome(pve, 'graylog', 'resume')).toBe('OK');
    expect((await pve.state('graylog')).qmpstatus).toBe('running');
  });
});

describe('restarts', () => {
  test('the task of a VM ends while it is down; it is back some polls later', async () => {
    const pve = await start({ bootPolls: 2 });
    const {
      json: { data: upid },
    } = await pve.order('graylog', 'reboot');
    expect((await pve.wait(upid)).exit).toBe('OK');
    expect((await pve.state('graylog')).status).toBe('stopped');
    expect(await pve.state('graylog')).toMatchObject({ status: 'running', uptime: 0 });
  });

  test('a container is back when its task ends', async () => {
    const pve = await start();
    expect(await outcome(pve, 'n8n', 'reboot')).toBe('OK');
    expect(await pve.state('n8n')).toMatchObject({ status: 'running', uptime: 0 });
  });

  test('a VM that ignores the button times out, unless it is forced; a container is killed', async () => {
    const pve = await start({ ignoresShutdown: 'vms without agent' });
    expect(await outcome(pve, 'pbs', 'reboot')).toBe('VM quit/powerdown failed - got timeout');
    expect(await outcome(pve, 'pbs', 'shutdown')).toBe('VM quit/powerdown failed - got timeout');
    expect((await pve.state('pbs')).status).toBe('running');
    expect(await outcome(pve, 'pbs', 'shutdown', { forceStop: '1' })).toBe('OK');
    expect(await outcome(pve, 'graylog', 'shutdown')).toBe('OK');
    pve.pve.knobs.ignoresShutdown = 'everybody';
    expect(await outcome(pve, 'n8n', 'shutdown')).toBe('container did not stop');
    expect(await outcome(pve, 'n8n', 'reboot')).toBe('OK');
  });

  test('the timeout of a shutdown is its own', async () => {
    const pve = await start({ ignoresShutdown: 'everybody', taskPolls: Infinity });
    const {
      json: { data: upid },
    } = await pve.order('graylog', 'shutdown', { timeout: '180' });
    const status = async () => (await pve.get(`/nodes/pve-big1/tasks/${upid}/status`)).data.status;
    pve.world.advance(2 * minute);
    expect(await status()).toBe('running');
    pve.world.advance(minute);
    expect(await status()).toBe('stopped');
  });
});

describe('a guest that HA manages', () => {
  test('stops some rounds after the request, which is remembered, and starts again', async () => {
    const pve = await start({ taskPolls: 1, haPolls: 3 });
    const {
      json: { data: upid },
    } = await pve.order('authentik', 'shutdown');
    expect(upid).toContain(':hastop:10029:');
    expect(await pve.wait(upid)).toEqual({ polls: 1, exit: 'OK' });
    const seen = [];
    for (let polls = 0; polls < 3; polls += 1) seen.push((await pve.state('authentik')).status);
    expect(seen).toEqual(['running', 'running', 'stopped']);
    const service = (await pve.get('/cluster/ha/status/current')).data.find(
      ({ sid }: { sid?: string }) => sid === 'vm:10029',
    );
    expect(service).toMatchObject({ state: 'stopped', request_state: 'stopped' });
    expect(await outcome(pve, 'authentik', 'start')).toBe('OK');
    for (let polls = 0; polls < 3; polls += 1) await pve.state('authentik');
    expect(pve.world.guest('authentik')).toMatchObject({
      status: 'running',
      ha: { state: 'started' },
    });
  });

  test('cannot be stopped over a shutdown', async () => {
    const pve = await start();
    expect(await pve.order('authentik', 'stop', { 'overrule-shutdown': '1' })).toMatchObject({
      status: 400,
    });
    expect(pve.world.guest('authentik').status).toBe('running');
  });
});
