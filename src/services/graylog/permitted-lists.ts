import { UpstreamError } from '../../core/base/errors.ts';
import type { Graylog } from './client.ts';
import { grants, hintFor } from './rights.ts';
import type { IndexSets, Nodes, Notification } from './schema/index.ts';

/**
 * Notifications; throws an UpstreamError where the user may not see them. Without the permission Graylog shows an empty
 * list, which reads as "nothing wrong". The emptiness is only believed where the user has it; where that cannot be known,
 * the failures, which are denied aloud and granted to the same people, decide.
 */
export async function readNotifications(graylog: Graylog): Promise<Notification[]> {
  const notifications = await graylog.notifications();
  if (notifications.length > 0) return notifications;
  const granted = await graylog.permissions();
  if (granted ? grants(granted, 'notifications:read') : await mayCountFailures(graylog))
    return notifications;
  throw new UpstreamError(
    'GET /system/notifications: 403 in effect, an empty list instead of a refusal',
    403,
    { hint: hintFor('notifications:read') },
  );
}

const mayCountFailures = (graylog: Graylog): Promise<boolean> =>
  graylog.failureCount(graylog.now()).then(
    () => true,
    (error: unknown) => !(error instanceof UpstreamError && error.denied),
  );

/**
 * The nodes; throws an UpstreamError where all of them are null. A node that does not answer the others is null, and so is one that may
 * not be seen; but the one that answers here does answer.
 */
export async function readNodes(graylog: Graylog): Promise<Nodes> {
  const nodes = await graylog.nodes();
  if (nodes.some(({ node }) => node)) return nodes;
  throw new UpstreamError(
    'GET /cluster: 403 in effect, no node is shown, not even the one that answers',
    403,
    { hint: hintFor('system:read') },
  );
}

/** Index sets; throws an UpstreamError where the list is empty: there is always a default one, so that is a refusal. */
export async function readIndexSets(graylog: Graylog): Promise<IndexSets> {
  const indexSets = await graylog.indexSets();
  if (indexSets.length > 0) return indexSets;
  throw new UpstreamError(
    'GET /system/indices/index_sets: 403 in effect, an empty list instead of a refusal',
    403,
    { hint: hintFor('indexsets:read') },
  );
}
