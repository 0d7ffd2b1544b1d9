import { describe, expect, test } from 'vitest';
import { backups, day, granted, history, hour, snapshot } from '../../../test/backup-lab.ts';
import type { ServerDatastore } from '../../demo/world/backup-server.ts';
import { runJob, type ServerJob } from '../../demo/world/backup-jobs.ts';
import { endServerTask, startServerTask, type ServerTask } from '../../demo/world/backup-tasks.ts';
import type { World } from '../../demo/world/index.ts';

type Change = (world: World) => void;
const found = async (change: Change, env: Record<string, string> = {}): Promise<string[]> =>
  (await (await backups({ change, env })).health()).findings;
const store =
  (more: Partial<ServerDatastore>): Change =>
  (world) => {
    for (const one of world.backupServer.datastores)
      if (one.name === 'main') Object.assign(one, more);
  };
const jobs =
  (kind: string, more: Partial<ServerJob>): Change =>
  (world) => {
    for (const one of world.backupServer.jobs)
      if (one.kind === kind && one.store === 'main') Object.assign(one, more);
  };
const task = (
  world: World,
  type: string,
  id: string,
  ago: number,
  exit: string | null,
): ServerTask => {
  const started = startServerTask(world.backupServer.tasks, {
    type,
    id,
    user: 'root@pam',
    startedAt: world.now() - ago,
  });
  return exit === null ? started : endServerTask(started, started.startedAt + 60_000, exit);
};
/** The last run of a job ended so. */
const ended =
  (kind: string, type: string, exit: string | null): Change =>
  (world) => {
    for (const one of world.backupServer.jobs)
      if (one.kind === kind && one.store === 'main')
        one.last = task(world, type, 'main', hour, exit).upid;
  };
/** The last run of a job came to its end, and warned of this in the middle of its log. */
const warned =
  (kind: string, line: string): Change =>
  (world) => {
    for (const job of world.backupServer.jobs)
      if (job.kind === kind && job.store === 'main') {
        job.warns = [`warning: ${line}`];
        runJob(world, job, world.now() - 2 * hour - job.seconds * 1_000);
      }
  };
const never = {
  at: 0,
  ok: false,
  upid: 'UPID:pbs:000030B1:000082AF:0000000F:6AC223A0:verify_group:main:root@pam:',
};
const ago = (...days: number[]): number[] => days.map((n) => n * day);

