import { describe, expect, test } from 'vitest';
import type { Finding } from '../../core/health.ts';
import { backupIncidents } from '../../demo/incidents/backups.ts';
import { guestIncidents } from '../../demo/incidents/guests.ts';
import type { Incident } from '../../demo/incidents/incident.ts';
import { nodeIncidents } from '../../demo/incidents/nodes.ts';
import { storageIncidents } from '../../demo/incidents/storage.ts';
import { pastTask, startTask } from '../../demo/world/proxmox-tasks.ts';
import type { World } from '../../demo/world/index.ts';
import { auditor } from './fake/index.ts';
import { cluster, now, tokenWith, type ClusterOptions } from '../../../test/clusters.ts';

const minute = 60_000;
const incidents: Record<string, Incident> = {
  ...guestIncidents,
  ...nodeIncidents,
  ...storageIncidents,
  ...backupIncidents,
};

interface Told {
  state: string;
  version: string;
  headline: string;
  facts: Record<string, string | number>;
  findings: Finding[];
  gaps?: { what: string }[];
}

async function checkUp(options: ClusterOptions = {}) {
  const one = await cluster(options);
  const ask = async () => {
    const { data, text } = await one.call('service_health', { service: 'proxmox' });
    const [service] = data.services as [Told];
    return {
      ...service,
      text,
      ids: service.findings.map(({ id, severity }) => `${severity} ${id}`),
      gaps: (service.gaps ?? []).map(({ what }) => what),
    };
  };
  return { ...one, ask, ...(await ask()) };
}

test('the healthy homelab: nothing to say, nothing left out, and what is not looked at is said', async () => {
  const { state, version, headline, facts, ids, gaps, text } = await checkUp();
  expect({ state, version, headline, facts, ids, gaps }).toEqual({
    state: 'ok',
    version: '9.2.11',
    headline: 'nodes 4/4, guests 38 of 47 running (2 templates)',
    facts: { nodes: '4/4', guests: '38 of 47 running (2 templates)', updates: 'not looked at' },
    ids: [],
    gaps: [],
  });
  expect(text).toMatch(/^All clear\./);
});

describe.each(Object.entries(incidents))('%s', (_, { apply, expect: id }) => {
  test(id ?? 'causes no finding', async () => {
    const { ids } = await checkUp({ change: apply });
    if (id === undefined) expect(ids).toEqual([]);
    else expect(ids).toContainEqual(expect.stringMatching(new RegExp(`^(critical|warning) ${id}`)));
  });
});

test('every finding leads to a call that works', async () => {
  const { findings, call } = await checkUp({
    change: (world) => {
      for (const [, { apply, expect: id }] of Object.entries(incidents))
        if (id && !/node-offline|no-quorum/.test(id)) apply(world);
    },
  });
  expect(findings.length).toBeGreaterThan(10);
  for (const { id, next } of findings)
    expect((await call(next?.tool ?? 'none', next?.arguments)).isError, id).toBe(false);
});

