import { describe, expect, onTestFinished, test } from 'vitest';
import { proxmox } from './index.ts';
import { auditor, fakeProxmox, powerRole, type Knobs } from './fake/index.ts';
import { cluster, now, tokenWith } from '../../../test/clusters.ts';
import { createWorld, type World } from '../../demo/world/index.ts';

async function diagnosis(
  knobs: Partial<Knobs> = {},
  change: (world: World) => void = () => undefined,
) {
  const { house: runtime } = await cluster({ knobs, change });
  const { doctor } = await proxmox.load();
  const { instances } = runtime.services.find(({ service }) => service.id === 'proxmox') ?? {
    instances: new Map(),
  };
  return doctor({
    signal: new AbortController().signal,
    progress: () => undefined,
    now: () => now,
    instances,
    failed: () => undefined,
  });
}

describe('doctor', () => {
  test('the recommended token has everything', async () => {
    const { version, rights } = await diagnosis();
    expect(version).toBe('9.2.11');
    expect(rights.map(({ granted }) => granted)).toEqual(Array(7).fill(true));
  });

  test('each missing right comes with the commands for user and token', async () => {
    const { rights } = await diagnosis(tokenWith({ '/': auditor }));
    expect(rights.filter(({ granted }) => !granted)).toEqual([
      {
        what: 'start, stop and restart guests (VM.PowerMgmt on /vms)',
        granted: false,
        fix: 'pveum role add LaresPower -privs "VM.Audit VM.PowerMgmt VM.GuestAgent.Audit"; pveum acl modify /vms -user lares@pve -role LaresPower; pveum acl modify /vms -token \'lares@pve!narrow\' -role LaresPower',
        writes: true,
      },
    ]);
  });

  test('on 8.x the agent needs VM.Monitor, which 9.x no longer knows', async () => {
    const { house: runtime, pve } = await cluster({
      knobs: tokenWith({ '/': auditor.filter((one) => one !== 'VM.GuestAgent.Audit') }),
    });
    pve.inject(
      { status: 200, body: '{"data":{"version":"8.4.21","release":"8.4","repoid":"2606ac85"}}' },
      { path: /version/ },
    );
    const { doctor } = await proxmox.load();
    const { version, rights } = await doctor({
      signal: new AbortController().signal,
      progress: () => undefined,
      now: () => now,
      instances:
        runtime.services.find(({ service }) => service.id === 'proxmox')?.instances ?? new Map(),
      failed: () => undefined,
    });
    expect(version).toBe('8.4.21');
    expect(rights.filter(({ granted }) => !granted).map(({ fix }) => fix?.split(';')[0])).toEqual([
      'pveum role add LaresAgent -privs "VM.Audit VM.Monitor"',
      'pveum role add LaresPower -privs "VM.Audit VM.PowerMgmt VM.Monitor"',
    ]);
  });

  test('a grant on a deeper path that takes the guest out of sight is found', async () => {
    const { rights } = await diagnosis(
      tokenWith({ '/': auditor, '/vms': powerRole, '/vms/30062': ['VM.PowerMgmt'] }),
      (world) => {
        world.guest(30062).pool = null;
      },
    );
    expect(rights.filter(({ granted }) => !granted)).toMatchObject([
      {
        what: expect.stringContaining('the guest of /vms/30062 (VM.Audit is lost there'),
        fix: expect.stringContaining('pveum role modify ROLE -append 1 -privs VM.Audit'),
      },
    ]);
  });
});

