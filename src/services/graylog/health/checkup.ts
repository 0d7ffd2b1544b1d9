import { InputError, UpstreamError } from '../../../core/base/errors.ts';
import type { Check } from '../../../core/health.ts';
import { hour } from '../../../core/base/units.ts';
import type { Graylog } from '../client.ts';
import { readBacklog, type Backlog } from '../journal.ts';
import { countMessages, type MessageCounts } from '../message-counts.ts';
import { readNodes, readNotifications } from '../permitted-lists.ts';
import { queryNotes } from '../query-notes.ts';
import {
  clusterRate,
  type Failures,
  type IndexCluster,
  type Inputs,
  type Nodes,
  type Notification,
  type Tokens,
} from '../schema/index.ts';
import type { Settings } from '../settings.ts';
import { lastSeconds } from '../window.ts';

/** What one Graylog says of itself; what was not answered is undefined. */
export interface Checkup {
  instance: string;
  /** There are several, so a call must say which. */
  several: boolean;
  version: string | undefined;
  /** Messages that came in during the last second. */
  inputPerSecond: number | undefined;
  nodes: Nodes | undefined;
  /** Of the nodes whose journal could be read. */
  backlogs: readonly Backlog[] | undefined;
  counts: MessageCounts | undefined;
  /** No stream is shared with the user, so it sees no message at all. */
  blind: boolean;
  indexer: Indexer | undefined;
  failures: IndexingFailures | undefined;
  notifications: readonly Notification[] | undefined;
  inputs: Inputs | undefined;
  /** Tokens of the user that Lares is. */
  tokens: Tokens | undefined;
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

/** Asks for all of it at once; what is missing costs its own part. Thrown is the error of a server that answered nothing at all. */
export async function examine(
  graylog: Graylog,
  { instance, several, now }: Pick<Checkup, 'instance' | 'several' | 'now'>,
  check: Check,
): Promise<Checkup> {
  const nodesAsked = readNodes(graylog);
  let blind = false;
  const count = (): Promise<MessageCounts> =>
    countMessages(graylog).catch((error: unknown) => {
      blind = error instanceof UpstreamError && error.denied;
      throw error;
    });
  const [nodes, backlogs, rates, counts, indexer, failures, notifications, inputs, tokens] =
    await Promise.all([
      check('nodes', () => nodesAsked),
      nodesAsked.then(
        (known) => checkBacklogs(graylog, known, check),
        () => undefined,
      ),
      check('ingest rate', graylog.rates, { extra: true }),
      check('error rate and new messages', count),
      check('index cluster', () => askIndexer(graylog)),
      check('indexing failures', () => askFailures(graylog, now - hour)),
      check('notifications', () => readNotifications(graylog)),
      check('inputs', graylog.inputs),
      askTokens(graylog, check),
      checkErrorQuery(graylog, check),
    ]);
  const answers = [nodes, rates, counts, indexer, failures, notifications, inputs];
  if (answers.every((answer) => answer === undefined)) await nodesAsked;
  return {
    instance,
    several,
    version: nodes?.find(({ node }) => node)?.node?.version,
    inputPerSecond: rates && clusterRate(rates, 'input'),
    nodes,
    backlogs,
    counts,
    blind,
    indexer,
    failures,
    notifications,
    inputs,
    tokens,
    settings: graylog.settings,
    now,
  };
}

/** The journals of the nodes that answer. Each node has its own, and each may fail for itself. */
async function checkBacklogs(graylog: Graylog, nodes: Nodes, check: Check): Promise<Backlog[]> {
  const answering = nodes.flatMap(({ node }) => node ?? []);
  const backlogs = await Promise.all(
    answering.map((node) =>
      check(answering.length === 1 ? 'journal' : `journal of ${node.hostname}`, () =>
        readBacklog(graylog, node),
      ),
    ),
  );
  return backlogs.filter((backlog) => backlog !== undefined);
}

/** Where a token is what Lares comes with. Before 6.2 none of them ends, and nobody says whose it is before 5.1. */
async function askTokens(graylog: Graylog, check: Check): Promise<Tokens | undefined> {
  if (!graylog.settings.byToken) return undefined;
  return check('when the access token ends', graylog.tokens, { extra: true });
}

/** A query that means something else than was meant counts something else: then the errors are not checked. */
async function checkErrorQuery(graylog: Graylog, check: Check): Promise<void> {
  const query = graylog.settings.errorQuery;
  const notes = await queryNotes(graylog, { query, range: lastSeconds(3_600) }).catch(() => []);
  const [note] = notes;
  if (!note) return;
  const hint = `GRAYLOG_ERROR_QUERY says what counts as an error (now ${query}).`;
  await check('error spikes', () => Promise.reject(new InputError(note.text, { hint })), {
    extra: notes.every(({ kind }) => kind === 'unknown field'),
  });
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