/** Each trouble, and beside it what looks like it and is none. */
describe.each<[string, [what: string, change: Change, findings: string[]][]]>([
  [
    'backup-overdue',
    [
      [
        'a night was missed',
        (world) => {
          history(world, ago(1.3, 2.3, 3.3, 4.3));
        },
        ['warning pbs.backup-overdue/main/host/laptop'],
      ],
      [
        'the night is not over yet',
        (world) => {
          history(world, ago(1.2, 2.2, 3.2, 4.2));
        },
        [],
      ],
      [
        'a week was missed',
        (world) => {
          history(world, ago(9, 16, 23));
        },
        ['warning pbs.backup-overdue/main/host/laptop'],
      ],
      [
        'once a week is its rhythm',
        (world) => {
          history(world, ago(6, 13, 20));
        },
        [],
      ],
      [
        'two backups are no rhythm',
        (world) => {
          history(world, ago(20, 21));
        },
        [],
      ],
      [
        'only the newest is broken',
        (world) => {
          history(world, ago(2, 3, 4));
          snapshot(world, { bytes: null });
        },
        ['warning pbs.backup-overdue/main/host/laptop'],
      ],
      [
        'a newer one lies in another namespace, under the same name',
        (world) => {
          history(world, ago(3, 4, 5), { comment: 'laptop' });
          history(world, ago(0.1, 1, 2), { namespace: 'pve', comment: 'laptop' });
        },
        [],
      ],
      [
        'the same number in another namespace is somebody else',
        (world) => {
          history(world, ago(3, 4, 5), { comment: 'laptop' });
          history(world, ago(0.1, 1, 2), { namespace: 'pve', comment: 'nas' });
        },
        ['warning pbs.backup-overdue/main/host/laptop'],
      ],
      [
        'five of them are one finding',
        (world) => {
          for (const id of ['a', 'b', 'c', 'd', 'e']) history(world, ago(2, 3, 4), { id });
        },
        ['warning pbs.backups-overdue/main'],
      ],
      [
        'nothing arrives in a namespace any more',
        (world) => {
          for (const one of world.backupServer.datastores) one.namespaces.push('lab');
          for (const id of ['a', 'b', 'c', 'd', 'e'])
            history(world, ago(2, 3, 4), { id, namespace: 'lab' });
        },
        ['critical pbs.backups-overdue/main/lab'],
      ],
    ],
  ],
  [
    'backup-failed',
    [
      [
        'the last one broke',
        (world) => {
          history(world, ago(1, 2, 3));
          task(world, 'backup', 'main:host/laptop', hour, 'connection error');
        },
        ['warning pbs.backup-failed/main/host/laptop'],
      ],
      [
        'it worked at the second attempt',
        (world) => {
          history(world, ago(0.01, 1, 2));
          task(world, 'backup', 'main:host/laptop', hour, 'connection error');
        },
        [],
      ],
      [
        'the second attempt runs',
        (world) => {
          history(world, ago(1, 2, 3));
          task(world, 'backup', 'main:host/laptop', hour, 'connection error');
          task(world, 'backup', 'main:host/laptop', hour / 2, null);
        },
        [],
      ],
      [
        'it only warned',
        (world) => {
          history(world, ago(1, 2, 3));
          task(world, 'backup', 'main:host/laptop', hour, 'WARNINGS: 2');
        },
        [],
      ],
      [
        'it was longer ago than a day',
        (world) => {
          history(world, ago(1.1, 2, 3));
          task(world, 'backup', 'main:host/laptop', 1.05 * day, 'connection error');
        },
        [],
      ],
      [
        'many are one finding',
        (world) => {
          for (const id of ['a', 'b', 'c', 'd', 'e'])
            task(world, 'backup', `main:host/${id}`, hour, 'no space left on device');
        },
        ['warning pbs.backups-failed/backups'],
      ],
    ],
  ],
  [
    'verify-failed',
    [
      [
        'the newest',
        (world) => {
          history(world, ago(0.1, 1, 2));
          snapshot(world, { at: world.now() - hour, verification: never });
        },
        ['critical pbs.verify-failed/main/host/laptop'],
      ],
      [
        'an older one',
        (world) => {
          history(world, ago(0.1, 1, 2));
          snapshot(world, { at: world.now() - 3 * day, verification: never });
        },
        ['warning pbs.verify-failed/main/host/laptop'],
      ],
    ],
  ],
  [
    'unverified',
    [
      [
        'a job covers it and passes it by',
        (world) => {
          history(world, ago(0.1, 1, 2, 9), { verification: null, bytes: 1 });
          jobs('verify', { next: null })(world);
        },
        ['warning pbs.unverified/main'],
      ],
      [
        'it is new',
        (world) => {
          history(world, ago(0.1, 1, 2, 7), { verification: null });
          jobs('verify', { next: null })(world);
        },
        [],
      ],
      [
        'the job does not reach its namespace',
        (world) => {
          history(world, ago(0.1, 1, 2, 9), { verification: null });
          jobs('verify', { next: null, namespace: 'pve' })(world);
        },
        [],
      ],
      [
        'the job goes not that deep',
        (world) => {
          history(world, ago(0.1, 1, 2, 9), { verification: null, namespace: 'pve/archive' });
          jobs('verify', { next: null, options: { 'max-depth': 1 } })(world);
        },
        [],
      ],
      [
        'nothing verifies at all: said once, of the datastore',
        (world) => {
          world.backupServer.jobs = world.backupServer.jobs.filter(({ kind }) => kind !== 'verify');
        },
        ['info pbs.no-verify/main'],
      ],
    ],
  ],
  [
    'datastore',
    [
      [
        'is full but for what is reserved',
        store({ reservedBytes: 6.5 * 2 ** 40 }),
        ['warning pbs.datastore-full/main'],
      ],
      ['in S3: its cache may be full', store({ reservedBytes: 6.9 * 2 ** 40, s3: true }), []],
      [
        'will be full in 29 days',
        store({ growthBytesPerDay: (7 * 2 ** 40) / 29 }),
        ['warning pbs.datastore-filling/main'],
      ],
      ['will be full in 31 days', store({ growthBytesPerDay: (7 * 2 ** 40) / 31 }), []],
      ['has usage that falls', store({ growthBytesPerDay: (-7 * 2 ** 40) / 29 }), []],
      [
        'cannot be opened',
        store({ fault: 'Input/output error (os error 5)' }),
        ['critical pbs.datastore-error/main'],
      ],
      [
        'is closed by its operator',
        store({ maintenance: 'offline,message=new disks' }),
        ['info pbs.datastore-maintenance/main'],
      ],
      [
        'is read-only',
        store({ maintenance: 'read-only' }),
        ['info pbs.datastore-maintenance/main'],
      ],
      [
        'has corrupt chunks that no backup uses any more, as after every repair',
        (world) => {
          for (const one of world.backupServer.jobs)
            if (one.kind === 'gc') one.counters = { ...one.counters, stillBad: 2 };
        },
        [],
      ],
      [
        'has lost its path under a server that runs, which spoils the list of all',
        store({ lost: 'path' }),
        ['critical pbs.datastore-error/main'],
      ],
      [
        'has lost its disk and left an empty folder',
        store({ lost: 'mount' }),
        ['critical pbs.datastore-empty/main'],
      ],
      [
        'is new and holds nothing yet',
        (world) => {
          store({ lost: 'mount', growthBytesPerDay: 0 })(world);
          jobs('gc', { good: null, last: null })(world);
          world.backupServer.tasks = [];
        },
        [],
      ],
    ],
  ],
  [
    'gc',
    [
      [
        'failed',
        ended('gc', 'garbage_collection', 'disk I/O error'),
        ['warning pbs.gc-failed/main'],
      ],
      [
        'warned',
        ended('gc', 'garbage_collection', 'WARNINGS: 1'),
        ['warning pbs.gc-warnings/main'],
      ],
      [
        'warned of a chunk that is missing',
        warned(
          'gc',
          'unable to access non-existent chunk 6411, required by "ct/101/root.pxar.didx"',
        ),
        ['critical pbs.gc-warnings/main'],
      ],
      [
        'failed, and went well since, which the list of jobs has forgotten',
        (world) => {
          jobs('gc', { good: null, last: null })(world);
          task(world, 'garbage_collection', 'main', 3 * hour, 'disk I/O error');
          task(world, 'garbage_collection', 'main', 2 * hour, 'OK');
        },
        [],
      ],
      [
        'failed once more after it went well, which the list of jobs has forgotten',
        (world) => {
          jobs('gc', { good: null, last: null })(world);
          task(world, 'garbage_collection', 'main', 3 * hour, 'OK');
          task(world, 'garbage_collection', 'main', 2 * hour, 'disk I/O error');
        },
        ['warning pbs.gc-failed/main'],
      ],
      [
        'has no schedule, and fails: one finding',
        (world) => {
          jobs('gc', { good: null, last: null, schedule: null })(world);
          task(world, 'garbage_collection', 'main', 2 * hour, 'disk I/O error');
        },
        ['warning pbs.gc-failed/main'],
      ],
      ['runs', ended('gc', 'garbage_collection', null), []],
      [
        'was cut short by a restart',
        ended('gc', 'garbage_collection', 'unknown'),
        ['info pbs.gc-interrupted/main'],
      ],
      ['never ran', jobs('gc', { good: null, last: null }), []],
      [
        'never went well, which only its tasks tell',
        (world) => {
          jobs('gc', { good: null, last: null })(world);
          task(world, 'garbage_collection', 'main', 2 * day, 'disk I/O error');
        },
        ['warning pbs.gc-failed/main'],
      ],
      [
        'has no schedule and never ran',
        (world) => {
          jobs('gc', { good: null, last: null, schedule: null })(world);
          world.backupServer.tasks = [];
        },
        ['warning pbs.no-gc/main'],
      ],
      ['has no schedule but ran lately', jobs('gc', { schedule: null }), []],
    ],
  ],
  [
    'jobs',
    [
      [
        'sync failed',
        ended('sync', 'syncjob', 'sync failed with some errors.'),
        ['warning pbs.sync-failed/main/attic'],
      ],
      [
        'prune failed',
        ended('prune', 'prunejob', 'prune failed'),
        ['warning pbs.prune-failed/main/hosts'],
      ],
      [
        'prune failed and was switched off',
        (world) => {
          ended('prune', 'prunejob', 'prune failed')(world);
          jobs('prune', { disabled: true })(world);
        },
        [],
      ],
      [
        'verify was aborted',
        ended('verify', 'verificationjob', 'verification failed - job aborted'),
        ['warning pbs.verify-job-failed/main/nightly'],
      ],
      [
        'verify failed for a backup that is named',
        (world) => {
          history(world, ago(0.1, 1, 2));
          snapshot(world, { at: world.now() - 3 * day, verification: never });
          ended(
            'verify',
            'verificationjob',
            'verification failed - please check the log for details',
          )(world);
        },
        ['warning pbs.verify-failed/main/host/laptop'],
      ],
      ['verify never ran', jobs('verify', { last: null }), []],
      [
        'sync warned',
        warned('sync', 'skipping group ct/101: owner check failed'),
        ['warning pbs.sync-warnings/main/attic'],
      ],
      [
        'verify warned',
        warned('verify', 'could not lock snapshot'),
        ['warning pbs.verify-job-warnings/main/nightly'],
      ],
      [
        'prune warned',
        warned('prune', 'cannot remove protected snapshot'),
        ['warning pbs.prune-warnings/main/hosts'],
      ],
    ],
  ],
])('%s', (_, cases) => {
  test.each(cases)('%s', async (_what, change, findings) => {
    expect(await found(change)).toEqual(findings);
  });
});

