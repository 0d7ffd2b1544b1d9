import { describe, expect, test } from 'vitest';
import { lab as start, type Lab } from '../../../test/harness.ts';
import { incidents } from '../../demo/incidents/index.ts';
import { day, hour, minute } from '../../demo/world/clock.ts';
import { reader } from '../../demo/world/graylog-accounts.ts';
import { createWorld, type World } from '../../demo/world/index.ts';

const now = Date.UTC(2026, 10, 23, 9, 30);
const lab = (world: World = createWorld({ now }), env: Record<string, string> = {}): Promise<Lab> =>
  start({ only: ['graylog'], world, env });

interface Row {
  id: string;
  severity: string;
  message: string;
  since?: string;
  evidence?: string;
  next: { tool: string; arguments: object };
}

/** The findings after something has happened to the world. */
async function after(
  happen: (world: World) => void,
  env: Record<string, string> = {},
): Promise<{ findings: Row[]; text: string; overall: string; state: string; lab: Lab }> {
  const homelab = await lab(createWorld({ now }), env);
  happen(homelab.world);
  const { data, text } = await homelab.call('service_health', { service: 'graylog' });
  const [{ findings, state }] = data.services;
  return { findings, text, overall: data.overall, state, lab: homelab };
}
const errors =
  (perHour: number, ms = hour) =>
  ({ logs }: World): void => {
    logs.add({ source: 'nextcloud', text: 'connection refused', perHour, from: now - ms + 1 });
  };

describe('a healthy Graylog', () => {
  test.each([0, 3, 3.2, 9.5, 23.9])("has nothing to report at %f o'clock", async (oClock) => {
    const homelab = await lab(createWorld({ now: Date.UTC(2026, 10, 23) + oClock * hour }));
    const { data, text } = await homelab.call('service_health', { service: 'graylog' });
    expect(data.services[0]).toMatchObject({
      state: 'ok',
      version: '6.3.15',
      headline: 'ingest 120 msg/s',
      findings: [],
    });
    expect(text).toContain('All clear. 1 of 1 service answers; ingest 120 msg/s.');
    expect(text).toMatch(
      /errors in the last hour \d+, journal 0\.1 %, index cluster green, inputs 3 of 3 running/,
    );
  });

  test('is asked in a dozen requests, one of them the only search, and nothing is written', async () => {
    const {
      lab: { requests, writes },
    } = await after(() => undefined);
    expect(requests('graylog').filter(({ path }) => path.endsWith('/sync'))).toHaveLength(1);
    expect(requests('graylog').length).toBeLessThanOrEqual(12);
    expect(writes('graylog')).toEqual([]);
  });
});

describe('every incident causes its finding, every non-incident none', () => {
  test.each(Object.entries(incidents).filter(([name]) => name.startsWith('log-')))(
    '%s',
    async (_, { apply, expect: expected }) => {
      const { findings } = await after(apply);
      const serious = findings.filter(({ severity }) => severity !== 'info').map(({ id }) => id);
      expect(serious).toEqual(expected ? [expect.stringMatching(`^${expected}`)] : []);
    },
  );
});

