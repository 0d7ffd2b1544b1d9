import { day, hour, minute } from '../world/clock.ts';
import { streamIds } from '../world/log-sources.ts';
import type { World } from '../world/index.ts';
import type { Incident } from './incident.ts';

const silence = ({ logs, now }: World, ms: number): void => {
  for (const pattern of logs.patterns)
    pattern.to = Math.max(pattern.from, Math.min(pattern.to ?? Infinity, now() - ms));
};

export const logIncidents = {
  'log-error-spike': {
    title: 'The VM nextcloud logs hundreds of errors an hour',
    expect: 'graylog.error-spike',
    apply: ({ logs, now }) => {
      logs.add({
        source: 'nextcloud',
        text: 'php-fpm[{n}]: could not connect to server: Connection refused (10.0.30.40:5432)',
        perHour: 700,
        from: now() - 35 * minute,
        fields: { application_name: 'php-fpm' },
      });
    },
  },
  'log-ingest-stopped': {
    title: 'No log message has arrived for 40 minutes',
    expect: 'graylog.ingest-stopped',
    apply: (world) => silence(world, 40 * minute),
  },
  'log-indexing-behind': {
    title: 'Graylog takes messages in and has stopped storing them',
    expect: 'graylog.indexing-behind',
    apply: ({ graylog, now }) => {
      graylog.indexedUntil = now() - 25 * minute;
    },
  },
  'log-journal-filling': {
    title: 'Graylog has not stored anything for 11 hours, its journal fills',
    expect: 'graylog.journal-filling',
    apply: ({ graylog, now }) => {
      graylog.indexedUntil = now() - 11 * hour;
    },
  },
  'log-index-red': {
    title: 'The index cluster of Graylog is red',
    expect: 'graylog.index-cluster-red',
    apply({ graylog, now }) {
      Object.assign(graylog.indexer, { status: 'red', active: 38, unassigned: 6 });
      graylog.notifications.push({
        type: 'es_cluster_red',
        severity: 'urgent',
        at: now() - 8 * minute,
      });
    },
  },
  'log-indexing-failures': {
    title: 'A sender writes text into a numeric field, its messages are lost',
    expect: 'graylog.indexing-failures',
    apply({ graylog, now }) {
      const message =
        '{"type":"mapper_parsing_exception","reason":"failed to parse field [took_ms] of type [long] in document with id \'d4593621\'. Preview of field\'s value: \'n/a\'","caused_by":{"type":"illegal_argument_exception","reason":"For input string: \\"n/a\\""}}';
      for (let i = 0; i < 37; i++)
        graylog.failures.push({ at: now() - i * minute, index: 'graylog_13', message });
    },
  },
  'log-input-failed': {
    title: 'The GELF input of Graylog cannot bind its port',
    expect: 'graylog.input-failed',
    apply({ graylog, now }) {
      Object.assign(graylog.inputs.find(({ title }) => title === 'GELF UDP') ?? {}, {
        state: 'FAILED',
        detail: 'bind(..) failed: Address already in use.',
      });
      graylog.notifications.push({
        type: 'input_failed_to_start',
        severity: 'normal',
        at: now() - 3 * minute,
        details: { input_title: 'GELF UDP', reason: 'Address already in use.' },
      });
    },
  },
  'log-messages-lost': {
    title: 'Graylog has thrown away messages from its journal',
    expect: 'graylog.notification/journal_uncommitted_messages_deleted',
    apply: ({ graylog, now }) => {
      graylog.notifications.push({
        type: 'journal_uncommitted_messages_deleted',
        severity: 'urgent',
        at: now() - 50 * minute,
      });
    },
  },
  'log-processing-paused': {
    title: 'Somebody paused the message processing of Graylog and forgot it',
    expect: 'graylog.processing-paused',
    apply({ graylog, now }) {
      graylog.indexedUntil = now() - 2 * minute;
      for (const node of graylog.nodes) node.processing = false;
    },
  },
  'log-clocks-ahead': {
    title: 'Summer time: every sender writes its local time, an hour ahead',
    expect: 'graylog.sender-clock',
    apply({ logs, now }) {
      const since = now() - 40 * minute;
      for (const pattern of [...logs.patterns]) {
        if (pattern.from > since || pattern.to !== null) continue;
        pattern.to = since;
        logs.patterns.push({ ...pattern, from: since, to: null, skewMs: hour });
      }
    },
  },
  'log-token-ending': {
    title: "Lares' own Graylog token ends in three days",
    expect: 'graylog.token-expiring/lares',
    apply({ graylog, now }) {
      for (const token of graylog.accounts[0]?.tokens ?? []) token.expiresAt = now() + 3 * day;
    },
  },
  'log-burst': {
    title: 'Graylog works off a burst of 60,000 messages after a restart: nothing is wrong',
    apply: ({ graylog }) => {
      graylog.burst = { messages: 60_000, perSecond: 1_500 };
    },
  },
  'log-journal-uncleaned': {
    title: 'The journal of Graylog is full of what was processed long ago: nothing is wrong',
    apply({ graylog }) {
      for (const { journal } of graylog.nodes) journal.processedBytes = journal.limitBytes * 0.91;
    },
  },
  'log-noisy-night-job': {
    title: 'The mirror job complains as it does every night: nothing is wrong',
    apply({ logs, now }) {
      const at = now() - 25 * minute;
      for (const days of [0, 1])
        logs.add({
          source: 'downloads',
          text: 'mirror[{n}]: rsync: Operation not permitted (1)',
          perHour: 720,
          from: at - days * 24 * hour,
          to: at - days * 24 * hour + 20 * minute,
        });
    },
  },
  'log-quiet-stream': {
    title: 'Nobody has logged in for an hour: nothing is wrong',
    apply({ logs, now }) {
      for (const pattern of logs.patterns)
        if (pattern.stream === streamIds.auth) pattern.to = now() - hour;
    },
  },
  'log-index-recovering': {
    title: 'The index cluster is yellow while a new index is made: nothing is wrong',
    apply: ({ graylog }) => {
      Object.assign(graylog.indexer, { status: 'yellow', initializing: 2, unassigned: 2 });
    },
  },
} satisfies Record<string, Incident>;
