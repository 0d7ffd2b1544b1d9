import { expect, test } from 'vitest';
import { lab as start, type Lab } from '../../../test/harness.ts';
import { day, hour, minute } from '../../demo/world/clock.ts';
import { reader } from '../../demo/world/graylog-accounts.ts';
import { createWorld, type World } from '../../demo/world/index.ts';
import { streamIds } from '../../demo/world/log-sources.ts';

const now = Date.UTC(2026, 10, 23, 9, 30);
const lab = (): Promise<Lab> => start({ only: ['graylog'], world: createWorld({ now }) });

/** Nothing new in one stream, or in all, for so long. */
const silence = ({ logs }: World, ms: number, stream?: string): void => {
  for (const pattern of logs.patterns)
    if (stream === undefined || pattern.stream === stream)
      pattern.to = Math.max(pattern.from, Math.min(pattern.to ?? Infinity, now - ms));
};
const why = async ({ call }: Lab, args: Record<string, unknown>): Promise<string[]> => {
  const { data, text } = await call('search_logs', args);
  expect(data).toMatchObject({ total: 0, messages: [] });
  for (const sentence of data.why) expect(text).toContain(sentence);
  return data.why;
};

test('a field that does not exist is a wrong query, and the near one is named', async () => {
  expect(await why(await lab(), { query: 'htp_status:404' })).toEqual([
    'Wrong query: no message seen so far has a field called htp_status; did you mean http_status?',
    expect.stringMatching(
      /^The window is not quiet: it holds 4\d\d,\d{3} other messages, and the query matches none of them\.$/,
    ),
    'The same query finds nothing in the last 7 days.',
  ]);
});

test('a query that fits elsewhere in the week says when', async () => {
  const homelab = await lab();
  homelab.world.logs.add({
    source: 'ups1',
    text: 'on battery',
    perHour: 60,
    from: now - 2 * day,
    to: now - 2 * day + 4 * minute,
  });
  expect(await why(homelab, { query: 'source:ups1 AND battery' })).toContain(
    'The same query finds 4 in the last 7 days, the newest of 2026-11-21T09:33:00.000Z (1 d 23 h ago).',
  );
});

test('a quiet window is called quiet, with the newest message', async () => {
  const homelab = await lab();
  silence(homelab.world, 3 * hour, streamIds.auth);
  expect(await why(homelab, { query: 'outcome:failure', stream: 'Authentication' })).toEqual([
    expect.stringMatching(
      /^The window is quiet: no message of any kind is in it; the newest stored one is of 2026-11-23T06:29:.* \(3 h ago\)\.$/,
    ),
    expect.stringMatching(/^The same query finds \d+ in the last 7 days/),
  ]);
});

test('a stream that was never written to, or is disabled, says so', async () => {
  expect(await why(await lab(), { stream: 'Old switches' })).toEqual([
    'The stream Old switches is disabled: nothing is routed into it.',
    'The window is quiet: no message of any kind is in it; none was stored in the last 7 days either.',
  ]);
});

test('indexing that is behind is named, so that silence is not believed', async () => {
  const homelab = await lab();
  homelab.world.graylog.indexedUntil = now - 20 * minute;
  const reasons = await why(homelab, { range: '10m' });
  expect(reasons[0]).toMatch(/^The window is quiet.*\(20 min ago\)\.$/);
  expect(reasons[1]).toMatch(
    /^Indexing is behind: 14\d,\d{3} messages wait in the journal of graylog\.lab\.example\.net \(processed at 0\/s\), so the newest cannot be found yet\.$/,
  );
});

test('a journal with a few seconds of messages is not behind', async () => {
  const homelab = await lab();
  silence(homelab.world, hour);
  homelab.world.graylog.burst = { messages: 2_400, perSecond: 120 };
  expect((await why(homelab, { range: '10m' })).join()).not.toContain('behind');
});

test('messages from the future betray a wrong clock', async () => {
  const homelab = await lab();
  homelab.world.logs.add({
    source: 'camera9',
    text: 'motion',
    perHour: 60,
    from: now - hour,
    skewMs: 5 * hour,
  });
  expect(await why(homelab, { query: 'source:camera9' })).toContain(
    'The same query finds 61 with a time after now, up to 2026-11-23T14:30:00.000Z (in 5 h). That lies in the future: the sender has a wrong clock or time zone.',
  );
});

test('what may not be looked at is said', async () => {
  const homelab = await lab();
  Object.assign(homelab.world.graylog.accounts[0] ?? {}, {
    permissions: reader.filter((permission) => permission !== 'journal:read'),
  });
  expect((await why(homelab, { query: 'source:nobody' })).at(-1)).toMatch(
    /^Whether indexing is behind could not be checked: GET \/cluster\/.*: 403 Not authorized\.$/,
  );
});

test('a limit on ranges takes away the look at the week and nothing else', async () => {
  const homelab = await lab();
  homelab.world.graylog.rangeLimitSeconds = 86_400;
  expect(await why(homelab, { query: 'source:nobody' })).toEqual([
    expect.stringMatching(/^The window is not quiet/),
  ]);
});

test('one message from the future does not hide the newest real one', async () => {
  const homelab = await lab();
  silence(homelab.world, 3 * hour);
  homelab.world.logs.add({
    source: 'camera9',
    text: 'motion',
    perHour: 60,
    from: now - 4 * hour,
    to: now - 4 * hour + minute,
    skewMs: 6 * hour,
  });
  expect((await why(homelab, { query: 'source:gw1', range: '1h' }))[0]).toMatch(
    /the newest stored one is of 2026-11-23T06:29:.* \(3 h ago\)\.$/,
  );
});

test('messages that wait in a paused journal are named, however few', async () => {
  const homelab = await lab();
  silence(homelab.world, hour);
  homelab.world.logs.add({ source: 'filler', text: 'x', perHour: 720, from: now - 5 * minute });
  homelab.world.graylog.indexedUntil = now - 6 * minute;
  for (const node of homelab.world.graylog.nodes) node.processing = false;
  expect(await why(homelab, { query: 'source:filler', range: '5m' })).toContain(
    'Message processing is paused on graylog.lab.example.net: 60 messages wait in the journal of graylog.lab.example.net and cannot be found yet.',
  );
});

test('a few messages that do not move are named, and those that do are not', async () => {
  const homelab = await lab();
  silence(homelab.world, hour);
  homelab.world.graylog.burst = { messages: 40, perSecond: 0 };
  homelab.world.graylog.indexedUntil = now - hour;
  expect((await why(homelab, { range: '10m' })).at(-1)).toBe(
    'Indexing is behind: 40 messages wait in the journal of graylog.lab.example.net (processed at 0/s), so the newest cannot be found yet.',
  );
  homelab.world.graylog.burst = { messages: 40, perSecond: 10 };
  homelab.world.graylog.indexedUntil = null;
  expect((await why(homelab, { range: '10m' })).join()).not.toContain('behind');
});
