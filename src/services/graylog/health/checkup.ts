import type { Check } from '../../../core/health.ts';
import { hour } from '../../../core/base/units.ts';
import type { Graylog } from '../client.ts';
import { readJournals, type NodeJournal } from '../journal.ts';
import { countMessages, type MessageCounts } from '../message-counts.ts';
import { readNotifications } from '../permitted-lists.ts';
import {
  clusterRate,
  type Failures,
  type IndexCluster,
  type Inputs,
  type Nodes,
  type Notification,
} from '../schema/index.ts';
import type { Settings } from '../settings.ts';

/** What one Graylog says of itself; what was not answered is undefined. */
export interface Checkup {
  instance: string;
  /** There are several, so a call must say which. */
  several: boolean;
  version: string;
  /** Messages a second that come in. */
  inputPerSecond: number | undefined;
  nodes: Nodes | undefined;
  journals: readonly NodeJournal[] | undefined;
  counts: MessageCounts | undefined;
  indexer: Indexer | undefined;
  failures: IndexingFailures | undefined;
  notifications: readonly Notification[] | undefined;
  inputs: Inputs | undefined;
  settings: Settings;
  /** Milliseconds. */
  now: number;
}

/** The state of OpenSearch, as Graylog sees it. */
export interface Indexer {
  /** Undefined: OpenSearch does not answer Graylog. */
  health: IndexCluster | undefined;
  /** Asked only where copies are missing. */
  dataNodes?: number | undefined;
}

/** Messages that OpenSearch refused. */
export interface IndexingFailures {
  lastHour: number;
  newest?: Failures['newest'][number] | undefined;
}

/** Asks for all of it at once. Only the version must be had, and its error is thrown: without it nothing answers at all. */
export async function examine(
  graylog: Graylog,
  { instance, several, now }: Pick<Checkup, 'instance' | 'several' | 'now'>,
  check: Check,
): Promise<Checkup> {
  const [{ version }, rates, nodes, journals, counts, indexer, failures, notifications, inputs] =
    await Promise.all([
      graylog.system(),
      check('ingest rate', graylog.rates),
      check('nodes', graylog.nodes),
      check('journal', () => readJournals(graylog)),
      check('error rate and new messages', () => countMessages(graylog)),
      check('index cluster', () => askIndexer(graylog)),
      check('indexing failures', () => askFailures(graylog, now - hour)),
      check('notifications', () => readNotifications(graylog)),
      check('inputs', graylog.inputs),
    ]);
  return {
    instance,
    several,
    version,
    inputPerSecond: rates && clusterRate(rates, 'input'),
    nodes,
    journals,
    counts,
    indexer,
    failures,
    notifications,
    inputs,
    settings: graylog.settings,
    now,
  };
}

async function askIndexer(graylog: Graylog): Promise<Indexer> {
  const health = await graylog.indexCluster();
  return health?.status === 'yellow'
    ? { health, dataNodes: await graylog.dataNodes().catch(() => undefined) }
    : { health };
}

async function askFailures(graylog: Graylog, since: number): Promise<IndexingFailures> {
  const lastHour = await graylog.failureCount(since);
  if (lastHour === 0) return { lastHour };
  const failures = await graylog.failures(1).catch(() => undefined);
  return { lastHour, newest: failures?.newest[0] };
}