describe('error spikes', () => {
  test('say how many, against what is usual, and where from', async () => {
    const { findings, text } = await after(errors(600));
    expect(findings).toEqual([
      {
        id: 'graylog.error-spike/default',
        incident: 'graylog.error-spike/default',
        severity: 'warning',
        subject: 'default',
        message: expect.stringMatching(
          /^612 errors logged in the last hour, \d+ times the usual \d+ an hour \(busiest hour of the day before: 2\d\d\), mostly from nextcloud$/,
        ),
        next: { tool: 'search_logs', arguments: { query: 'level:[0 TO 3]', range: '1h' } },
      },
    ]);
    expect(text).toContain('→ search_logs {"query":"level:[0 TO 3]","range":"1h"}');
  });
  test('need more than a few', async () =>
    expect(
      (
        await after((world) => {
          quietNights(world);
          errors(36)(world);
        })
      ).findings,
    ).toEqual([]));
  test('need more than a factor', async () =>
    expect(
      (
        await after(
          (world) => {
            quietNights(world);
            errors(47)(world);
          },
          { GRAYLOG_SPIKE_MIN: '10' },
        )
      ).findings,
    ).toEqual([]));
  test('are found beyond both', async () =>
    expect(
      (
        await after(
          (world) => {
            quietNights(world);
            errors(49)(world);
          },
          { GRAYLOG_SPIKE_MIN: '10' },
        )
      ).findings,
    ).toHaveLength(1));
  test('have no baseline where nothing was stored before', async () => {
    expect(
      (
        await after(({ logs }) => {
          logs.patterns.length = 0;
          logs.add({ source: 'new', text: 'x', perHour: 500, from: now - hour });
        })
      ).findings,
    ).toEqual([]);
  });
  test('mean what the operator calls an error', async () => {
    const {
      findings,
      lab: { requests },
    } = await after(
      ({ logs }) => {
        logs.add({ source: 'app', level: 6, text: 'panic', perHour: 300, from: now - hour });
      },
      { GRAYLOG_ERROR_QUERY: 'panic' },
    );
    expect(findings[0]).toMatchObject({
      message: expect.stringContaining(
        '300 errors logged in the last hour, and none in the day before',
      ),
      next: { arguments: { query: 'panic' } },
    });
    expect(requests('graylog').find(({ path }) => path.endsWith('/sync'))?.body).toContain(
      '"query_string":"panic"',
    );
  });
});

/** Without the night job the day before has 12 errors in every hour. */
const quietNights = ({ logs }: World): void => {
  logs.patterns.splice(
    0,
    logs.patterns.length,
    ...logs.patterns.filter(({ source }) => source !== 'downloads'),
  );
};

describe('ingest', () => {
  const stopAll =
    (ms: number) =>
    ({ logs }: World): void => {
      for (const pattern of logs.patterns)
        pattern.to = Math.max(pattern.from, Math.min(pattern.to ?? Infinity, now - ms));
    };

  test('that has stopped is critical, with the newest message', async () => {
    const { findings, text } = await after(stopAll(3 * day));
    expect(findings).toMatchObject([
      {
        id: 'graylog.ingest-stopped/default',
        severity: 'critical',
        message: expect.stringMatching(
          /^No new message in the last 15 min, the newest is of 3 d ago; at this time of day 10\d,\d{3} or more are usual$/,
        ),
        since: '2026-11-20T09:29:59Z',
      },
    ]);
    expect(text).toContain('ingest 0 msg/s');
  });
  test('that paused for less is fine', async () =>
    expect((await after(stopAll(14 * minute))).findings).toEqual([]));
  test('that is rare by nature is fine', async () => {
    expect(
      (
        await after(({ logs }) => {
          for (const pattern of logs.patterns) {
            pattern.everyMs = hour;
            pattern.from = now - 10 * day - 30 * minute;
            pattern.to = null;
          }
        })
      ).findings,
    ).toEqual([]);
  });
  test('that comes in one batch a night is fine at noon', async () => {
    expect(
      (
        await after(({ logs }) => {
          logs.patterns.splice(
            0,
            logs.patterns.length,
            ...logs.patterns.filter(({ source }) => source === 'downloads'),
          );
        })
      ).findings,
    ).toEqual([]);
  });
  test('that arrives and cannot be found is indexing that is behind', async () => {
    const { findings } = await after(({ graylog }) => {
      graylog.indexedUntil = now - 25 * minute;
      const [node] = graylog.nodes;
      if (node) node.journal.enabled = false;
    });
    expect(findings).toMatchObject([
      {
        id: 'graylog.indexing-behind/default',
        severity: 'critical',
        message:
          'Messages arrive (120 msg/s) but none of the last 15 min can be found, the newest is of 25 min ago',
      },
    ]);
  });
});