describe('a guest without a backup for longer than is worth a warning', () => {
  const env = { PBS_RETIRED_DAYS: '3' };
  const idle =
    (kept: boolean): Change =>
    (world) => {
      history(world, ago(4, 5, 6), {
        id: '30097',
        type: 'vm',
        namespace: 'pve',
        comment: 'idle',
        protected: kept,
      });
    };

  test('is retired, not overdue, and information', async () => {
    const { state } = await (await backups({ change: idle(false), env })).health();
    expect(state.findings).toMatchObject([
      {
        id: 'pbs.retired/guests',
        severity: 'info',
        message:
          '1 guest had no backup for more than 3 days: retired, or forgotten? vm/30097 (idle) in main/pve',
        next: { tool: 'pbs_list_backups', arguments: { state: 'retired' } },
      },
    ]);
    expect(state.state).toBe('ok');
  });

  test('and with all that is left protected, an archive', async () => {
    expect(await found(idle(true), env)).toEqual([]);
  });

  test('unless that is its rhythm', async () => {
    expect(
      await found((world) => {
        history(world, ago(6, 13, 20));
      }, env),
    ).toEqual([]);
  });
});

test('thresholds are configuration', async () => {
  expect(await found(store({}), { PBS_DATASTORE_WARN_PERCENT: '40' })).toEqual([
    'warning pbs.datastore-full/main',
  ]);
  expect(
    await found(store({ growthBytesPerDay: (7 * 2 ** 40) / 80 }), { PBS_FULL_DAYS: '90' }),
  ).toEqual(['warning pbs.datastore-filling/main']);
});

