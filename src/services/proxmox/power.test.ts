import { describe, expect, test } from 'vitest';
import type { World } from '../../demo/world/index.ts';
import { startTask } from '../../demo/world/proxmox-tasks.ts';
import { auditor } from './fake/index.ts';
import { cluster, now, tokenWith } from '../../../test/clusters.ts';

const sent = (pve: { writes(): { path: string; body: string }[] }) =>
  pve.writes().map(({ path, body }) => `${path.replace('/api2/json/nodes/', '')} ${body}`.trim());
const done = { confirm: true };

describe('a preview', () => {
  test.each([
    [
      'guest_restart',
      { vmid: 30062 },
      'Will restart LXC 30062 (n8n) on pve-mini5. Pass confirm=true to execute.',
      'Undo: none, a restart cannot be taken back',
    ],
    [
      'guest_stop',
      { vmid: 'immich' },
      'Will shut down VM 30066 (immich) on pve-big1. Pass confirm=true to execute.',
      'Undo: guest_start {"vmid":30066}',
    ],
    [
      'guest_start',
      { vmid: 50018 },
      'Will start LXC 50018 (gameserver) on pve-mini5. Pass confirm=true to execute.',
      'Undo: guest_stop {"vmid":50018}',
    ],
    [
      'guest_stop',
      { vmid: 'pbs', force: true },
      'Will stop at once, without shutdown, VM 10026 (pbs) on pve-big1.',
      'Note: Like pulling the plug',
    ],
    [
      'guest_stop',
      { vmid: 'pbs' },
      'Will shut down VM 10026 (pbs)',
      'Note: Its guest agent is not enabled: it shuts down only if it reacts to the ACPI power button.',
    ],
    [
      'guest_stop',
      { vmid: 'authentik' },
      'Will shut down VM 10029 (authentik)',
      'Note: HA manages it (started): the order goes to the HA manager, which acts within about a minute and keeps the guest stopped from then on.',
    ],
  ])('%s %j', async (tool, args, will, more) => {
    const { call, pve } = await cluster();
    const { text } = await call(tool, args);
    expect(text).toContain(will);
    expect(text).toContain(more);
    expect(pve.writes()).toEqual([]);
  });

  test('says before the order that the token will be refused, and how to grant it', async () => {
    const { call, pve } = await cluster({ knobs: tokenWith({ '/': auditor }) });
    expect((await call('guest_restart', { vmid: 30062 })).text).toContain(
      'Note: The token lacks VM.PowerMgmt on /vms/30062, so Proxmox VE will refuse. On a node, as root: pveum role add LaresPower -privs "VM.Audit VM.PowerMgmt VM.GuestAgent.Audit"',
    );
    const { isError, text } = await call('guest_restart', { vmid: 30062, ...done });
    expect([isError, text]).toEqual([
      true,
      expect.stringContaining('403 Permission check failed (/vms/30062, VM.PowerMgmt)'),
    ]);
    expect(pve.writes()).toHaveLength(1);
  });
});

