import { describe, expect, test } from 'vitest';
import { lab as start, type Lab } from '../../../test/harness.ts';
import { incidents } from '../../demo/incidents/index.ts';
import { laresRole, reader } from '../../demo/world/graylog-accounts.ts';
import { createWorld } from '../../demo/world/index.ts';

const now = Date.UTC(2026, 10, 23, 9, 30);
const lab = (): Promise<Lab> => start({ only: ['graylog'], world: createWorld({ now }) });
const mayOnly = (
  { world }: Lab,
  permissions: readonly string[],
  streams: string[] | 'all' = 'all',
): void => {
  Object.assign(world.graylog.accounts[0] ?? {}, { permissions, streams });
};

describe('graylog_overview', () => {
  test('shows rates, journal, inputs, index cluster and sets, failures, notifications', async () => {
    const { call, writes } = await lab();
    const { data, text } = await call('graylog_overview');
    expect(data.clusters).toMatchObject([
      {
        instance: 'default',
        version: '6.3.15',
        inputPerSecond: 120,
        outputPerSecond: 120,
        nodes: [
          {
            hostname: 'graylog.lab.example.net',
            answers: true,
            leader: true,
            lifecycle: 'running',
            processing: true,
            journal: { uncommitted: 0, limitBytes: 5 * 2 ** 30 },
          },
        ],
        inputs: { total: 3, running: 3, notRunning: [] },
        indexCluster: { status: 'green', active: 44, unassigned: 0 },
        indexSets: [
          { title: 'Default index set', prefix: 'graylog', documents: 61_300_000 },
          { title: 'Graylog Events' },
        ],
        failures: { lastDay: 0, newest: [] },
        notifications: [],
        gaps: [],
      },
    ]);
    expect(text).toContain('Graylog 6.3.15: ingest 120, written 120 msg/s in the last second; ');
    expect(text).toContain('Inputs: 3 of 3 running.\nIndex cluster: green, 44 shards active');
    expect(text).toContain('Notifications: none.');
    expect(writes('graylog')).toEqual([]);
  });

  test('never shows what inputs are configured with', async () => {
    const { call, requests } = await lab();
    const { data, text } = await call('graylog_overview');
    expect(requests('graylog').some(({ path }) => path === '/api/cluster/inputstates')).toBe(true);
    expect(text + JSON.stringify(data)).not.toContain('beats-key-passphrase');
  });

  test('names what a plain Reader may not see, and never shows it as zero', async () => {
    const homelab = await lab();
    mayOnly(homelab, reader);
    const { data, text } = await homelab.call('graylog_overview');
    expect(data.clusters[0]).not.toHaveProperty('notifications');
    expect(data.clusters[0]).not.toHaveProperty('failures');
    expect(data.clusters[0]).not.toHaveProperty('indexSets');
    expect(data.clusters[0].gaps.map(({ what }: { what: string }) => what).sort()).toEqual([
      'index sets',
      'indexing failures',
      'notifications',
    ]);
    expect(text).toContain('Notifications: unknown (see NOT CHECKED).');
    expect(text).toContain(
      'NOT CHECKED: notifications (GET /system/notifications: 403 in effect, an empty list instead of a refusal. The user lacks notifications:read.',
    );
    expect(text).not.toMatch(/none|failures: 0/);
  });

  test('on 5.0 a token does not tell its user: being allowed to read failures decides', async () => {
    const homelab = await lab();
    homelab.world.graylog.version = '5.0.13+083613e';
    expect((await homelab.call('graylog_overview')).data.clusters[0]).toMatchObject({
      notifications: [],
      gaps: [],
    });
    mayOnly(homelab, reader);
    expect((await homelab.call('graylog_overview')).data.clusters[0]).not.toHaveProperty(
      'notifications',
    );
  });

  test('with a user name it asks for the permissions of that user', async () => {
    const homelab = await start({
      only: ['graylog'],
      world: createWorld({ now }),
      env: {
        GRAYLOG_TOKEN: undefined,
        GRAYLOG_USERNAME: 'lares',
        GRAYLOG_PASSWORD: 'a-long-password-nobody-types',
      },
    });
    expect((await homelab.call('graylog_overview')).data.clusters[0].notifications).toEqual([]);
    const paths = homelab.requests('graylog').map(({ path }) => path);
    expect(paths).toContain('/api/users/lares');
    expect(paths).not.toContain('/api/system/sessions');
  });

  test('tells failures, notifications and broken inputs with their reasons', async () => {
    const { call, world } = await lab();
    for (const name of ['log-indexing-failures', 'log-input-failed', 'log-messages-lost'])
      incidents[name]?.apply(world);
    world.graylog.version = '7.1.7+abc';
    const { data, text } = await call('graylog_overview');
    expect(data.clusters[0].failures).toMatchObject({ lastDay: 37, newest: { length: 5 } });
    expect(text).toContain(
      "mapper_parsing_exception: failed to parse field [took_ms] of type [long] in document with id 'd4593621'",
    );
    expect(text).toContain(
      'Inputs: 2 of 3 running; GELF UDP is FAILED (bind(..) failed: Address already in use.).',
    );
    expect(text).toMatch(/journal_uncommitted_messages_deleted +urgent +2026-11-23T08:40:00.000Z/);
  });

  test('says that OpenSearch does not answer instead of failing', async () => {
    const { call, world } = await lab();
    world.graylog.indexer.reachable = false;
    const { data, text } = await call('graylog_overview');
    expect(data.clusters[0].indexCluster).toEqual({ status: 'does not answer' });
    expect(text).toContain('Index cluster: does not answer.');
  });

  test('shows a node that does not answer and one without a journal', async () => {
    const { call, world } = await lab();
    const [first] = world.graylog.nodes;
    if (!first) throw new Error('no node');
    world.graylog.nodes.push(
      { ...first, id: 'n2', hostname: 'graylog2.lab.example.net', leader: false, answering: false },
      {
        ...first,
        id: 'n3',
        hostname: 'graylog3.lab.example.net',
        leader: false,
        journal: { enabled: false, limitBytes: 0, processedBytes: 0 },
      },
    );
    const { data, text } = await call('graylog_overview');
    expect(
      data.clusters[0].nodes.map(({ answers, journal }: { answers: boolean; journal?: object }) => [
        answers,
        journal !== undefined,
      ]),
    ).toEqual([
      [true, true],
      [false, false],
      [true, false],
    ]);
    expect(text).toMatch(/^n2 +does not answer/m);
    expect(data.clusters[0].inputPerSecond).toBe(120);
  });

  test('everything beyond version may be denied, and is then named', async () => {
    const homelab = await lab();
    mayOnly(homelab, ['system:read', ...laresRole], []);
    const { data, text } = await homelab.call('graylog_overview');
    expect(data.clusters[0].gaps.map(({ what }: { what: string }) => what).sort()).toEqual([
      'index cluster',
      'ingest rate',
      'inputs',
      'journal of graylog.lab.example.net',
    ]);
    expect(text).toContain('ingest unknown (see NOT CHECKED)');
    expect(text).toContain(
      'The user lacks journal:read. System › Users and Teams › USER › Edit › Assign roles: Reader.',
    );
  });
});