describe('whether a guest should run', () => {
  const down =
    (name: string, more: object = {}) =>
    (world: World): void => {
      Object.assign(world.guest(name), { status: 'stopped', startedAt: null, ...more });
    };

  test('the configuration of stopped guests is asked for, of no others', async () => {
    const { paths } = await checkUp();
    expect(
      paths()
        .filter((path) => path.endsWith('/config'))
        .map((path) => Number(path.split('/')[4]))
        .sort(),
    ).toEqual([50012, 50013, 50014, 50015, 50016, 50017, 50018]);
  });

  test('by whom and when it was stopped is told with it', async () => {
    const { findings } = await checkUp({
      change: (world) => {
        down('paperless')(world);
        pastTask(world.proxmox.tasks, {
          node: 'pve-mini3',
          type: 'vzshutdown',
          id: '30061',
          user: 'root@pam',
          startedAt: now - 10 * minute,
          seconds: 4,
        });
      },
    });
    expect(findings).toMatchObject([
      {
        id: 'proxmox.guest-down/30061',
        severity: 'warning',
        message:
          'LXC 30061 (paperless) on pve-mini3 is stopped, but should run (starts at boot); vzshutdown by root@pam stopped it 9 min 56 s ago',
        since: '2026-11-23T09:20:04Z',
        evidence: expect.stringMatching(/^UPID:pve-mini3:.*:vzshutdown:30061:root@pam:$/),
        next: { tool: 'get_guest', arguments: { vmid: 30061 } },
      },
    ]);
  });

  test('HA decides for the guests it manages, whatever they do at boot', async () => {
    expect(
      (
        await checkUp({
          change: down('authentik', { ha: { requested: 'stopped', state: 'stopped' } }),
        })
      ).ids,
    ).toEqual([]);
    expect((await checkUp({ change: down('authentik', { onboot: false }) })).ids).toEqual([
      'critical proxmox.guest-down/10029',
    ]);
  });

  test('a hibernated one is meant to be off', async () => {
    expect((await checkUp({ change: down('nextcloud', { lock: 'suspended' }) })).ids).toEqual([]);
  });

  test('HA that has given up is a finding of its own', async () => {
    expect(
      (
        await checkUp({
          change: (world) => {
            const guest = world.guest('authentik');
            if (guest.ha) guest.ha.state = 'error';
          },
        })
      ).ids,
    ).toEqual(['critical proxmox.ha-error/vm:10029']);
  });
});

describe('a lock', () => {
  test('is nothing while its task runs, also when that backs up several guests', async () => {
    const { ids } = await checkUp({
      change: (world) => {
        world.guest('nextcloud').lock = 'backup';
        startTask(world.proxmox.tasks, {
          node: 'pve-big1',
          type: 'vzdump',
          id: '',
          user: 'root@pam',
          startedAt: now - minute,
        });
      },
    });
    expect(ids).toEqual([]);
  });

  test('that only the list still shows, and the configuration no longer, is nothing', async () => {
    const { ids, paths } = await checkUp({
      change: (world) => {
        world.guest('nextcloud').lock = 'snapshot';
      },
    });
    expect(ids).toEqual(['warning proxmox.guest-locked/30060']);
    expect(paths()).toContain('GET /nodes/pve-big1/qemu/30060/config');
  });
});

describe('failed tasks', () => {
  const failed =
    (type: string, id: string, hoursAgo: number, exit?: string) =>
    (world: World): void => {
      pastTask(world.proxmox.tasks, {
        node: 'pve-big1',
        type,
        id,
        user: 'root@pam',
        startedAt: now - hoursAgo * 60 * minute,
        seconds: 5,
        ...(exit !== undefined && { exit }),
      });
    };
  const all =
    (...changes: ((world: World) => void)[]) =>
    (world: World): void => {
      for (const change of changes) change(world);
    };

  test.each<[string, (world: World) => void, string[]]>([
    [
      'one that failed',
      failed('qmsnapshot', '30060', 3, 'got timeout'),
      ['warning proxmox.task-failed/qmsnapshot:30060'],
    ],
    [
      'one that succeeded later',
      all(failed('qmsnapshot', '30060', 3, 'got timeout'), failed('qmsnapshot', '30060', 2)),
      [],
    ],
    [
      'one of another kind does not clear it',
      all(failed('qmsnapshot', '30060', 3, 'got timeout'), failed('qmclone', '30060', 2)),
      ['warning proxmox.task-failed/qmsnapshot:30060'],
    ],
    [
      'a shutdown that failed and the stop that did it',
      all(failed('qmshutdown', '50012', 3, 'got timeout'), failed('qmstop', '50012', 2)),
      [],
    ],
    ['warnings are no failure', failed('qmstart', '30060', 3, 'WARNINGS: 1'), []],
    [
      'a backup that warned may lack something: information',
      failed('vzdump', '30060', 3, 'WARNINGS: 1'),
      ['info proxmox.task-warnings/vzdump:30060'],
    ],
    [
      'a backup that warned, and went well since',
      all(failed('vzdump', '30060', 3, 'WARNINGS: 1'), failed('vzdump', '30060', 2)),
      [],
    ],
    ['a console that was closed', failed('vncproxy', '30060', 3, 'connection timed out'), []],
    ['one of last week', failed('qmsnapshot', '30060', 100, 'got timeout'), []],
    [
      'one that newer tasks have pushed out of what the node tells the cluster',
      all(
        failed('vzdump', '', 8, 'job errors'),
        ...Array.from({ length: 30 }, () => failed('qmsnapshot', '30060', 3)),
      ),
      ['warning proxmox.task-failed/vzdump:pve-big1'],
    ],
    [
      'the same, and its success pushed out too',
      all(
        failed('qmclone', '30060', 9, 'no space'),
        failed('qmclone', '30060', 8),
        ...Array.from({ length: 30 }, () => failed('qmsnapshot', '30060', 3)),
      ),
      [],
    ],
    [
      'a backup of several guests is not cleared by another job',
      all(failed('vzdump', '', 3, 'job errors'), failed('vzdump', '', 2)),
      ['warning proxmox.task-failed/vzdump:pve-big1'],
    ],
  ])('%s', async (_, change, ids) => {
    expect((await checkUp({ change })).ids).toEqual(ids);
  });
});

