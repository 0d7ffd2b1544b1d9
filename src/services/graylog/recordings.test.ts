import { expect, test } from 'vitest';
import recorded4 from './fixtures/recorded-4.x-sync.json' with { type: 'json' };
import recorded5 from './fixtures/recorded-5.0.13.json' with { type: 'json' };
import recorded6 from './fixtures/recorded-6.1.10-backlog.json' with { type: 'json' };
import document6 from './fixtures/recorded-6.x-message.json' with { type: 'json' };
import { diskShare, isStuck, lagSeconds, waitingShare, type Backlog } from './journal.ts';
import { DataNodes, FailureCount, Failures, IndexCluster, Traffic } from './schema/indexer.ts';
import { Inputs, Journal, Nodes, System } from './schema/nodes.ts';
import { SearchJob } from './schema/search.ts';
import { Streams } from './schema/streams.ts';
import { readResults } from './search.ts';

test('a recorded search is understood, and its sources may be odd', () => {
  const { search_type_id: found } = recorded4.body.results.query_id.search_types;
  const job = SearchJob.parse({
    ...recorded4.body,
    results: { q: { ...recorded4.body.results.query_id, search_types: { m: found } } },
  });
  const { m } = readResults(job, ['m']);
  expect(m).toMatchObject({ total: 4, from: '2021-02-24T18:51:02.091Z', messages: { length: 2 } });
  expect(m.messages[0]).toMatchObject({
    source: '%ASA-3-710003:',
    timestamp: '2021-06-08T12:42:17.816Z',
    fields: { level: 3, facility: 'local4' },
    streams: ['000000000000000000000001'],
  });
});

test('a recorded 6.x message document is understood', () => {
  const { results } = SearchJob.parse({
    execution: { done: true },
    results: {
      q: {
        search_types: {
          m: {
            messages: [{ message: document6.message, index: 'graylog_0' }],
            total_results: 1,
            effective_timerange: { from: '', to: '' },
          },
        },
      },
    },
  });
  expect(results.q?.search_types.m?.messages[0]).toMatchObject({
    timestamp: '2025-03-20T09:05:51.000Z',
    source: 'n8nhost_worker[358608]:',
    fields: { gl2_receive_timestamp: '2025-03-20 09:05:51.535', gl2_processing_duration_ms: 2 },
  });
});

test('recorded answers of 5.0.13 are understood', () => {
  expect(System.parse(recorded5.system)).toMatchObject({
    version: '5.0.13',
    hostname: 'server',
    leader: undefined,
    processing: true,
  });
  expect(Nodes.parse(recorded5.cluster)).toHaveLength(1);
  expect(IndexCluster.parse(recorded5.indexCluster)).toEqual({
    status: 'green',
    active: 12,
    initializing: 0,
    relocating: 0,
    unassigned: 0,
  });
  expect(DataNodes.parse(recorded5.clusterStats)).toBe(1);
  expect(FailureCount.parse(recorded5.failureCount)).toBe(0);
  expect(Failures.parse(recorded5.failures)).toEqual({ total: 0, newest: [] });
  expect(Traffic.parse(recorded5.traffic)).toMatchObject({ inputBytes: 0, outputBytes: 0 });
  expect(
    Streams.parse(recorded5.streams).map(({ title, isDefault }) => [title, isDefault]),
  ).toEqual([
    ['All events', false],
    ['All system events', false],
    ['Default Stream', true],
  ]);
  expect(Inputs.parse(recorded5.inputStates)).toMatchObject([
    { title: 'test', kind: 'Raw/Plaintext UDP', state: 'RUNNING' },
    { kind: 'Raw/Plaintext TCP' },
  ]);
  expect(JSON.stringify(Inputs.parse(recorded5.inputStates))).not.toContain('tls_key_password');
});

test('a recorded journal that is not emptied is seen as such, an idle one as idle', () => {
  const stuck = Journal.parse(recorded6.journal);
  const idle = Journal.parse(recorded5.journal);
  if (!stuck || !idle) throw new Error('both journals are on');
  const node = System.parse(recorded5.system);
  const backlog = (journal: Journal): Backlog => ({ node, journal, perSecond: 0, looks: 3 });
  expect([
    diskShare(stuck).toFixed(2),
    waitingShare(stuck).toFixed(2),
    lagSeconds(backlog(stuck)),
    isStuck(backlog(stuck)),
  ]).toEqual(['0.73', '0.73', Infinity, true]);
  expect([
    diskShare(idle),
    waitingShare(idle),
    lagSeconds(backlog(idle)),
    isStuck(backlog(idle)),
  ]).toEqual([0, 0, 0, false]);
  expect(
    Journal.parse({
      enabled: false,
      append_events_per_second: 0,
      read_events_per_second: 0,
      uncommitted_journal_entries: 0,
      journal_size: 0,
      journal_size_limit: 0,
      number_of_segments: 0,
      oldest_segment: null,
      journal_config: null,
    }),
  ).toBeUndefined();
});