describe('the journal', () => {
  const stalled =
    (ms: number) =>
    ({ graylog }: World): void => {
      graylog.indexedUntil = now - ms;
    };
  const share =
    (wanted: number) =>
    (world: World): void => {
      stalled(hour)(world);
      const [node] = world.graylog.nodes;
      if (node) node.journal.limitBytes = (120 * 3_600 * 700) / wanted;
    };

  test('that nobody reads is critical', async () =>
    expect((await after(stalled(5 * minute))).findings).toMatchObject([
      {
        id: 'graylog.indexing-behind/graylog.lab.example.net',
        severity: 'critical',
        message: expect.stringContaining('does not process its messages: 36,0'),
      },
    ]));
  test('with a minute of messages is fine', async () =>
    expect((await after(stalled(minute))).findings).toEqual([]));
  test('that is 60 % full and unread is critical', async () =>
    expect((await after(share(0.6))).findings).toMatchObject([
      {
        id: 'graylog.journal-filling/graylog.lab.example.net',
        severity: 'critical',
        message: expect.stringMatching(
          /^The journal of .* is 6\d % full: 43\d,\d{3} messages wait, 120\/s come in and 0\/s are processed/,
        ),
      },
    ]));
  test('that is 60 % full on a paused node is a warning beside the pause', async () => {
    const { findings } = await after((world) => {
      share(0.6)(world);
      const [node] = world.graylog.nodes;
      if (node) node.processing = false;
    });
    expect(findings.map(({ id, severity }) => [id, severity])).toEqual([
      ['graylog.processing-paused/graylog.lab.example.net', 'warning'],
      ['graylog.journal-filling/graylog.lab.example.net', 'warning'],
    ]);
  });
  test('that is 40 % full is no journal finding', async () =>
    expect((await after(share(0.4))).findings.map(({ id }) => id)).toEqual([
      'graylog.indexing-behind/graylog.lab.example.net',
    ]));
  test('has thresholds', async () =>
    expect(
      (await after(share(0.4), { GRAYLOG_JOURNAL_WARN_PERCENT: '30' })).findings.map(
        ({ id }) => id,
      ),
    ).toEqual(['graylog.journal-filling/graylog.lab.example.net']));
});

describe('OpenSearch', () => {
  const indexer =
    (change: object) =>
    ({ graylog }: World): void => {
      Object.assign(graylog.indexer, change);
    };
  test.each([
    ['away', { reachable: false }, ['critical', 'graylog.index-cluster-down/default']],
    ['red', { status: 'red', unassigned: 4 }, ['critical', 'graylog.index-cluster-red/default']],
    [
      'yellow with a second data node',
      { status: 'yellow', unassigned: 4, dataNodes: 2 },
      ['warning', 'graylog.index-cluster-yellow/default'],
    ],
    [
      'yellow on a lone data node',
      { status: 'yellow', unassigned: 4 },
      ['info', 'graylog.index-cluster-yellow/default'],
    ],
    [
      'yellow and recovering',
      { status: 'yellow', unassigned: 4, initializing: 1, dataNodes: 3 },
      ['info', 'graylog.index-cluster-yellow/default'],
    ],
  ])('%s', async (_, change, [severity, id]) => {
    const { findings } = await after(indexer(change));
    expect(findings.map((one) => [one.severity, one.id])).toEqual([[severity, id]]);
  });
  test('that refused messages an hour ago is old news', async () => {
    expect(
      (
        await after(({ graylog }) => {
          graylog.failures.push({ at: now - 61 * minute, index: 'graylog_13', message: '{}' });
        })
      ).findings,
    ).toEqual([]);
  });
  test('that refuses messages now says why', async () => {
    const { findings } = await after((world) => incidents['log-indexing-failures']?.apply(world));
    expect(findings).toMatchObject([
      {
        message: '37 messages could not be indexed in the last hour and are lost to searches',
        evidence: expect.stringContaining(
          'mapper_parsing_exception: failed to parse field [took_ms]',
        ),
        next: { tool: 'graylog_overview' },
      },
    ]);
  });
});