describe('one bad node does not spoil the rest', () => {
  test('a node that hangs costs one question, is named, and the others are still judged', async () => {
    const one = await cluster({
      change: (world) => {
        world.guest('paperless').status = 'stopped';
      },
      env: { LARES_DEADLINE_MS: '3000' },
    });
    one.pve.inject('hang', { path: /\/nodes\/pve-big1\// });
    const { data } = await one.call('service_health', { service: 'proxmox' });
    expect(data.services[0]).toMatchObject({
      state: 'degraded',
      findings: [{ id: 'proxmox.guest-down/30061' }],
      gaps: [{ what: 'pve-big1: certificate, disks, ZFS pools, updates and stopped guests' }],
    });
    expect(one.paths().filter((path) => path.includes('/nodes/pve-big1/'))).toEqual([
      'GET /nodes/pve-big1/certificates/info',
    ]);
  });

  test('an offline one is not asked at all; its guests are counted with it and are no findings of their own', async () => {
    const { ids, findings, pve } = await checkUp({
      change: (world) => {
        world.node('pve-mini5').offline = { since: now - minute, symptom: 'timeout' };
      },
    });
    expect(ids).toEqual(['critical proxmox.node-offline/pve-mini5']);
    expect(findings[0]?.message).toBe(
      'Node pve-mini5 is offline, and 13 guests with it (11 ran when last heard of)',
    );
    expect(pve.requests.some(({ path }) => path.includes('/nodes/pve-mini5/'))).toBe(false);
  });

  test('one that is online but reports nothing is one finding, not one for each of its storages', async () => {
    const { pve, ask } = await checkUp();
    pve.inject(
      {
        status: 200,
        body: JSON.stringify({
          data: [
            { type: 'node', node: 'pve-mini1', status: 'online' },
            {
              type: 'storage',
              node: 'pve-mini1',
              storage: 'local',
              status: 'unknown',
              content: 'images',
            },
            { type: 'lxc', vmid: 10002, node: 'pve-mini1', status: 'unknown' },
          ],
        }),
      },
      { path: /cluster\/resources/ },
    );
    pve.inject({ status: 200, body: '{"data":[]}' }, { path: /cluster\/backup$/ });
    expect((await ask()).ids).toEqual(['warning proxmox.node-silent/pve-mini1']);
  });

  test('a node that stands alone has no quorum to lose', async () => {
    const { pve, ask } = await checkUp();
    pve.inject(
      {
        status: 200,
        body: JSON.stringify({
          data: [
            {
              type: 'node',
              id: 'node/pve-mini1',
              name: 'pve-mini1',
              local: 1,
              online: 1,
              level: '',
              nodeid: 0,
              ip: '10.0.10.11',
            },
          ],
        }),
      },
      { path: /cluster\/status/ },
    );
    expect((await ask()).ids).toEqual([]);
  });
});

test('more stopped guests than are looked at: at least so many, and one finding a node', async () => {
  const { findings, text } = await checkUp({
    change: (world) => {
      const guest = world.guest('paperless');
      for (let vmid = 70_000; vmid < 70_120; vmid++)
        world.guests.push({
          ...guest,
          vmid,
          name: `job-${vmid}`,
          status: 'stopped',
          startedAt: null,
        });
    },
  });
  expect(findings.map(({ id }) => id)).toContain('proxmox.guests-down/pve-mini3');
  expect(findings.find(({ id }) => id.includes('guests-down'))?.message).toMatch(
    /^At least \d\d guests on pve-mini3 are stopped, but should run \(\d\d more stopped ones were not looked at\): 70000 job-70000, /,
  );
  expect(text).toMatch(/^Something is broken: at least 1 critical/);
});

test('a slow or broken question costs itself: version, the list, and one guest of a node', async () => {
  const { pve, ask } = await checkUp({
    change: (world) => {
      world.guest('paperless').status = 'stopped';
    },
  });
  pve.inject({ status: 500, reason: 'got timeout' }, { path: /json\/version$/, times: 1 });
  const unversioned = await ask();
  expect([unversioned.gaps, unversioned.ids]).toEqual([
    ['version'],
    ['critical proxmox.guest-down/30061'],
  ]);
  pve.inject({ status: 500, reason: 'got timeout' }, { path: /cluster\/resources$/, times: 9 });
  const unlisted = await ask();
  expect(unlisted.headline).toBe('nodes and guests not read');
  expect([unlisted.ids, unlisted.gaps]).toEqual([[], ['nodes, guests and storages']]);
});

test('one guest whose configuration cannot be read costs no other', async () => {
  const { pve, ask } = await checkUp({
    change: (world) => {
      world.guest('paperless').status = 'stopped';
      world.guest('jellyfin').status = 'stopped';
    },
  });
  pve.inject(
    { status: 500, reason: 'unable to parse config' },
    { path: /lxc\/30061\/config$/, times: 9 },
  );
  const { ids, gaps } = await ask();
  expect(gaps).toEqual(['whether LXC 30061 (paperless) should run']);
  expect(ids.filter((id) => id.includes('guest-down'))).toHaveLength(1);
});

test('a node without ZFS has no pools, and that is no gap', async () => {
  const { pve, ask } = await checkUp();
  pve.inject(
    { status: 500, reason: 'zfsutils-linux not installed' },
    { path: /disks\/zfs$/, times: 9 },
  );
  expect((await ask()).gaps).toEqual([]);
});

test('what the operator says is not there is not asked for', async () => {
  const { gaps, paths } = await checkUp({
    env: { PROXMOX_WITHOUT: 'ha,replication,zfs,backup-jobs' },
  });
  expect(gaps).toEqual([]);
  expect(paths().filter((path) => /ha\/status|replication|zfs|cluster\/backup/.test(path))).toEqual(
    [],
  );
});

describe('a token that may not see everything', () => {
  test('without any right: nodes, no finding, and every gap by name', async () => {
    const { gaps, ids, text } = await checkUp({ knobs: tokenWith({}) });
    expect(ids).toEqual([]);
    expect(gaps).toEqual([
      'quorum, high availability, failed tasks, ZFS pools and guests without a backup job',
      'load and disks of nodes',
      'all guests',
      'all storages',
    ]);
    expect(text).toMatch(/^Nothing could be checked\. .*Proxmox VE denied/);
  });

  test('one pool only: what it sees is judged, and that it is not all is said', async () => {
    const { gaps, headline } = await checkUp({
      knobs: tokenWith({
        '/': ['Sys.Audit', 'Datastore.Audit'],
        '/pool/media': ['VM.Audit', 'Pool.Audit'],
      }),
    });
    expect(headline).toBe('nodes 4/4, guests 4 of 4 running');
    expect(gaps).toEqual(['all guests']);
  });

  test('with Sys.Modify the updates are information, not a problem', async () => {
    const { ids, facts, state } = await checkUp({
      knobs: tokenWith({ '/': [...auditor, 'Sys.Modify'] }),
    });
    expect(ids.filter((id) => id.startsWith('info proxmox.updates/'))).toHaveLength(4);
    expect([facts['updates'], state]).toEqual([undefined, 'ok']);
  });
});