describe('an order that is carried out', () => {
  test('restart of a container: the task, then the state that was seen', async () => {
    const { call, pve } = await cluster();
    const { data, text } = await call('guest_restart', { vmid: 'n8n', ...done });
    expect(sent(pve)).toEqual(['pve-mini5/lxc/30062/status/reboot']);
    expect(data).toMatchObject({
      outcome: 'done',
      result: { status: 'running', settled: true, task: 'OK', uptimeSeconds: 0 },
    });
    expect(text).toMatch(
      /^Done: restart LXC 30062 \(n8n\) on pve-mini5\.\nLXC 30062 \(n8n\) is running on pve-mini5, up 0 s\. Task OK \(UPID:pve-mini5:/,
    );
  });

  test('restart of a VM waits until it is back: its task ends while the VM is still down', async () => {
    const { call, pve, paths } = await cluster({ knobs: { bootPolls: 6 } });
    const { data } = await call('guest_restart', { vmid: 'immich', ...done });
    expect(sent(pve)).toEqual(['pve-big1/qemu/30066/status/reboot']);
    expect(data.result).toMatchObject({ status: 'running', settled: true, uptimeSeconds: 0 });
    expect(paths().filter((path) => path.endsWith('/status/current')).length).toBeGreaterThan(5);
    expect(paths().filter((path) => path.includes('/tasks/UPID')).length).toBeLessThan(4);
  });

  test('stop and start, there and back', async () => {
    const { call, pve, world } = await cluster();
    const stopped = await call('guest_stop', { vmid: 30065, ...done });
    expect(stopped.data).toMatchObject({
      outcome: 'done',
      result: { status: 'stopped' },
      undo: { tool: 'guest_start', arguments: { vmid: 30065 } },
    });
    expect(world.guest(30065).status).toBe('stopped');
    expect((await call('guest_start', { vmid: 30065, ...done })).data).toMatchObject({
      result: { status: 'running' },
    });
    expect(sent(pve)).toEqual([
      'pve-mini5/lxc/30065/status/shutdown',
      'pve-mini5/lxc/30065/status/start',
    ]);
  });

  test('under HA the task only files the request: done is when the guest is seen to follow', async () => {
    const { call, pve } = await cluster({ knobs: { haPolls: 8 } });
    const { data } = await call('guest_stop', { vmid: 'authentik', ...done });
    expect(data.result).toMatchObject({ status: 'stopped', settled: true });
    expect(data.result.upid).toContain(':hastop:');
    expect(sent(pve)).toEqual(['pve-mini3/qemu/10029/status/shutdown']);
    expect((await call('guest_start', { vmid: 'authentik', ...done })).data.result).toMatchObject({
      status: 'running',
      settled: true,
    });
  });

  test('it says how far it is', async () => {
    const { call } = await cluster();
    const messages: string[] = [];
    await call(
      'guest_restart',
      { vmid: 'n8n', ...done },
      { onprogress: ({ message }) => messages.push(message ?? '') },
    );
    expect(messages[0]).toBe('LXC 30062 (n8n): task running, guest running');
  });

  test('at the bound it hands over: still running, by what name, and where to look', async () => {
    const { call, pve } = await cluster({
      knobs: { taskPolls: Infinity },
      env: { PROXMOX_WAIT_MS: '30' },
    });
    const { isError, text, data } = await call('guest_stop', { vmid: 'n8n', ...done });
    expect([isError, data.outcome, data.result]).toEqual([
      false,
      'unfinished',
      expect.objectContaining({ status: 'running', settled: false, task: 'running' }),
    ]);
    expect(text).toMatch(
      /^Not finished: .*\nLXC 30062 \(n8n\) is running on pve-mini5.* Its task still runs: it waits up to 60 s for the guest to shut down, and fails if that does not react \(UPID:[^)]*:vzshutdown:30062:lares@pve!lares:\)\. get_guest \{"vmid":30062\} shows how it goes on\./,
    );
    expect(pve.writes()).toHaveLength(1);
    expect((await call('get_guest', { vmid: 'n8n' })).data.tasks[0]).toMatchObject({
      type: 'vzshutdown',
      status: 'running',
    });
  });

  test('force ends a clean shutdown that nobody heeds', async () => {
    const { call, pve } = await cluster({
      knobs: { ignoresShutdown: 'everybody', taskPolls: Infinity },
      env: { PROXMOX_WAIT_MS: '30' },
    });
    await call('guest_stop', { vmid: 'pbs', ...done });
    expect((await call('guest_stop', { vmid: 'pbs' })).text).toContain(
      'VM 10026 (pbs) is busy: qmshutdown by lares@pve!lares is running. get_guest {"vmid":10026} shows it. guest_stop with force=true ends it at once.',
    );
    pve.knobs.taskPolls = 2;
    expect(
      (await call('guest_stop', { vmid: 'pbs', force: true, ...done })).data.result,
    ).toMatchObject({ status: 'stopped', settled: true });
    expect(sent(pve)).toEqual([
      'pve-big1/qemu/10026/status/shutdown',
      'pve-big1/qemu/10026/status/stop {"overrule-shutdown":1}',
    ]);
  });
});

