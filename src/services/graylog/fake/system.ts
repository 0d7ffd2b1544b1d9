import { day, hour } from '../../../demo/world/clock.ts';
import type { GraylogNode } from '../../../demo/world/graylog.ts';
import { Problem } from './problem.ts';
import type { Call, Route } from './route.ts';

export const systemRoutes: Route[] = [
  {
    method: 'GET',
    path: '/system',
    permission: 'system:read',
    run: (call) => describe(call, first(call)),
  },
  // A node that refuses the one that asks on the user's behalf looks like one that does not answer.
  {
    method: 'GET',
    path: '/cluster',
    run: (call) =>
      Object.fromEntries(
        call.world.graylog.nodes.map((node) => [
          node.id,
          node.answering && call.access.has('system:read') ? describe(call, node) : null,
        ]),
      ),
  },
  { method: 'GET', path: '/cluster/{}/journal', permission: 'journal:read', run: journal },
  { method: 'POST', path: '/cluster/metrics/multiple', permission: 'metrics:read', run: metrics },
  { method: 'GET', path: '/cluster/inputstates', permission: 'inputs:read', run: inputStates },
  { method: 'GET', path: '/system/cluster/traffic', run: traffic },
];

function first({ world }: Call): GraylogNode {
  const node = world.graylog.nodes.find(({ answering }) => answering);
  if (!node) throw new Problem(500, 'no node answers');
  return node;
}

const describe = (
  { world, version }: Call,
  { id, hostname, startedAt, leader, processing }: GraylogNode,
) => ({
  facility: 'graylog-server',
  codename: 'Noir',
  node_id: id,
  cluster_id: 'da859203-6f3c-4fb6-9499-85e7229b26fc',
  version: world.graylog.version,
  started_at: new Date(startedAt).toISOString(),
  hostname,
  lifecycle: processing ? 'running' : 'paused',
  lb_status: 'alive',
  timezone: 'Etc/UTC',
  operating_system: 'Linux 6.17.9',
  is_processing: processing,
  ...(version >= 501 && { is_leader: leader }),
});

/** What waits is what has arrived since the last message that was indexed, on the node that receives. */
function waiting({ world, log }: Call, node: GraylogNode): number {
  const { indexedUntil, nodes, burst } = world.graylog;
  if (node !== nodes[0]) return 0;
  return (
    (indexedUntil === null ? 0 : log.arrived(indexedUntil, world.now())) + (burst?.messages ?? 0)
  );
}

/** A second of work on a burst. */
function workOff({ world: { graylog } }: Call): void {
  const { burst } = graylog;
  if (burst) burst.messages = Math.max(0, burst.messages - burst.perSecond);
}

const messageBytes = 700;

function journal(call: Call): unknown {
  const node = call.world.graylog.nodes.find(({ id }) => id === call.id);
  if (!node) throw new Problem(404, `Node <${call.id}> not found`);
  if (!node.answering) throw new Problem(502, 'Unable to call node');
  const { enabled, limitBytes, processedBytes } = node.journal;
  if (!enabled)
    return {
      enabled: false,
      append_events_per_second: 0,
      read_events_per_second: 0,
      uncommitted_journal_entries: 0,
      journal_size: 0,
      journal_size_limit: 0,
      number_of_segments: 0,
      oldest_segment: null,
      journal_config: null,
    };
  const [rate, left] = [rates(call, node), waiting(call, node)];
  workOff(call);
  return {
    enabled: true,
    append_events_per_second: Math.round(rate.input),
    // The reader fills buffers of 65,536 messages and pauses until they are empty: it is hardly ever seen reading (6.1.4, 7.0.1).
    read_events_per_second: left > 0 ? 0 : Math.round(rate.output),
    uncommitted_journal_entries: left,
    journal_size: Math.min(limitBytes, left * messageBytes + processedBytes),
    journal_size_limit: limitBytes,
    number_of_segments: 1 + Math.floor((left * messageBytes) / 104_857_600),
    oldest_segment: new Date(call.world.now() - hour).toISOString(),
    journal_config: {
      directory: 'file:///usr/share/graylog/data/journal/',
      segment_size: 104857600,
      segment_age: 3600000,
      max_size: limitBytes,
      max_age: 43200000,
      flush_interval: 1000000,
      flush_age: 60000,
    },
  };
}

/** The first node receives everything. */
function rates({ world, log }: Call, node: GraylogNode): { input: number; output: number } {
  if (node !== world.graylog.nodes[0]) return { input: 0, output: 0 };
  const input = log.inputRate();
  const { burst, indexedUntil } = world.graylog;
  const keepsUp = indexedUntil === null && node.processing;
  return { input, output: keepsUp ? (burst?.perSecond ?? input) : 0 };
}

/** A name that is not known is missing from the answer, a node that does not answer is null. */
function metrics(call: Call): unknown {
  const { metrics: names } = JSON.parse(call.body) as { metrics: string[] };
  return Object.fromEntries(
    call.world.graylog.nodes.map((node) => {
      const { input, output } = rates(call, node);
      const known: Record<string, number> = {
        'org.graylog2.throughput.input.1-sec-rate': Math.round(input),
        'org.graylog2.throughput.output.1-sec-rate': Math.round(output),
      };
      const list = names.flatMap((name) =>
        known[name] === undefined
          ? []
          : [
              {
                full_name: name,
                name: name.split('.').slice(-1)[0],
                type: 'gauge',
                metric: { value: known[name] },
              },
            ],
      );
      return [node.id, node.answering ? { total: list.length, metrics: list } : null];
    }),
  );
}

function inputStates({ world: { graylog } }: Call): unknown {
  const created = {
    created_at: '2025-05-16T13:52:42.276Z',
    creator_user_id: 'admin',
    static_fields: {},
    content_pack: null,
    global: true,
  };
  return Object.fromEntries(
    graylog.nodes
      .filter(({ answering }) => answering)
      .map((node) => [
        node.id,
        graylog.inputs.map(({ id, title, kind, state, detail, attributes }) => ({
          id,
          state,
          started_at: new Date(node.startedAt).toISOString(),
          detailed_message: detail,
          message_input: {
            id,
            title,
            name: kind,
            type: 'org.graylog2.inputs',
            attributes,
            ...created,
          },
        })),
      ]),
  );
}

/** Bytes by the hour; an hour without messages is absent. */
function traffic({ world, log }: Call): unknown {
  const now = world.now();
  const today = Math.floor(now / day) * day;
  const hours = Array.from({ length: 48 }, (_, i) => today - day + i * hour).filter(
    (at) => at < now,
  );
  const input = Object.fromEntries(
    hours.flatMap((at) => {
      const count = log.arrived(at, Math.min(now, at + hour));
      return count > 0 ? [[new Date(at).toISOString(), count * 240]] : [];
    }),
  );
  return {
    from: new Date(hours[0] ?? today).toISOString(),
    to: new Date(now).toISOString(),
    input,
    output: input,
    decoded: input,
  };
}