describe('refusals', () => {
  test('a wrong secret: the reason of the status line, and that Proxmox does not say which', async () => {
    const { call } = await cluster({ env: { PROXMOX_TOKEN_SECRET: 'not-the-secret' } });
    const { isError, text } = await call('infra_overview');
    expect([isError, text]).toEqual([
      true,
      expect.stringMatching(
        /^GET \/cluster\/resources: 401 Authentication failed! Check PROXMOX_TOKEN_ID/,
      ),
    ]);
    expect(text).not.toContain('not-the-secret');
    expect((await call('service_health', { service: 'proxmox' })).data.services[0].state).toBe(
      'denied',
    );
  });

  test.each<[string, { status: number; reason?: string; body?: string }, RegExp]>([
    [
      '8.3 and older say it in the status line alone',
      { status: 500, reason: "hostname lookup 'pve-mini5' failed", body: '{"data":null}' },
      /500 hostname lookup 'pve-mini5' failed\. No node of this cluster has that name/,
    ],
    [
      'a name that nobody asked for: the node that answers needs it for itself',
      { status: 500, reason: "hostname lookup 'solo' failed" },
      /500 hostname lookup 'solo' failed\. The node that was asked cannot resolve solo\. If that is its own name/,
    ],
    [
      'wrong parameters by name',
      {
        status: 400,
        reason: 'Parameter verification failed.',
        body: '{"errors":{"limit":"type check failed"},"message":"Parameter verification failed.\\n","data":null}',
      },
      /400 Parameter verification failed\. limit: type check failed/,
    ],
    [
      'a node behind the proxy whose certificate changed',
      { status: 596, reason: 'error:0A000086:SSL routines::certificate verify failed' },
      /596 node pve-mini5 shows a certificate the cluster does not know .*pvecm updatecerts/,
    ],
    [
      'letters that are not ASCII',
      { status: 500, reason: 'storage „backup-süd" ist weg' },
      /500 storage „backup-süd" ist weg/,
    ],
    [
      'what only root may do',
      { status: 403, reason: 'Permission check failed (user != root@pam)' },
      /allows this only to root@pam with a password, to no token/,
    ],
  ])('%s', async (_, answer, words) => {
    const { call, pve } = await cluster();
    pve.inject(answer, { path: /pve-mini5\/disks\/zfs/ });
    expect((await call('node_status', { node: 'pve-mini5' })).text).toMatch(words);
  });

  test('an address that answers with a page, or that moved, is told as that', async () => {
    const { call, pve } = await cluster();
    pve.inject('garbage', { times: 1 });
    expect((await call('infra_overview')).text).toContain('the answer is not JSON (text/html');
    pve.inject({ status: 301, headers: { location: 'https://pve.example.net:8006/' } });
    expect((await call('infra_overview')).text).toContain(
      '301, redirected to https://pve.example.net:8006/',
    );
  });
});

