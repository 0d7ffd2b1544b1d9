import { describe, expect, test } from 'vitest';
import { graylogLab, healthAfter, now, type Row } from '../../../test/graylog-lab.ts';
import { day, hour, minute } from '../../demo/world/clock.ts';
import { laresRole, reader } from '../../demo/world/graylog-accounts.ts';
import { createWorld, type World } from '../../demo/world/index.ts';

describe('senders with a wrong clock', () => {
  const jump =
    (skewMs: number) =>
    ({ logs }: World): void => {
      const since = now - 40 * minute;
      for (const pattern of [...logs.patterns]) {
        if (pattern.to !== null) continue;
        pattern.to = since;
        logs.patterns.push({ ...pattern, from: since, to: null, skewMs });
      }
    };
  test.each([
    [hour, '1 h ahead'],
    [-5 * hour, '5 h behind'],
  ])('%i ms: are named, and nothing is called behind', async (skewMs, words) => {
    const { findings, lab: homelab } = await healthAfter(jump(skewMs));
    expect(findings).toMatchObject([
      {
        id: 'graylog.sender-clock/default',
        severity: 'warning',
        message: expect.stringContaining(`their senders write a time that is ${words}`),
      },
    ]);
    const [{ next }] = findings as [Row];
    expect((await homelab.call(next.tool, { ...next.arguments })).data.total).toBeGreaterThan(0);
  });
});

describe('the access token', () => {
  const ending =
    (ms: number | null) =>
    ({ graylog }: World): void => {
      for (const token of graylog.accounts[0]?.tokens ?? [])
        token.expiresAt = ms === null ? null : now + ms;
    };
  test.each([
    ['in three days', '6.3.15+7d5fe0c', ending(3 * day), ['graylog.token-expiring/lares']],
    ['in two weeks', '6.3.15+7d5fe0c', ending(14 * day), []],
    ['never', '6.3.15+7d5fe0c', ending(null), []],
    ['before 6.2, which does not say', '6.1.10+a308be3', ending(3 * day), []],
  ])('that ends %s', async (_, version, change, ids) => {
    const { findings, text } = await healthAfter((world) => {
      world.graylog.version = version;
      change(world);
    });
    expect(findings.map(({ id }) => id)).toEqual(ids);
    expect(text).not.toContain('NOT CHECKED');
  });
  test('of another, long unused, is none of ours', async () => {
    const { findings } = await healthAfter(({ graylog }) => {
      graylog.accounts[0]?.tokens.push({ name: 'old', value: 'x', expiresAt: now + day });
    });
    expect(findings).toEqual([]);
  });
  test('is not asked for where a password is used', async () => {
    const world = createWorld({ now });
    ending(day)(world);
    const homelab = await graylogLab(world, {
      GRAYLOG_TOKEN: undefined,
      GRAYLOG_USERNAME: 'lares',
      GRAYLOG_PASSWORD: 'a-long-password-nobody-types',
    });
    const { data } = await homelab.call('service_health', { service: 'graylog' });
    expect(data.services[0].findings).toEqual([]);
  });
});

describe('what counts as an error', () => {
  test.each([
    ['level:<4 and source:*', 'Graylog searches for the word "and"'],
    ['severty:3', 'no message seen so far has a field called severty'],
  ])('%s: is not what was meant, so errors are not checked', async (query, why) => {
    const { text } = await healthAfter(() => undefined, { GRAYLOG_ERROR_QUERY: query });
    expect(text).toContain(`NOT CHECKED Graylog: error spikes (Wrong query: ${why}`);
    expect(text).toContain('GRAYLOG_ERROR_QUERY');
  });
});

describe('one part that fails', () => {
  test.each([
    [/\/cluster$/, ['nodes']],
    [/journal/, ['journal']],
    [/sync/, ['error rate and new messages']],
    [/inputstates/, ['inputs']],
    [/multiple/, ['ingest rate']],
  ])('%s costs its own line, and Graylog is not down', async (path, what) => {
    const homelab = await graylogLab();
    homelab.server('graylog').inject({ status: 500 }, { path });
    const { data } = await homelab.call('service_health', { service: 'graylog' });
    const [row] = data.services;
    expect(row.findings).toEqual([]);
    expect(row.gaps.map((gap: { what: string }) => gap.what)).toEqual(what);
    expect(row.state).not.toBe('down');
  });
  test('a user who may not see nodes does not see them down', async () => {
    const { findings, text } = await healthAfter(({ graylog }) => {
      Object.assign(graylog.accounts[0] ?? {}, {
        permissions: [...reader, ...laresRole].filter((granted) => granted !== 'system:read'),
      });
    });
    expect(findings).toEqual([]);
    expect(text).toContain('NOT CHECKED Graylog: nodes (GET /cluster: 403 in effect');
  });
});

test('an input that runs on several nodes is one input', async () => {
  const { text } = await healthAfter(({ graylog }) => {
    const [node] = graylog.nodes;
    if (node) graylog.nodes.push({ ...node, id: 'n2', hostname: 'graylog2', leader: false });
  });
  expect(text).toContain('inputs 3 of 3 running');
});
