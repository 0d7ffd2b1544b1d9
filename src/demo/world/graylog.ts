import type { Base } from './base.ts';
import { day, minute } from './clock.ts';
import { createAccounts, type GraylogAccount } from './graylog-accounts.ts';
import { streamIds } from './log-sources.ts';

/** What one Graylog knows of itself. Sizes bytes, times ms. */
export interface GraylogWorld {
  version: string;
  nodes: GraylogNode[];
  streams: LogStream[];
  inputs: LogInput[];
  indexSets: IndexSet[];
  /** OpenSearch. While `reachable` is false Graylog has no answer from it. */
  indexer: {
    reachable: boolean;
    dataNodes: number;
    status: 'green' | 'yellow' | 'red';
    active: number;
    initializing: number;
    relocating: number;
    unassigned: number;
  };
  /** What arrived after this moment waits in the journal and cannot be found yet; null while it keeps up. */
  indexedUntil: number | null;
  /** A burst that is being worked off: so many messages wait, and so many a second are written. Every look at the journal is a second. */
  burst: { messages: number; perSecond: number } | null;
  /** Fields whose first message came so lately that the validation of queries does not know them yet. */
  forgottenFields: string[];
  failures: { at: number; index: string; message: string }[];
  notifications: {
    type: string;
    severity: 'normal' | 'urgent';
    at: number;
    key?: string;
    details?: Record<string, string | number>;
  }[];
  accounts: GraylogAccount[];
  /** `query_time_range_limit` in seconds; null allows any range. */
  rangeLimitSeconds: number | null;
}
export interface GraylogNode {
  id: string;
  hostname: string;
  startedAt: number;
  leader: boolean;
  answering: boolean;
  processing: boolean;
  /** `processedBytes`: segments that were worked off and that nobody has deleted yet. */
  journal: { enabled: boolean; limitBytes: number; processedBytes: number };
}
export interface LogStream {
  id: string;
  title: string;
  description: string | null;
  disabled: boolean;
  isDefault: boolean;
  matching: 'AND' | 'OR';
  rules: { field: string; type: number; value: string; inverted: boolean }[];
  removesFromDefault: boolean;
}
export interface LogInput {
  id: string;
  title: string;
  kind: string;
  port: number;
  state: string;
  detail: string | null;
  attributes: Record<string, string | number | boolean>;
}
export interface IndexSet {
  id: string;
  title: string;
  prefix: string;
  isDefault: boolean;
  indices: number;
  documents: number;
  bytes: number;
}
const rule = (field: string, type: number, value: string) => ({
  field,
  type,
  value,
  inverted: false,
});
const stream = (
  id: string,
  title: string,
  description: string | null,
  details: Partial<LogStream> = {},
): LogStream => ({
  id,
  title,
  description,
  disabled: false,
  isDefault: false,
  matching: 'AND',
  rules: [],
  removesFromDefault: true,
  ...details,
});

const streams = (): LogStream[] => [
  stream(
    streamIds.default,
    'Default Stream',
    'Contains messages that are not explicitly routed to other streams',
    { isDefault: true, removesFromDefault: false },
  ),
  stream(streamIds.events, 'All events', 'Stream containing all events created by Graylog'),
  stream(
    streamIds.systemEvents,
    'All system events',
    'Stream containing all system events created by Graylog',
  ),
  stream(streamIds.proxy, 'Proxy', 'Requests that the Caddy pair handled', {
    matching: 'OR',
    rules: [rule('source', 1, 'caddy1'), rule('source', 1, 'caddy2')],
  }),
  stream(streamIds.dns, 'DNS', null, { rules: [rule('application_name', 1, 'dnsmasq')] }),
  stream(streamIds.firewall, 'Firewall', null, {
    rules: [rule('source', 1, 'gw1'), rule('application_name', 6, 'filter')],
  }),
  stream(streamIds.auth, 'Authentication', 'Logins', { rules: [rule('facility', 1, 'auth')] }),
  stream(streamIds.hypervisors, 'Hypervisors', null, { rules: [rule('source', 2, '^pve-')] }),
  stream(streamIds.old, 'Old switches', 'Replaced by Firewall', {
    disabled: true,
    rules: [rule('source', 6, 'sw-old')],
  }),
];

const input = (
  serial: number,
  title: string,
  kind: string,
  port: number,
  attributes: LogInput['attributes'] = {},
): LogInput => ({
  id: `66f1c0de0000000000000b0${serial}`,
  title,
  kind,
  port,
  state: 'RUNNING',
  detail: null,
  attributes: { bind_address: '0.0.0.0', port, ...attributes },
});

export function createGraylog({ now, fqdn, guest }: Base): GraylogWorld {
  const startedAt = (guest('graylog').startedAt ?? now() - 12 * day) + minute;
  return {
    version: '6.3.15+7d5fe0c',
    nodes: [
      {
        id: '8c1f6a52-3f0e-4e0b-9d55-2f1d8f0a7c11',
        hostname: fqdn('graylog'),
        startedAt,
        leader: true,
        answering: true,
        processing: true,
        journal: { enabled: true, limitBytes: 5 * 2 ** 30, processedBytes: 6_100_000 },
      },
    ],
    streams: streams(),
    inputs: [
      input(1, 'Syslog UDP', 'Syslog UDP', 1514),
      input(2, 'GELF UDP', 'GELF UDP', 12201),
      input(3, 'Beats', 'Beats', 5044, {
        tls_enable: true,
        tls_key_password: 'beats-key-passphrase-4711',
      }),
    ],
    indexSets: [
      {
        id: '66f1c0de00000000000000c1',
        title: 'Default index set',
        prefix: 'graylog',
        isDefault: true,
        indices: 14,
        documents: 61_300_000,
        bytes: 48 * 2 ** 30,
      },
      {
        id: '66f1c0de00000000000000c2',
        title: 'Graylog Events',
        prefix: 'gl-events',
        isDefault: false,
        indices: 2,
        documents: 412,
        bytes: 900_000,
      },
    ],
    indexer: {
      reachable: true,
      dataNodes: 1,
      status: 'green',
      active: 44,
      initializing: 0,
      relocating: 0,
      unassigned: 0,
    },
    indexedUntil: null,
    burst: null,
    forgottenFields: [],
    failures: [],
    notifications: [],
    rangeLimitSeconds: null,
    accounts: createAccounts(now),
  };
}
