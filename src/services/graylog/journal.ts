import type { Graylog } from './client.ts';
import type { Journal, Node, Rates } from './schema/index.ts';

/** What waits in the journal of one node, and how fast it is worked off. */
export interface Backlog {
  node: Node;
  /** Undefined where it is switched off. */
  journal: Journal | undefined;
  /** Messages a second that leave it; 0 or less where none was seen to leave. */
  perSecond: number;
  /** How often it was looked at. */
  looks: number;
}

/** How often a journal is looked at before nothing moves in it, and how long that may take. */
const looks = 3;
const looksMs = 4_000;

/**
 * The backlog of one node. How fast it is read is a gauge of one second, 0 in most of them: the reader fills buffers of 65,536 and
 * pauses, while thousands a second are written. So what is written counts too, and a journal is only called stuck after a few looks.
 */
export async function readBacklog(graylog: Graylog, node: Node): Promise<Backlog> {
  const began = performance.now();
  const [first, rates] = await Promise.all([
    graylog.journal(node.id),
    graylog.rates().catch(() => undefined),
  ]);
  const start: Backlog = { node, journal: first, perSecond: speed(first, rates, node), looks: 1 };
  if (!isUnmoved(start)) return start;
  let latest = start;
  const lookAgain = async (): Promise<Backlog> => {
    const [journal, now] = await Promise.all([graylog.journal(node.id), graylog.rates()]);
    const left = (start.journal?.uncommitted ?? 0) - (journal?.uncommitted ?? 0);
    const seconds = (performance.now() - began) / 1000;
    return {
      node,
      journal,
      perSecond: Math.max(speed(journal, now, node), left / seconds),
      looks: latest.looks + 1,
    };
  };
  let waited = false;
  await graylog.lookUntil(
    async () => {
      if (waited) latest = await lookAgain();
      waited = true;
      return latest;
    },
    (backlog) => !isUnmoved(backlog) || backlog.looks >= looks,
    looksMs,
  );
  return latest;
}

const speed = (journal: Journal | undefined, rates: Rates | undefined, { id }: Node): number =>
  Math.max(journal?.readPerSecond ?? 0, rates?.get(id)?.output ?? 0);

const isUnmoved = ({ node, journal, perSecond }: Backlog): boolean =>
  node.processing !== false && (journal?.uncommitted ?? 0) > 0 && perSecond <= 0;

/** Messages wait, and none was seen to leave, more than once. */
export const isStuck = (backlog: Backlog): boolean => isUnmoved(backlog) && backlog.looks > 1;

/** Seconds that a journal needs to empty at its present speed; Infinity when nothing leaves it. */
export function lagSeconds({ journal, perSecond }: Backlog): number {
  const waiting = journal?.uncommitted ?? 0;
  if (waiting === 0) return 0;
  return perSecond > 0 ? waiting / perSecond : Infinity;
}

/** Bytes; messages are smaller than this on average, whoever sends them. */
const largestAverage = 16_384;

/**
 * How much of it what waits can take, 0..1. Its size on disk counts whole segments of 100 MB with what was processed long ago, which
 * Graylog deletes when it needs the room.
 */
export function waitingShare({ bytes, limitBytes, uncommitted }: Journal): number {
  if (limitBytes <= 0) return 0;
  return Math.min(bytes, uncommitted * largestAverage) / limitBytes;
}

/** How much of the disk it may take it takes, 0..1; 0 without a limit. */
export const diskShare = ({ bytes, limitBytes }: Journal): number =>
  limitBytes > 0 ? bytes / limitBytes : 0;
