import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { granted, now, snapshot } from '../../../test/backup-lab.ts';
import { Facts } from '../../../test/upstream/facts.ts';
import { pbs as upstream } from '../../../test/upstream/sources/pbs.ts';
import { createWorld } from '../../demo/world/index.ts';
import { createRuntime } from '../../core/runtime.ts';
import recorded from './fixtures/recorded-4.x.json' with { type: 'json' };
import { fakePbs, recommended } from './fake/index.ts';
import { pbs } from './index.ts';
import { Snapshot } from './schema/backup.ts';
import { Datastore, Usage } from './schema/datastore.ts';
import { GcJob, PruneJob, VerifyJob } from './schema/job.ts';
import { startOf } from './schema/task.ts';

describe('what a real server answered is understood', () => {
  test('jobs', () => {
    expect(z.array(VerifyJob).parse(recorded['GET /admin/verify'])).toMatchObject([
      {
        id: 'weekly',
        last: 'ok',
        schedule: 'sun 03:00',
        outdatedAfterDays: 30,
        startedAt: Date.UTC(2026, 9, 4, 10),
        endedAt: 1_791_110_495_000,
      },
    ]);
    expect(z.array(PruneJob).parse(recorded['GET /admin/prune'])).toMatchObject([
      { id: 'daily', last: 'ok', disabled: false },
    ]);
  });

  test('garbage collection before its first run and after it', () => {
    expect(z.array(GcJob).parse(recorded['GET /admin/gc (never run)'])).toMatchObject([
      { id: 'erebor', last: 'never', startedAt: undefined, unusedBadChunks: 0 },
    ]);
    expect(z.array(GcJob).parse(recorded['GET /admin/gc (after a run)'])).toMatchObject([
      {
        id: 'erebor',
        last: 'ok',
        chunkBytes: 115_363_386_675,
        dataBytes: 575_554_027_520,
        pendingBytes: 4_732_488_637,
      },
    ]);
  });

  test('a snapshot', () => {
    const [row] = [
      recorded['one row of GET /admin/datastore/{store}/snapshots (files[] omitted by the author)'],
    ];
    expect(Snapshot.parse(row)).toEqual({
      type: 'vm',
      id: '152',
      at: 1_791_087_763_000,
      bytes: 85_904_082_241,
      verification: { ok: true, at: Date.UTC(2026, 9, 4, 10) },
      encryption: 'unknown',
      owner: 'pve@pbs!saruman',
      comment: 'titan',
      protected: false,
    });
  });

  test('a UPID has one field more than that of Proxmox VE, which is none here', () => {
    expect(
      startOf('UPID:golem:000030B1:000082AF:00000010:6AC24ACF:garbage_collection:erebor:root@pam:'),
    ).toBe(0x6ac24acf * 1000);
    expect(startOf('UPID:pve1:000030B1:000082AF:6AC24ACF:vzdump:100:root@pam:')).toBeUndefined();
  });
});

describe('lenient where servers differ', () => {
  test('nulls are as good as nothing, and nothing is not zero', () => {
    expect(
      Usage.parse({
        store: 'main',
        total: null,
        used: null,
        avail: -1,
        error: null,
        'gc-status': null,
      }),
    ).toMatchObject({
      totalBytes: undefined,
      usedBytes: undefined,
      availableBytes: undefined,
      error: undefined,
    });
    expect(Datastore.parse({ store: 'main', comment: null })).toMatchObject({
      comment: undefined,
      maintenance: undefined,
    });
  });

  test('files may be plain names, as the schema says', () => {
    expect(
      Snapshot.parse({
        'backup-type': 'vm',
        'backup-id': '1',
        'backup-time': 1,
        size: 1,
        files: ['a.fidx'],
      }).encryption,
    ).toBe('unknown');
  });

  test('unknown kinds and fields do not spoil the list', () => {
    expect(
      Snapshot.parse({ 'backup-type': 'pod', 'backup-id': '1', 'backup-time': 1, novelty: 1 }),
    ).toMatchObject({ type: 'pod', bytes: undefined });
  });
});