describe('inputs, nodes and notifications', () => {
  test('an input that somebody stopped is left alone', async () =>
    expect(
      (
        await after(({ graylog }) => {
          Object.assign(graylog.inputs[0] ?? {}, { state: 'STOPPED' });
        })
      ).findings,
    ).toEqual([]));
  test('a node that does not answer the others is a warning', async () => {
    const { findings } = await after(({ graylog }) => {
      const [node] = graylog.nodes;
      if (node) graylog.nodes.push({ ...node, id: 'n2', answering: false, leader: false });
    });
    expect(findings).toMatchObject([{ id: 'graylog.node-down/n2', severity: 'warning' }]);
  });
  test.each([['5.0.13+083613e'], ['6.3.15+7d5fe0c'], ['7.1.7+abc']])(
    'notifications of %s are findings by what they mean',
    async (version) => {
      const { findings } = await after(({ graylog }) => {
        graylog.version = version;
        graylog.notifications.push(
          { type: 'outdated_version', severity: 'normal', at: now - day },
          { type: 'gc_too_long', severity: 'urgent', at: now - hour },
          {
            type: 'es_node_disk_watermark_flood_stage',
            severity: 'urgent',
            at: now - hour,
            details: { nodes: 'os1' },
          },
          { type: 'gc_too_long', severity: 'urgent', at: now - minute },
        );
      });
      expect(findings.map(({ severity, message }) => [severity, message])).toEqual([
        ['critical', 'Graylog reports: es node disk watermark flood stage'],
        ['warning', 'Graylog reports: gc too long (2 times)'],
        ['info', 'Graylog reports: outdated version'],
      ]);
      expect(findings[0]).toMatchObject({
        id: 'graylog.notification/es_node_disk_watermark_flood_stage',
        since: '2026-11-23T08:30:00.000Z',
        evidence: 'nodes: os1',
      });
    },
  );
  test('a notification that says what is measured is no second finding', async () => {
    expect(
      (await after((world) => incidents['log-index-red']?.apply(world))).findings.map(
        ({ id }) => id,
      ),
    ).toEqual(['graylog.index-cluster-red/default']);
  });
});

describe('what could not be checked', () => {
  test('a Reader without the extra role: named, and no all-clear beyond it', async () => {
    const { findings, text } = await after(({ graylog }) => {
      Object.assign(graylog.accounts[0] ?? {}, { permissions: [...reader] });
    });
    expect(findings).toEqual([]);
    expect(text).toContain('Nothing is broken in what the credentials may see');
    expect(text).toContain(
      'NOT CHECKED Graylog: notifications (GET /system/notifications: 403 in effect',
    );
    expect(text).toContain(
      'NOT CHECKED Graylog: indexing failures (GET /system/indexer/failures/count: 403 Not authorized',
    );
  });
  test('a user without streams: errors and silence are not checked', async () => {
    const { text, overall, state } = await after(({ graylog }) => {
      Object.assign(graylog.accounts[0] ?? {}, { streams: [] });
    });
    expect([overall, state]).toEqual(['unknown', 'denied']);
    expect(text).toContain(
      "NOT CHECKED Graylog: error rate and new messages (POST /views/search/sync: 403 User doesn't have access to any streams. Share the streams with this user:",
    );
    expect(text).toContain('errors in the last hour not read');
  });
  test('one part that hangs costs that part', async () => {
    const homelab = await lab(createWorld({ now }), { LARES_DEADLINE_MS: '2000' });
    homelab.server('graylog').inject('hang', { path: /failures/ });
    for (const name of ['log-ingest-stopped', 'log-input-failed'])
      incidents[name]?.apply(homelab.world);
    const { data, text } = await homelab.call('service_health', { service: 'graylog' });
    expect(data.services[0].findings).toMatchObject([
      { id: 'graylog.ingest-stopped/default' },
      { id: 'graylog.input-failed/GELF_UDP' },
    ]);
    expect(text).toContain('NOT CHECKED Graylog: indexing failures (no answer within 1.6 s');
  });
  test('a wrong error query is said', async () => {
    const { text } = await after(() => undefined, { GRAYLOG_ERROR_QUERY: 'level:(3' });
    expect(text).toContain(
      'NOT CHECKED Graylog: error rate and new messages (Graylog cannot run the query: Cannot parse query',
    );
  });
});
