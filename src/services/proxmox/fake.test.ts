import { request } from 'node:https';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createWorld, type World } from '../../demo/world/index.ts';
import { fakeProxmox, type Knobs } from './fake/index.ts';
import { bareClient } from './fake/bare-client.ts';

const now = Date.UTC(2026, 10, 23, 9, 30);
const minute = 60_000;

async function start(settings: Partial<Knobs> = {}, world: World = createWorld({ now })) {
  const pve = await fakeProxmox(world, {
    rejectDelayMs: 0,
    proxyTimeoutMs: 0,
    agentTimeoutMs: 0,
    ...settings,
  });
  onTestFinished(() => pve.close());
  return { world, pve, ...bareClient(pve) };
}

const narrow = (acl: Record<string, readonly string[]>): Partial<Knobs> => ({
  tokens: [{ id: 'mcp@pve!narrow', secret: 's', acl }],
});

describe('who is asking', () => {
  test.each([
    ['no credentials', undefined, 'No ticket'],
    ['a wrong secret', 'PVEAPIToken=lares@pve!lares=wrong', 'Authentication failed!'],
    ['an unknown token', 'PVEAPIToken=who@pve!x=y', 'Authentication failed!'],
    ['the colon of PBS', 'PVEAPIToken=lares@pve!lares:x', 'Authentication failed!'],
  ])(
    '%s: 401 with the reason in the status line and nothing else',
    async (_, authorization, reason) => {
      const { send } = await start();
      expect(await send('GET', '/version', { authorization })).toMatchObject({
        status: 401,
        reason,
        text: '',
        headers: { connection: 'close' },
      });
    },
  );

  test('a refusal takes its time', async () => {
    const { pve, send } = await start({ rejectDelayMs: 60_000 });
    const controller = new AbortController();
    const asked = send('GET', '/version', {
      authorization: 'PVEAPIToken=a@b!c=d',
      signal: controller.signal,
    }).catch((error: Error) => error.name);
    while (pve.open === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    expect(await asked).toBe('AbortError');
    expect((await send('GET', '/version')).status).toBe(200);
  });

  test('a space after PVEAPIToken and an escaped id are fine', async () => {
    const { pve, send } = await start();
    const authorization = `PVEAPIToken ${encodeURIComponent(pve.env.PROXMOX_TOKEN_ID)}=${pve.env.PROXMOX_TOKEN_SECRET}`;
    expect((await send('GET', '/version', { authorization })).status).toBe(200);
  });
});

describe('what a token may see', () => {
  test('without any grant: nodes without numbers, nothing else, and no error', async () => {
    const { get } = await start(narrow({}));
    const { data } = await get('/cluster/resources');
    expect(data.map(({ type }: { type: string }) => type)).toEqual([
      'node',
      'node',
      'node',
      'node',
    ]);
    expect(data[0]).not.toHaveProperty('cpu');
    expect((await get('/cluster/tasks')).data).toEqual([]);
    expect((await get('/nodes/pve-mini5/lxc')).data).toEqual([]);
    expect((await get('/access/permissions')).data).toEqual({});
  });

  test('a missing privilege is named, alternatives too', async () => {
    const { send } = await start(narrow({}));
    expect((await send('GET', '/cluster/status')).reason).toBe(
      'Permission check failed (/, Sys.Audit)',
    );
    expect(await send('POST', '/nodes/pve-mini5/lxc/30062/status/start')).toMatchObject({
      status: 403,
      json: { data: null, message: 'Permission check failed (/vms/30062, VM.PowerMgmt)\n' },
    });
    expect(
      (await send('GET', '/nodes/pve-mini5/qemu/40010/agent/network-get-interfaces')).reason,
    ).toBe('Permission check failed (/vms/40010, VM.GuestAgent.Audit|VM.GuestAgent.Unrestricted)');
  });

  test('the grants of a deeper path replace those above, those of a pool are added without being handed down', async () => {
    const { get, world } = await start(
      narrow({ '/': ['VM.Audit', 'Pool.Audit'], '/vms/30062': ['VM.PowerMgmt'] }),
    );
    expect((await get('/access/permissions?path=/vms/30062')).data['/vms/30062']).toEqual({
      'VM.PowerMgmt': 1,
      'VM.Audit': 0,
      'Pool.Audit': 0,
    });
    world.guest('n8n').pool = null;
    expect((await get('/access/permissions?path=/vms/30062')).data['/vms/30062']).toEqual({
      'VM.PowerMgmt': 1,
    });
    expect((await get('/cluster/resources?type=vm')).data).toHaveLength(46);
  });

  test('an auditor may not read updates', async () => {
    const { send } = await start();
    expect(await send('GET', '/nodes/pve-mini5/apt/update')).toMatchObject({
      status: 403,
      reason: 'Permission check failed (/nodes/pve-mini5, Sys.Modify)',
    });
  });

  test('permission comes before existence: a narrow token learns nothing of a missing guest', async () => {
    const { send, pve } = await start(narrow({ '/vms/30062': ['VM.Audit'] }));
    expect((await send('GET', '/nodes/pve-mini5/lxc/999/config')).status).toBe(403);
    pve.knobs.tokens[0] = {
      ...pve.knobs.tokens[0],
      id: 'mcp@pve!narrow',
      secret: 's',
      acl: { '/': ['VM.Audit'] },
    };
    expect(await send('GET', '/nodes/pve-mini5/lxc/999/config')).toMatchObject({
      status: 500,
      reason: "Configuration file 'nodes/pve-mini5/lxc/999.conf' does not exist",
    });
  });
});

describe('what is malformed', () => {
  test.each([
    ['GET', '/nope', 501, "Method 'GET /nope' not implemented"],
    ['PUT', '/version', 501, "Method 'PUT /version' not implemented"],
    ['HEAD', '/version', 501, "method 'HEAD' not available"],
    [
      'POST',
      '/access/ticket',
      403,
      "Permission check failed (URI '/access/ticket' not available with API token, need proper ticket.",
    ],
    [
      'GET',
      '/nodes/pve-mini1/qemu/30062/config',
      500,
      "Configuration file 'nodes/pve-mini1/qemu-server/30062.conf' does not exist",
    ],
    [
      'GET',
      '/nodes/nosuch/status',
      500,
      "hostname lookup 'nosuch' failed - failed to get address info for: nosuch: Name or service not known",
    ],
  ])('%s %s: %d %s', async (method, path, status, reason) => {
    const { send } = await start();
    expect(await send(method, path)).toMatchObject({ status, reason });
  });

  test('every mistaken parameter is named; booleans are 0 and 1', async () => {
    const { send } = await start();
    expect((await send('GET', '/cluster/resources?type=foo&bar=1')).json.errors).toEqual({
      type: "value 'foo' does not have a value in the enumeration 'vm, storage, node, sdn'",
      bar: 'property is not defined in schema and the schema does not allow additional properties',
    });
    expect((await send('GET', '/nodes/pve-mini1/qemu?full=true')).json.errors).toEqual({
      full: "type check ('boolean') failed - got 'true'",
    });
    expect((await send('GET', '/nodes/pve-mini1/rrddata')).json.errors).toEqual({
      timeframe: 'property is missing and it is not optional',
    });
    expect((await send('GET', '/nodes/pve-mini1/qemu/abc/config')).json.errors).toEqual({
      vmid: "type check ('integer') failed - got 'abc'",
    });
    expect(
      (await send('POST', '/nodes/pve-mini5/lxc/30062/status/stop', { form: { skiplock: '1' } }))
        .json.errors,
    ).toEqual({ skiplock: 'Only root may use this option.' });
  });

  test('bodies are forms or JSON, and GET has none', async () => {
    const { send, world } = await start();
    const stop = '/nodes/pve-mini5/lxc/30062/status/shutdown';
    expect(await send('POST', stop, { body: 'timeout=3', type: 'text/plain' })).toMatchObject({
      status: 506,
      reason: "upload 'Content-Type 'text/plain' not implemented",
    });
    expect(await send('GET', '/version', { body: 'x', type: 'text/plain' })).toMatchObject({
      status: 501,
      text: "Unexpected content for method 'GET'",
    });
    expect((await send('POST', stop, { body: '{foo', type: 'application/json' })).status).toBe(500);
    expect(
      (
        await send('POST', stop, {
          body: '{"timeout":3,"forceStop":true}',
          type: 'application/json',
        })
      ).status,
    ).toBe(200);
    expect(world.proxmox.tasks.at(-1)?.type).toBe('vzshutdown');
  });

  test('the formatter for Ext JS hides errors in a 200', async () => {
    const { pve, send } = await start();
    expect(
      await send('GET', `${pve.url}/api2/extjs/nodes/pve-mini1/qemu/999/config`),
    ).toMatchObject({ status: 200, json: { success: 0, status: 500, data: null } });
    expect((await send('GET', `${pve.url}/api2/xyz/version`)).reason).toBe(
      'no formatter for uri /version, xyz',
    );
  });
});

describe('rows', () => {
  test('come in another order every time, keys too, the same in every run', async () => {
    const order = async ({ get }: Awaited<ReturnType<typeof start>>) =>
      (await get('/cluster/resources?type=vm')).data.map(({ vmid }: { vmid: number }) => vmid);
    const [one, two] = [await start(), await start()];
    const first = await order(one);
    expect(await order(two)).toEqual(first);
    const second = await order(one);
    expect(second).not.toEqual(first);
    expect(second.toSorted()).toEqual(first.toSorted());
  });

  test('of guests: qmpstatus stands in the overview, status/current keeps it apart, VMs have no disk', async () => {
    const { get, world } = await start();
    Object.assign(world.guest('immich'), { status: 'io-error' });
    const row = (await get('/cluster/resources?type=vm')).data.find(
      ({ vmid }: { vmid: number }) => vmid === 30066,
    );
    expect(row).toMatchObject({
      id: 'qemu/30066',
      status: 'io-error',
      disk: 0,
      template: 0,
      tags: 'apps;media',
      pool: 'apps',
    });
    expect((await get('/nodes/pve-big1/qemu/30066/status/current')).data).toMatchObject({
      status: 'running',
      qmpstatus: 'io-error',
      agent: 1,
      ha: { managed: 0 },
    });
    expect((await get('/nodes/pve-mini5/lxc/30062/status/current')).data).toMatchObject({
      type: 'lxc',
      status: 'running',
      pressurecpusome: expect.any(String),
    });
  });

  test('of a dead node: last known for five minutes, then nameless', async () => {
    const { get, world } = await start();
    world.node('pve-mini5').offline = { since: now, symptom: 'refused' };
    const find = async (id: string) =>
      (await get('/cluster/resources')).data.find((row: { id: string }) => row.id === id);
    expect(await find('lxc/30062')).toMatchObject({ status: 'running', name: 'n8n' });
    expect(await find('node/pve-mini5')).toMatchObject({
      status: 'offline',
      maxcpu: 20,
      hastate: 'unknown',
    });
    world.advance(5 * minute + 1);
    expect(await find('lxc/30062')).toEqual({
      id: 'lxc/30062',
      type: 'lxc',
      vmid: 30062,
      node: 'pve-mini5',
      status: 'unknown',
      tags: 'apps;automation',
      pool: 'apps',
    });
    expect(await find('node/pve-mini5')).toEqual({
      id: 'node/pve-mini5',
      type: 'node',
      node: 'pve-mini5',
      status: 'offline',
      hastate: 'unknown',
    });
    expect(await find('storage/pve-mini5/local')).toMatchObject({ status: 'unknown' });
  });

  test('big answers are gzipped for those who ask', async () => {
    const { send } = await start();
    expect(
      (await send('GET', '/cluster/resources', { gzip: true })).headers['content-encoding'],
    ).toBe('gzip');
    expect((await send('GET', '/cluster/resources')).headers['content-encoding']).toBeUndefined();
    expect(
      (await send('GET', '/version', { gzip: true })).headers['content-encoding'],
    ).toBeUndefined();
  });
});

describe('a node that is away', () => {
  test.each([
    ['refused', 595, 'Connection refused'],
    ['timeout', 596, 'Connection timed out'],
  ] as const)('%s: %d with an empty body', async (symptom, status, reason) => {
    const { send, world } = await start();
    world.node('pve-mini5').offline = { since: now, symptom };
    expect(await send('GET', '/nodes/pve-mini5/status')).toMatchObject({
      status,
      reason,
      text: '',
    });
    expect((await send('GET', '/nodes/pve-mini5/rrddata?timeframe=hour')).status).toBe(200);
  });

  test('the node that is asked does not answer at all', async () => {
    const { send, world, pve } = await start();
    world.node(pve.knobs.node).offline = { since: now, symptom: 'refused' };
    await expect(send('GET', '/version')).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('addresses', () => {
  test('of a container: inet and inet6, null when it is stopped', async () => {
    const { get } = await start();
    const eth0 = (await get('/nodes/pve-mini5/lxc/30062/interfaces')).data[1];
    expect(eth0).toMatchObject({
      name: 'eth0',
      hwaddr: 'bc:24:11:00:75:6e',
      inet: '10.0.30.62/24',
      inet6: 'fe80::be24:11ff:fe00:756e/64',
    });
    expect(eth0['ip-addresses'][0]).toEqual({
      'ip-address': '10.0.30.62',
      'ip-address-type': 'inet',
      prefix: 24,
    });
    expect((await get('/nodes/pve-mini5/lxc/50015/interfaces')).data).toBeNull();
  });

  test('of a VM: from its agent, which may be off, asleep or in a stopped VM', async () => {
    const { get, send, world } = await start();
    const { result } = (await get('/nodes/pve-big1/qemu/30060/agent/network-get-interfaces')).data;
    expect(result.map(({ name }: { name: string }) => name)).toEqual(['lo', 'eth0', 'docker0']);
    world.guest('immich').agent = 'silent';
    const reasons = [];
    for (const vmid of [10026, 30066, 50017])
      reasons.push(
        (await send('GET', `/nodes/pve-big1/qemu/${vmid}/agent/network-get-interfaces`)).reason,
      );
    expect(reasons).toEqual([
      'No QEMU guest agent configured',
      'QEMU guest agent is not running',
      'VM 50017 is not running',
    ]);
  });
});

test('configurations: VM memory is text, agent a property list, a missing onboot means no', async () => {
  const { get } = await start();
  expect((await get('/nodes/pve-mini5/qemu/40010/config')).data).toMatchObject({
    memory: '4096',
    agent: 'enabled=1,fstrim_cloned_disks=1',
    onboot: 1,
    net0: 'virtio=BC:24:11:00:9C:4A,bridge=vmbr0,firewall=1,tag=40',
  });
  expect((await get('/nodes/pve-big1/qemu/50010/config')).data).toMatchObject({
    ipconfig0: 'ip=10.0.50.10/24,gw=10.0.50.1',
    cipassword: '**********',
  });
  expect((await get('/nodes/pve-mini5/lxc/50015/config')).data).not.toHaveProperty('onboot');
});

test('without quorum there is no replication state, and starting is refused at once', async () => {
  const { send, world } = await start();
  world.proxmox.cluster.quorate = false;
  expect((await send('GET', '/nodes/pve-mini1/replication')).reason).toBe(
    "cfs-lock 'file-replication_cfg' error: no quorum!",
  );
  expect((await send('POST', '/nodes/pve-mini5/lxc/50015/status/start')).reason).toBe(
    'cluster not ready - no quorum?',
  );
});

test('serves its certificate, whose fingerprint the API repeats', async () => {
  const { get, pve } = await start();
  const [answer] = await once(
    request(`${pve.url}/api2/json/version`, { ca: pve.ca, agent: false }).end(),
    'response',
  );
  expect(answer.resume().socket.getPeerCertificate().fingerprint256).toBe(
    pve.env.PROXMOX_TLS_FINGERPRINT,
  );
  const shown = (await get('/nodes')).data.find(
    ({ node }: { node: string }) => node === pve.knobs.node,
  );
  expect(shown.ssl_fingerprint).toBe(pve.env.PROXMOX_TLS_FINGERPRINT);
});
