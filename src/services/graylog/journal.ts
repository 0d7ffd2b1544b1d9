import type { Graylog } from './client.ts';
import type { Journal, Node } from './schema/index.ts';

/** A node with what waits in its journal; `journal` is undefined where it is switched off. */
export interface NodeJournal {
  node: Node;
  journal: Journal | undefined;
}

/** The journals of the nodes that answer. Each node has its own. */
export async function readJournals(graylog: Graylog): Promise<NodeJournal[]> {
  const nodes = (await graylog.nodes()).flatMap(({ node }) => node ?? []);
  return Promise.all(
    nodes.map(async (node) => ({ node, journal: await graylog.journal(node.id) })),
  );
}

/** A few seconds of messages always wait; below this many nothing is behind. */
const usualBacklog = 10_000;

/** Seconds that a journal needs to empty at its present speed: 0 when nothing worth a word waits, Infinity when nobody reads it. */
export function lagSeconds({ uncommitted, readPerSecond }: Journal): number {
  if (uncommitted < usualBacklog) return 0;
  return readPerSecond > 0 ? uncommitted / readPerSecond : Infinity;
}

/** How full it is, 0..1; 0 without a limit. */
export const fillShare = ({ bytes, limitBytes }: Journal): number =>
  limitBytes > 0 ? bytes / limitBytes : 0;