describe('several clusters', () => {
  async function two(more: Record<string, string> = {}) {
    const world = createWorld({ now });
    const second = await fakeProxmox(world);
    onTestFinished(() => second.close());
    const env = Object.fromEntries(
      Object.entries(second.env).map(([name, value]) => [
        name.replace('PROXMOX_', 'PROXMOX_LAB_'),
        value,
      ]),
    );
    const first = await cluster();
    const { PROXMOX_URL, PROXMOX_TLS_FINGERPRINT, ...token } = first.pve.env;
    const lab = await cluster({
      env: {
        ...token,
        PROXMOX_URL: undefined,
        PROXMOX_TLS_FINGERPRINT: undefined,
        PROXMOX_HOME_URL: PROXMOX_URL,
        PROXMOX_HOME_TLS_FINGERPRINT: PROXMOX_TLS_FINGERPRINT,
        ...env,
        ...more,
      },
    });
    return { ...lab, home: first.pve, second };
  }

  test('rows say where they are, and one that does not answer is partial, not absent', async () => {
    const { call, second } = await two();
    expect((await call('infra_overview')).data).toMatchObject({
      nodesTotal: 8,
      guests: { total: 94 },
    });
    expect(
      (await call('list_guests', { limit: 1, instance: 'home' })).data.guests[0],
    ).not.toHaveProperty('instance');
    second.inject('refuse');
    const { data, text } = await call('list_guests', { name: 'n8n' });
    expect(data).toMatchObject({
      guests: [{ vmid: 30062, instance: 'home' }],
      partial: [{ instance: 'lab' }],
    });
    expect(text).toContain('PARTIAL: Proxmox VE lab did not answer');
    expect((await call('get_guest', { vmid: 'nowhere' })).text).toContain(
      'Not every cluster answered, so it may be in one of those.',
    );
  });

  test('a number that both have is asked back; the order goes to the one that was named', async () => {
    const { call, home, second } = await two();
    expect((await call('guest_restart', { vmid: 30062 })).text).toContain(
      'LXC 30062 (n8n) on pve-mini5 in home, LXC 30062 (n8n) on pve-mini5 in lab. Say which with instance.',
    );
    const { data } = await call('guest_stop', { vmid: 30062, instance: 'lab', confirm: true });
    expect(data).toMatchObject({
      outcome: 'done',
      target: 'proxmox/lab/30062',
      undo: { tool: 'guest_start', arguments: { vmid: 30062, instance: 'lab' } },
    });
    const undo = await call(data.undo.tool, data.undo.arguments);
    expect([undo.data?.outcome, undo.data?.target], undo.text).toEqual([
      'preview',
      'proxmox/lab/30062',
    ]);
    expect([home.writes().length, second.writes().length]).toEqual([0, 1]);
  });

  test('an order without instance is none while one of them is silent, by number and by name', async () => {
    const { call, home, second } = await two();
    second.inject('refuse');
    for (const vmid of [30062, 'n8n'])
      expect((await call('guest_stop', { vmid, confirm: true })).isError, String(vmid)).toBe(true);
    expect([home.writes().length, second.writes().length]).toEqual([0, 0]);
    const { text } = await call('guest_stop', { vmid: 30062, instance: 'home', confirm: true });
    expect(text).toMatch(/^Done: shut down LXC 30062 \(n8n\) on pve-mini5 in home\./);
  });

  test('previews, undo and hints name the cluster, also where the call was narrowed to it', async () => {
    const { call } = await two();
    const { text, data } = await call('guest_stop', { vmid: 30062, instance: 'lab' });
    expect(text).toContain('Will shut down LXC 30062 (n8n) on pve-mini5 in lab.');
    expect(data.undo).toEqual({
      tool: 'guest_start',
      arguments: { vmid: 30062, instance: 'lab' },
    });
    const refused = await call('guest_restart', { vmid: 50015, instance: 'lab' });
    expect(refused.text).toContain('guest_start {"vmid":50015,"instance":"lab"} starts it.');
  });

  test('one that hangs costs its own findings and not those of the other', async () => {
    const { call, second } = await two({ LARES_DEADLINE_MS: '3000' });
    second.inject('hang');
    const { data } = await call('service_health', { service: 'proxmox' });
    expect(data.services[0]).toMatchObject({
      state: 'degraded',
      headline: expect.stringMatching(/^nodes 4\/4, guests 38 of 47 running/),
      findings: [{ id: 'proxmox.instance-down/lab' }],
    });
  });

  test('findings carry their cluster', async () => {
    const { call, second } = await two();
    second.inject(
      {
        status: 200,
        body: JSON.stringify({ data: [{ type: 'node', node: 'pve-mini5', status: 'offline' }] }),
      },
      { path: /cluster\/resources/ },
    );
    const { data } = await call('service_health', { service: 'proxmox' });
    expect(data.services[0].findings).toMatchObject([
      {
        id: 'proxmox.node-offline/lab:pve-mini5',
        next: { arguments: { node: 'pve-mini5', instance: 'lab' } },
      },
    ]);
  });
});

describe('configuration', () => {
  test.each([
    'https://pve:8006',
    'https://pve:8006/',
    'https://pve:8006/api2/json/',
    'https://pve:8006/api2',
  ])('%s', (url) => {
    const config = proxmox.config.parse({ url, token_id: 'lares@pve!lares', token_secret: 's' });
    expect(proxmox.connect(config)).toMatchObject({
      baseUrl: 'https://pve:8006/api2/json',
      headers: { authorization: 'PVEAPIToken=lares@pve!lares=s' },
    });
  });

  test.each(['lares@pve', 'lares!token', 'lares@pve!a=b', 'lares@pve!lares:secret'])(
    '%s is no token id',
    (token_id) => {
      expect(
        proxmox.config.safeParse({ url: 'https://pve:8006', token_id, token_secret: 's' }).error
          ?.issues,
      ).toMatchObject([{ path: ['token_id'], message: 'must be USER@REALM!TOKEN' }]);
    },
  );
});