/** A server with a backup under way, asked with every right: more fields than a token that only looks is shown. */
describe('the fake says what the published schema of 4.2 knows, and all that it calls obligatory', () => {
  const facts = new Facts(upstream);

  test.each([
    '/version',
    '/admin/datastore',
    '/status/datastore-usage',
    '/admin/datastore/main/groups?ns=pve',
    '/admin/datastore/main/snapshots?ns=pve',
    '/admin/datastore/main/namespace',
    '/admin/gc',
    '/admin/verify',
    '/admin/prune',
    '/admin/sync?sync-direction=all',
    '/nodes/localhost/tasks?limit=0',
  ])('%s', async (target) => {
    const world = createWorld({ now });
    snapshot(world, { bytes: null });
    const server = await fakePbs(world, { tokens: [granted({ '/': ['Admin'] })] });
    onTestFinished(() => server.close());
    const runtime = createRuntime([pbs], { ...server.env, LARES_STATE_DIR: '/nonexistent' });
    onTestFinished(() => runtime.close());
    const answer = await runtime.services[0]?.instances
      .get('default')
      ?.read({ method: 'GET', target }, {}, new AbortController().signal);
    const body = JSON.parse(answer?.text ?? '');
    expect([body.data].flat().length).toBeGreaterThan(0);
    const endpoint = facts.endpointOf('GET', `/api2/json${target.replace(/\?.*/, '')}`);
    expect(facts.complaints(endpoint ?? target, body)).toEqual([]);
  });
});

test('the fake refuses in the words of the server, as plain text that is called JSON', async () => {
  const server = await fakePbs(createWorld({ now }), { rejectDelayMs: 0, forbidDelayMs: 0 });
  onTestFinished(() => server.close());
  const ask = async (
    target: string,
    authorization = `PBSAPIToken ${recommended.id}:${recommended.secret}`,
  ) => {
    const runtime = createRuntime([pbs], { ...server.env, LARES_STATE_DIR: '/nonexistent' });
    onTestFinished(() => runtime.close());
    const seen: { status: number; text: string; type: string | undefined }[] = [];
    await runtime.services[0]?.instances
      .get('default')
      ?.read(
        { method: 'GET', target, headers: { authorization } },
        {
          describeError: ({ status, text, headers }) => {
            seen.push({ status, text, type: headers['content-type'] });
            return undefined;
          },
        },
        new AbortController().signal,
      )
      .catch(() => undefined);
    return seen[0] ?? { status: 200 };
  };
  const type = 'application/json;charset=UTF-8';
  expect(await ask('/version')).toEqual({ status: 200 });
  expect(await ask('/ping', 'nothing')).toEqual({ status: 200 });
  expect(await ask('/version', `PBSAPIToken=${recommended.id}=${recommended.secret}`)).toEqual({
    status: 401,
    text: 'authentication failed',
    type,
  });
  expect(await ask('/foo')).toEqual({
    status: 404,
    text: "Path '/api2/json/foo' not found.",
    type,
  });
  expect(await ask('/nodes')).toEqual({ status: 403, text: 'permission check failed', type });
  expect(await ask('/admin/datastore/nope/groups')).toEqual({
    status: 400,
    text: "no such datastore 'nope'",
    type,
  });
  expect(await ask('/admin/datastore/usb-offsite/groups')).toEqual({
    status: 400,
    text: "datastore 'usb-offsite' is not mounted",
    type,
  });
  expect(await ask('/admin/datastore?verbose=1')).toEqual({
    status: 400,
    text: "parameter verification failed - 'verbose': schema does not allow additional properties.",
    type,
  });
  expect(await ask('/nodes/localhost/tasks?limit=x&errors=maybe')).toEqual({
    status: 400,
    text: "parameter verification failed:\n- 'limit': invalid digit found in string\n- 'errors': Unable to parse boolean option.",
    type,
  });
});