test('a finding says what is wrong, by how much, and since when', async () => {
  const { health } = await backups({
    change: (world) => {
      history(world, ago(1.5, 2.5, 3.5));
      store({ growthBytesPerDay: (7 * 2 ** 40) / 9 })(world);
      ended('gc', 'garbage_collection', 'disk I/O error')(world);
    },
  });
  const { state } = await health();
  expect(state.findings.map(({ message }: { message: string }) => message)).toEqual([
    'Datastore main will be full in 9 d if it goes on as in the last month (42 % now, 7.0 TiB left)',
    'Garbage collection of main failed 59 min ago: disk I/O error',
    'host/laptop is overdue in main: the last good backup is 1 d 12 h old, usual is one every 1 d',
  ]);
  expect(state.findings.map(({ since }: { since?: string }) => since)).toEqual([
    undefined,
    '2026-11-23T08:31:00Z',
    '2026-11-21T21:30:00Z',
  ]);
});

describe('a token that may not see everything', () => {
  test.each([
    [
      'no task of others',
      { '/datastore': ['DatastoreAudit'], '/remote': ['RemoteAudit'] } as const,
      ['tasks of others than itself'],
    ],
    ['no remote', { '/': ['Audit'] } as const, ['sync jobs with a remote']],
    [
      'nothing at all',
      {} as const,
      [
        'datastores, their backups and jobs',
        'tasks of others than itself',
        'sync jobs with a remote',
      ],
    ],
  ])('%s: named, and never "all clear"', async (_, acl, gaps) => {
    const { state, text, findings } = await (
      await backups({ knobs: { tokens: [granted(acl)] } })
    ).health();
    expect(state.gaps.map(({ what }: { what: string }) => what)).toEqual(gaps);
    const opening =
      gaps.length === 3
        ? /^Nothing could be checked\. .*Proxmox Backup Server denied/
        : /^Nothing is broken in what the credentials may see/;
    expect([findings, opening.test(text)]).toEqual([[], true]);
  });

  test('a backup that runs is not called overdue because its task cannot be seen', async () => {
    const change: Change = (world) => {
      history(world, ago(2, 3, 4));
      snapshot(world, { bytes: null });
    };
    expect(
      (
        await (
          await backups({
            change,
            knobs: { tokens: [granted({ '/datastore': ['DatastoreAudit'] })] },
          })
        ).health()
      ).findings,
    ).toEqual([]);
  });
});

