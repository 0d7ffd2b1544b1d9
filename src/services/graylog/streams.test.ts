import { expect, test } from 'vitest';
import { lab as start, type Lab } from '../../../test/harness.ts';
import { createWorld } from '../../demo/world/index.ts';
import { streamIds } from '../../demo/world/log-sources.ts';

const now = Date.UTC(2026, 10, 23, 9, 30);
const lab = (): Promise<Lab> => start({ only: ['graylog'], world: createWorld({ now }) });

test('lists streams with rules in words and what came in', async () => {
  const { call, requests, writes } = await lab();
  const { data, text } = await call('graylog_streams');
  expect(data.total).toBe(9);
  expect(data.streams.find(({ id }: { id: string }) => id === streamIds.firewall)).toEqual({
    id: streamIds.firewall,
    title: 'Firewall',
    disabled: false,
    isDefault: false,
    matching: 'all',
    rules: ['source is gw1', 'application_name contains filter'],
    messagesPerDay: 1_972_800,
    newest: expect.stringMatching(/^2026-11-23T09:29:59/),
  });
  expect(text).toMatch(/Default Stream \(default\).*on/);
  expect(text).toMatch(/Old switches +0 +- +disabled +source contains sw-old/);
  expect(text).toContain('source is caddy1 OR source is caddy2');
  expect(text).toContain('9 streams that this user may read; others may exist.');
  expect(requests('graylog').map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /api/streams',
    'POST /api/views/search/sync',
  ]);
  expect(writes('graylog')).toEqual([]);
});

test('narrows by name and says what it left out', async () => {
  const { call } = await lab();
  expect(
    (await call('graylog_streams', { name: 'EVENTS' })).data.streams.map(
      ({ title }: { title: string }) => title,
    ),
  ).toEqual(['All events', 'All system events']);
  const { data, text } = await call('graylog_streams', { limit: 2 });
  expect(data).toMatchObject({ total: 9, streams: { length: 2 } });
  expect(text).toContain('2 of 9 shown. cursor="2" goes on; or give name.');
  expect((await call('graylog_streams', { name: 'mail' })).text).toBe(
    'No stream that this user may read has "mail" in its title.',
  );
});

test('no shared stream is not the same as none', async () => {
  const { call, world } = await lab();
  Object.assign(world.graylog.accounts[0] ?? {}, { streams: [] });
  const { text, data } = await call('graylog_streams');
  expect(data).toMatchObject({ total: 0, streams: [] });
  expect(text).toContain(
    'No stream is shared with this user: that is not the same as there being none. Streams › (stream) › Share',
  );
});

test('streams are still listed where messages cannot be counted, without zeros', async () => {
  const { call, world } = await lab();
  world.graylog.indexer.reachable = false;
  const { data, text } = await call('graylog_streams', { name: 'DNS' });
  expect(data.streams[0]).not.toHaveProperty('messagesPerDay');
  expect(text).toContain(
    'How many messages they hold could not be counted: POST /views/search/sync: 200 with an error: Connection refused',
  );
});
