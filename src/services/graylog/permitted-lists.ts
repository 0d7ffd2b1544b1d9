import { UpstreamError } from '../../core/base/errors.ts';
import type { Graylog } from './client.ts';
import type { Notification } from './schema/account.ts';
import type { IndexSets } from './schema/indexer.ts';
import { grants, hintFor } from './rights.ts';

/**
 * To a user without the permission Graylog shows an empty list, which reads as "nothing wrong". The emptiness is only believed
 * where the user has it; where that cannot be known, the failures, which are denied aloud and granted to the same people, decide.
 */
export async function notificationsOf(graylog: Graylog): Promise<Notification[]> {
  const found = await graylog.notifications();
  if (found.length > 0) return found;
  const granted = await graylog.permissions();
  if (granted ? grants(granted, 'notifications:read') : await mayCountFailures(graylog))
    return found;
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

/** There is always a default index set, so an empty list is a refusal. */
export async function indexSetsOf(graylog: Graylog): Promise<IndexSets> {
  const found = await graylog.indexSets();
  if (found.length > 0) return found;
  throw new UpstreamError(
    'GET /system/indices/index_sets: 403 in effect, an empty list instead of a refusal',
    403,
    { hint: hintFor('indexsets:read') },
  );
}