test('a namespace that does not answer is named, and the rest is told', async () => {
  const { health, pbs } = await backups({
    change: (world) => {
      history(world, ago(3, 4, 5));
    },
  });
  pbs.inject({ status: 500 }, { path: /main\/groups/, after: 0, times: 1 });
  const { state, overall } = await health();
  expect(state.gaps).toHaveLength(1);
  expect(['unknown', 'broken']).toContain(overall);
});

test('a server whose datastores cannot be read has no zero backups', async () => {
  const { state } = await (
    await backups({ change: store({ fault: 'Input/output error (os error 5)' }) })
  ).health();
  expect([state.headline, state.facts]).toEqual([
    'no backups can be seen',
    { datastores: 'main error; usb-offsite not mounted', backups: 'none can be seen' },
  ]);
});

test('more backups than it will read one by one: their verification is not claimed', async () => {
  const { state, overall } = await (await backups({ env: { PBS_LIST_SNAPSHOTS: '0' } })).health();
  expect([state.facts['not read one by one'], overall]).toEqual([
    expect.stringMatching(/^\d+ groups \(more backups than PBS_LIST_SNAPSHOTS\)/),
    'ok',
  ]);
});

describe('garbage collection that warns', () => {
  const lost =
    'unable to access non-existent chunk 6411ab, required by "/mnt/main/ct/101/2026-11-26T01:23:08Z/root.pxar.didx"';

  test('the line of its log is told with it: nothing else says that backups are lost', async () => {
    const { health, call } = await backups({ change: warned('gc', lost) });
    const { state } = await health();
    expect(state.findings).toMatchObject([
      {
        severity: 'critical',
        message: `Garbage collection of main ended with 1 warning 2 h ago: ${lost}. Backups that need what is missing cannot be restored whole`,
        evidence: expect.stringMatching(/^UPID:pbs:/),
      },
    ]);
    const stores = await call('pbs_list_datastores');
    expect(stores.text).toMatch(/1 job ended with warnings last time\./);
    expect(stores.data.datastores[0].deduplication).toBeUndefined();
    const { data, text } = await call('pbs_list_tasks', { kind: 'gc', since: '7d' });
    expect(data.tasks[0]).toMatchObject({ status: 'warning', logEnd: [lost] });
    expect(text).toContain(`> ${lost}`);
  });

  test('a log that cannot be read is a gap, and the warning stays', async () => {
    const { health, pbs } = await backups({ change: warned('gc', lost) });
    pbs.inject({ status: 500 }, { path: /\/log$/, times: 9 });
    const { state, findings } = await health();
    expect(findings).toEqual(['warning pbs.gc-warnings/main']);
    expect(state.gaps).toMatchObject([{ what: 'warnings of Garbage collection of main' }]);
  });
});