describe('an order that fails says why, what state the guest is in, and what to do', () => {
  test('a VM that ignores the shutdown', async () => {
    const { call } = await cluster({ knobs: { ignoresShutdown: 'vms without agent' } });
    const { isError, text } = await call('guest_restart', { vmid: 'dev-linux', ...done });
    expect([isError, text]).toEqual([
      true,
      'qmreboot of VM 50010 (dev-linux) failed: VM quit/powerdown failed - got timeout. It is running now. It did not react to the shutdown request. guest_stop {"vmid":50010,"force":true} ends it at once, then guest_start starts it again.',
    ]);
  });

  test.each<[string, string, RegExp]>([
    [
      "can't lock file '/var/lock/qemu-server/lock-30066.conf' - got timeout",
      'running',
      /failed: can't lock file .* - got timeout\. It is running now\. Another operation held its configuration: once that is over, try again\. get_guest/,
    ],
    [
      "command 'ha-manager crm-command stop vm:30066 60' failed: exit code 2",
      'running',
      /exit code 2\. It is running now\. The HA manager did not take the order/,
    ],
    [
      'unable to parse volume ID at PVE/Storage.pm line 174.',
      'running',
      /line 174\. It is running/,
    ],
  ])('a shutdown that ends with %s is no fault of the guest', async (exit, state, words) => {
    const { call, pve } = await cluster({ knobs: { taskPolls: Infinity } });
    pve.inject(
      { status: 200, body: JSON.stringify({ data: { status: 'stopped', exitstatus: exit } }) },
      { path: /tasks\/UPID.*status$/ },
    );
    const { isError, text } = await call('guest_stop', { vmid: 'immich', ...done });
    expect([isError, text]).toEqual([true, expect.stringMatching(words)]);
    expect(text).not.toMatch(/did not react|force|\.\./);
    expect(text).toContain(`It is ${state} now`);
  });

  test('a lock that came between preview and order is the error of the task, not a success', async () => {
    const { call, world, pve } = await cluster();
    pve.knobs.taskPolls = 4;
    const asking = call('guest_stop', { vmid: 'n8n', ...done });
    while (pve.writes().length === 0) await new Promise((resolve) => setImmediate(resolve));
    world.guest('n8n').lock = 'backup';
    expect(await asking).toMatchObject({
      isError: true,
      text: expect.stringContaining(
        'vzshutdown of LXC 30062 (n8n) failed: CT is locked (backup). It is running now',
      ),
    });
  });

  test('no quorum', async () => {
    const { call } = await cluster({
      change: (world) => {
        world.proxmox.cluster.quorate = false;
      },
    });
    expect((await call('guest_start', { vmid: 'gameserver', ...done })).text).toContain(
      '500 cluster not ready - no quorum? The cluster has no quorum, so it can change nothing: bring back enough nodes first.',
    );
  });

  test('a node that takes the order and falls silent: whether it was done is unknown', async () => {
    const { call, pve } = await cluster();
    pve.inject({ status: 596, reason: 'Connection timed out' }, { path: /status\/reboot$/ });
    const { isError, text } = await call('guest_restart', { vmid: 'n8n', ...done });
    expect([isError, text]).toEqual([
      true,
      expect.stringMatching(
        /^Whether this was done is unknown: restart LXC 30062 \(n8n\) on pve-mini5\. POST .*: 596 node pve-mini5 does not answer \(Connection timed out\)/,
      ),
    ]);
  });

  test('a task that cannot be followed is not a failure either', async () => {
    const { call, pve } = await cluster();
    pve.inject({ status: 595, reason: 'Connection refused' }, { path: /tasks\/UPID/ });
    expect((await call('guest_restart', { vmid: 'n8n', ...done })).text).toMatch(
      /^Whether this was done is unknown: .*It was ordered, and then its task could not be followed: .*Task UPID:pve-mini5:/,
    );
  });
});

