import { beforeAll, describe, expect, it } from 'vitest';
import { backupServerIncidents } from '../../src/demo/incidents/backup-server.ts';
import { incidents } from '../../src/demo/incidents/index.ts';
import { n8nIncidents } from '../../src/demo/incidents/n8n.ts';
import { netboxIncidents } from '../../src/demo/incidents/netbox.ts';
import { semaphoreIncidents } from '../../src/demo/incidents/semaphore.ts';
import {
  apartIds,
  isTouching,
  pairsOf,
  sharedBy,
  singlesOf,
  togetherOf,
  type Pair,
} from './matrix.ts';
import { caller, connect } from '../harness.ts';
import { sightOf, withHomelab, type Sight } from './worlds.ts';

/** Pairs that go through the whole product; the seed is printed, and PAIRS_SEED sets it. */
const sampled = 60;
const seed = Number(process.env['PAIRS_SEED'] ?? Date.now() % 1_000_000);

/** Pairs that touch each other though neither is seen to stand on the other. */
interface Touching {
  one: string;
  others: readonly string[];
  why: string;
}

const touching: readonly Touching[] = [
  {
    one: 'node-silent',
    others: Object.keys(backupServerIncidents),
    why: 'the backup server is a guest of the lost node, and what it would say is not heard',
  },
  {
    one: 'node-offline',
    others: ['dns-vip-nobody', 'dns-vip-twice', 'dns-drift', 'proxies-differ'],
    why: 'one half of each pair is on the lost node: what takes both to see is not seen',
  },
  {
    one: 'quorum-lost',
    others: ['dns-vip-nobody', 'dns-vip-twice', 'replication-failing'],
    why: 'one half of the pair, and what replicates, is on the lost nodes, and is not heard',
  },
  {
    one: 'dns-half-down',
    others: ['dns-vip-nobody', 'dns-vip-twice', 'dns-upstream-failing', 'dns-port-taken'],
    why: 'who holds the address, and what the stopped half would say, is another question then',
  },
  {
    one: 'dns-vip-dead',
    others: ['node-offline', 'quorum-lost', 'dns-port-taken'],
    why: 'with no other resolver left its silence says more than that it holds the address: still one, by another name',
  },
  {
    one: 'caddy-crashed',
    others: ['proxies-differ'],
    why: 'one proxy alone differs from nobody',
  },
  {
    one: 'log-error-spike',
    others: [
      'log-ingest-stopped',
      'log-indexing-behind',
      'log-journal-filling',
      'log-clocks-ahead',
    ],
    why: 'errors that do not arrive in time are not counted',
  },
  ...['node-offline', 'quorum-lost'].map((one) => ({
    one,
    others: ['alertmanager-absent'],
    why: 'with no Alertmanager set, nothing tells that the one that is down is on a lost node',
  })),
  {
    one: 'quorum-lost',
    others: Object.keys({ ...semaphoreIncidents, ...netboxIncidents, ...n8nIncidents }),
    why: 'Semaphore, NetBox and n8n are guests of the lost nodes, and what they would say is not heard',
  },
  ...['backup-failed', 'backup-aborted'].map((one) => ({
    one,
    others: ['datastore-lost', 'datastore-unmounted'],
    why: 'where the backups cannot be listed, nobody tells whose guest it is that has none',
  })),
  ...numbered(['workflow-failing', 'workflow-crashed', 'workflow-stuck', 'workflow-overslept']),
  ...numbered(['job-failed', 'job-queue-stuck', 'job-hung', 'job-unconfirmed']),
  {
    one: 'quorum-lost',
    others: ['dns-half-down'],
    why: 'with both resolvers gone nobody tells which address is whose',
  },
];

/** Runs and tasks are numbered as they come, so what is found of a second one has another number. */
function numbered(names: readonly string[]): Touching[] {
  const why = 'what is found of the second of them has another number than it has alone';
  return names.map((one) => ({ one, others: names.filter((name) => name !== one), why }));
}

const isNamed = ([a, b]: Pair): boolean =>
  touching.some(
    ({ one, others }) =>
      (a.name === one && others.includes(b.name)) || (b.name === one && others.includes(a.name)),
  );

let base: Sight;
let apart: Pair[] = [];

beforeAll(async () => {
  base = await sightOf([]);
  apart = pairsOf(await singlesOf(base)).filter((pair) => !isTouching(pair) && !isNamed(pair));
}, 1_200_000);

const nameOf = ([a, b]: Pair): string => `${a.name} and ${b.name}`;

it('every pair that touches by more than what stands on what says why', () => {
  const names = new Set(Object.keys(incidents));
  for (const { one, others, why } of touching)
    expect(
      [one, ...others].filter((name) => !names.has(name)),
      why,
    ).toEqual([]);
});

describe('two things that happen at once and do not touch each other are exactly these two', () => {
  it('where no service sees both', async () => {
    const disjoint = apart.filter((pair) => sharedBy(pair).length === 0);
    expect(disjoint.length).toBeGreaterThan(500);
    for (const pair of disjoint)
      expect((await togetherOf(pair, base)).ids, nameOf(pair)).toEqual(apartIds(pair));
  }, 600_000);

  it('where some service sees both', async () => {
    const shared = apart.filter((pair) => sharedBy(pair).length > 0);
    expect(shared.length).toBeGreaterThan(100);
    const wrong: unknown[] = [];
    for (const pair of shared) {
      const { ids } = await togetherOf(pair, base);
      const expected = apartIds(pair);
      if (String(ids) !== String(expected)) wrong.push([nameOf(pair), ids, expected]);
    }
    expect(wrong).toEqual([]);
  }, 3_600_000);

  it(`through the whole product, for ${sampled} of them (PAIRS_SEED=${seed})`, async () => {
    const random = randomFrom(seed);
    for (let i = 0; i < sampled; i++) {
      const pair = apart[Math.floor(random() * apart.length)];
      if (!pair) throw new Error('there are no pairs');
      const [a, b] = pair;
      const ids = await withHomelab([a.name, b.name], undefined, async (runtime) => {
        const client = await connect(runtime, '2026-07-28');
        const { data } = await caller(client)('service_health');
        await client.close();
        return (data as Told).incidents
          .filter(({ severity }) => severity !== 'info')
          .map(({ id }) => id)
          .sort();
      });
      expect(ids, nameOf(pair)).toEqual(apartIds(pair));
    }
  }, 1_800_000);
});

interface Told {
  incidents: { id: string; severity: string }[];
}

/** Numbers between 0 and 1 that are the same for the same seed (mulberry32). */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