describe('one datastore whose path is gone, under a server that runs', () => {
  const change: Change = (world) => {
    store({ lost: 'path' })(world);
    for (const one of world.backupServer.datastores)
      if (one.name === 'usb-offsite') one.mounted = true;
  };

  test('the others are told in full', async () => {
    const { health, call } = await backups({ change });
    const { state, findings } = await health();
    expect(findings.filter((id) => id.startsWith('critical'))).toEqual([
      'critical pbs.datastore-error/main',
    ]);
    expect(state.facts.datastores).toBe('main error; usb-offsite 50 %');
    expect(state.headline).toMatch(/^backups of \d+ guests/);
    const stores = await call('pbs_list_datastores');
    expect([stores.isError, stores.data.datastores]).toMatchObject([
      false,
      [
        {
          datastore: 'main',
          availability: 'error',
          reason: expect.stringContaining('ENOENT: No such file or directory'),
        },
        { datastore: 'usb-offsite', availability: 'available', usedShare: 0.5, trend: 'not-read' },
      ],
    ]);
    const listed = await call('pbs_list_backups', { datastore: 'usb-offsite' });
    expect([listed.isError, listed.data.total > 0]).toEqual([false, true]);
  });
});

describe('what was not read is not said to be nothing', () => {
  test.each<[string, RegExp, string]>([
    ['namespaces', /\/namespace$/, 'backups not read'],
    ['groups', /\/groups$/, 'backups not read'],
    ['datastores', /admin\/datastore$/, 'backups not read'],
  ])('%s', async (_, path, headline) => {
    const { health, pbs } = await backups();
    pbs.inject({ status: 500 }, { path, times: 99 });
    const { state, overall } = await health();
    expect([state.headline, state.facts.backups, overall]).toEqual([
      headline,
      'not read',
      'unknown',
    ]);
    expect(state.gaps.length).toBeGreaterThan(0);
  });

  test('of one namespace of several: at least those of the others', async () => {
    const { health, pbs } = await backups();
    pbs.inject({ status: 500 }, { path: /\/groups$/, times: 1 });
    expect((await health()).state.headline).toMatch(/^backups of at least \d+ guests/);
  });

  test('the version is worth no more than itself', async () => {
    const { health, pbs } = await backups();
    pbs.inject({ status: 500 }, { path: /version$/, times: 9 });
    const { state } = await health();
    expect([state.headline, state.gaps.map(({ what }: { what: string }) => what)]).toEqual([
      'backups of 41 guests, newest 5 h 50 min ago',
      ['version'],
    ]);
  });
});
