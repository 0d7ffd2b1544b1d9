import { Problem } from './problem.ts';
import type { Call, Route } from './route.ts';

export const indexerRoutes: Route[] = [
  {
    method: 'GET',
    path: '/system/indexer/cluster/health',
    permission: 'indexercluster:read',
    run: health,
  },
  { method: 'GET', path: '/system/cluster/stats', run: stats },
  { method: 'GET', path: '/system/indices/index_sets', run: indexSets },
  {
    method: 'GET',
    path: '/system/indexer/failures',
    permission: 'indices:failures',
    run: failures,
  },
  {
    method: 'GET',
    path: '/system/indexer/failures/count',
    permission: 'indices:failures',
    run: failureCount,
  },
  { method: 'GET', path: '/system/notifications', run: notifications },
];

function health({ world }: Call): unknown {
  const { reachable, status, active, initializing, relocating, unassigned } = world.graylog.indexer;
  if (!reachable) throw new Problem(500, "Couldn't read Elasticsearch cluster health");
  return { status, shards: { active, initializing, relocating, unassigned } };
}

function stats({
  world: {
    graylog: { indexer, streams, inputs, indexSets, accounts },
  },
}: Call): unknown {
  const { dataNodes, status, active, initializing, relocating, unassigned } = indexer;
  const health = {
    number_of_nodes: dataNodes,
    number_of_data_nodes: dataNodes,
    active_shards: active,
    initializing_shards: initializing,
    relocating_shards: relocating,
    unassigned_shards: unassigned,
    timed_out: false,
    pending_tasks: 0,
  };
  return {
    stream_count: streams.length,
    stream_rule_count: streams.flatMap(({ rules }) => rules).length,
    stream_rule_count_by_stream: Object.fromEntries(
      streams.map(({ id, rules }) => [id, rules.length]),
    ),
    user_count: accounts.length,
    output_count: 0,
    output_count_by_type: {},
    input_count: inputs.length,
    input_count_by_type: {},
    extractor_count: 0,
    extractor_count_by_type: {},
    elasticsearch: {
      cluster_name: 'graylog',
      cluster_version: '2.19.3',
      status: status[0]?.toUpperCase() + status.slice(1),
      cluster_health: health,
      indices_stats: {
        index_count: indexSets.reduce((sum, set) => sum + set.indices, 0),
        store_size: indexSets.reduce((sum, set) => sum + set.bytes, 0),
      },
    },
    mongo: { servers: ['mongodb:27017'], build_info: { version: '7.0.14' } },
  };
}

/** Sets that may not be read are left out, without a word. */
function indexSets({ world, access, query }: Call): unknown {
  const readable = world.graylog.indexSets.filter(({ id }) => access.has(`indexsets:read:${id}`));
  const sets = readable.map(({ id, title, prefix, isDefault }) => ({
    id,
    title,
    description: null,
    default: isDefault,
    writable: true,
    can_be_default: true,
    index_prefix: prefix,
    shards: 1,
    replicas: 0,
  }));
  const counted = Object.fromEntries(
    readable.map(({ id, indices, documents, bytes }) => [id, { indices, documents, size: bytes }]),
  );
  return {
    total: sets.length,
    index_sets: sets,
    stats: query.get('stats') === 'true' ? counted : {},
  };
}

function failures({ world, query }: Call): unknown {
  const [limit, offset] = [Number(query.get('limit')), Number(query.get('offset'))];
  const newest = world.graylog.failures
    .toSorted((a, b) => b.at - a.at)
    .slice(offset, offset + limit);
  return {
    failures: newest.map(({ at, index, message }, i) => ({
      timestamp: new Date(at).toISOString(),
      letter_id: `d459362${i}`,
      message,
      index,
      type: null,
    })),
    total: world.graylog.failures.length,
  };
}

/** Without `since` 5.0 answered nothing but zero (graylog-recorded-5.0.13.json). */
function failureCount({ world, query, version }: Call): unknown {
  const since = query.get('since');
  if (since === null && version < 501) return { count: 0 };
  const from = Date.parse(since ?? '');
  if (Number.isNaN(from)) throw new Problem(400, `Invalid date parameter provided: [${since}]`);
  return { count: world.graylog.failures.filter(({ at }) => at > from).length };
}

/** A user who may not read them gets an empty list. 7.0 and later write the whole object, with nulls. */
function notifications({ world, access, version }: Call): unknown {
  const readable = world.graylog.notifications.filter(({ type }) =>
    access.has(`notifications:read:${type}`),
  );
  const node = world.graylog.nodes[0]?.id ?? null;
  const list = readable.map(({ type, severity, at, key, details }, i) =>
    version >= 700
      ? {
          id: `66f1c0de0000000000000e0${i}`,
          type,
          severity,
          timestamp: new Date(at).toISOString(),
          node_id: node,
          key: key ?? null,
          details: details ?? null,
        }
      : {
          type,
          severity,
          timestamp: new Date(at).toISOString(),
          node_id: node,
          ...(key && { key }),
          ...(details && { details }),
        },
  );
  return { total: list.length, notifications: list };
}