describe('what cannot work is refused before anything is sent', () => {
  const off = (world: World): void => {
    world.node('pve-mini5').offline = { since: now - 60_000, symptom: 'refused' };
  };
  const shuttingDown = (world: World): void => {
    startTask(world.proxmox.tasks, {
      node: 'pve-mini5',
      type: 'vzshutdown',
      id: '30062',
      user: 'root@pam',
      startedAt: now - 5_000,
    });
  };
  test.each<[string, Record<string, unknown>, string, (world: World) => void]>([
    [
      'guest_start',
      { vmid: 90001 },
      'VM 90001 (tmpl-debian13) is a template: it never runs',
      () => undefined,
    ],
    [
      'guest_restart',
      { vmid: 'scratch' },
      'LXC 50015 (scratch) is not running, so it cannot be restarted. guest_start {"vmid":50015} starts it.',
      () => undefined,
    ],
    [
      'guest_stop',
      { vmid: 'n8n' },
      'LXC 30062 (n8n) is locked (backup): Proxmox VE refuses to stop it',
      (world) => {
        world.guest('n8n').lock = 'backup';
      },
    ],
    [
      'guest_start',
      { vmid: 'scratch' },
      'is locked (migrate): Proxmox VE refuses to start it. get_guest {"vmid":50015} shows the task that holds it. If none does, `pct unlock 50015`',
      (world) => {
        world.guest('scratch').lock = 'migrate';
      },
    ],
    [
      'guest_stop',
      { vmid: 'immich' },
      'VM 30066 (immich) is paused: it runs, but does not react. `qm resume 30066` on its node lets it go on; guest_stop with force=true ends it.',
      (world) => {
        world.guest('immich').status = 'paused';
      },
    ],
    [
      'guest_start',
      { vmid: 'immich' },
      'is io-error: it runs, but does not react. Free space on its storage first.',
      (world) => {
        world.guest('immich').status = 'io-error';
      },
    ],
    [
      'guest_restart',
      { vmid: 'n8n' },
      'is on pve-mini5, which is offline: nothing can be done with it there',
      off,
    ],
    ['guest_restart', { vmid: 'n8n' }, 'is busy: vzshutdown by root@pam is running', shuttingDown],
  ])('%s %j: %s', async (tool, args, words, change) => {
    const { call, pve } = await cluster({ change });
    expect(await call(tool, { ...args, ...done })).toMatchObject({
      isError: true,
      text: expect.stringContaining(words),
    });
    expect(pve.writes()).toEqual([]);
  });

  test.each([
    ['guest_start', 'n8n', 'LXC 30062 (n8n) is already running on pve-mini5.'],
    ['guest_stop', 'win11-test', 'VM 50012 (win11-test) is already stopped on pve-big1.'],
  ])('%s %s: nothing to do', async (tool, vmid, words) => {
    const { call, pve } = await cluster();
    expect(await call(tool, { vmid, ...done })).toMatchObject({
      isError: false,
      text: `Nothing to do: ${words}`,
      data: { outcome: 'already' },
    });
    expect(pve.writes()).toEqual([]);
  });

  test('a hibernated VM starts where it was', async () => {
    const { call } = await cluster({
      change: (world) => {
        world.guest('k3s-lab1').lock = 'suspended';
      },
    });
    expect((await call('guest_start', { vmid: 'k3s-lab1' })).text).toContain(
      'Note: It is hibernated and goes on where it was.',
    );
    expect((await call('guest_start', { vmid: 'k3s-lab1', ...done })).data.result).toMatchObject({
      status: 'running',
      settled: true,
    });
  });
});

test('rules protect by number, name, tag, pool and node', async () => {
  for (const rule of [
    'vmid:30000-30099',
    'name:n8n',
    'tag:automation',
    'pool:apps',
    'node:pve-mini5',
  ]) {
    const { call, pve } = await cluster({ env: { LARES_PROTECT: rule } });
    expect((await call('guest_restart', { vmid: 30062, ...done })).text).toContain(
      `covered by the rule ${rule}`,
    );
    expect(pve.writes()).toEqual([]);
  }
});
