import { answered, json, text } from '../library.ts';
import type { Described } from '../openapi.ts';
import type { Shape } from '../form.ts';
import { at, type Upstream } from '../upstream.ts';

/** A route that every release from 5.0 to 7.1 has. */
function route(method: string, path: string): Described | undefined {
  const rows = text('graylog-routes-by-version.tsv')
    .split('\n')
    .map((line) => line.split('\t'));
  const found = rows.find(([verb, at]) => verb === method && `/api${at}` === path);
  return found?.slice(2, 11).every((mark) => mark === 'x') ? { query: [], body: [] } : undefined;
}

interface Interaction {
  method: string;
  path: string;
  status: number;
  body: unknown;
}

/** An object whose keys are data. */
const map = (path: string, values: string, types = 'object'): Shape => ({
  [path]: types,
  [`${path}.*`]: values,
});

const user: Shape = {
  '': 'object',
  id: 'string',
  username: 'string',
  full_name: 'string',
  email: 'string',
  permissions: 'array',
  'permissions[]': 'string',
  grn_permissions: 'array',
  'grn_permissions[]': 'any',
  roles: 'array|null',
  'roles[]': 'string',
  read_only: 'boolean',
  external: 'boolean',
  ...map('preferences', 'any', 'object|null'),
  timezone: 'string|null?',
  session_timeout_ms: 'integer|null?',
  startpage: 'any?',
  session_active: 'boolean?',
  last_activity: 'string|null?',
  client_address: 'string|null?',
  account_status: 'string?',
  service_account: 'boolean?',
  auth_service_enabled: 'boolean?',
};
const explanation: Shape = {
  '': 'object',
  error_type: 'string',
  begin_line: 'integer',
  begin_column: 'integer',
  end_line: 'integer',
  end_column: 'integer',
  error_title: 'string',
  error_message: 'string',
  related_property: 'string?',
};

/** Message documents as a search answers them. */
const searchOf = (documents: unknown[]): object => ({
  execution: { done: true, cancelled: false, completed_exceptionally: false },
  results: {
    q: {
      errors: [],
      state: 'COMPLETED',
      search_types: {
        m: {
          id: 'm',
          type: 'messages',
          total_results: documents.length,
          effective_timerange: {
            type: 'absolute',
            from: '2025-03-20T00:00:00.000Z',
            to: '2025-03-21T00:00:00.000Z',
          },
          messages: documents.map((message) => ({
            highlight_ranges: {},
            message,
            index: 'graylog_0',
          })),
        },
      },
    },
  },
});

export const graylog: Upstream = {
  name: 'graylog',
  of: { service: 'graylog' },
  source:
    'Graylog: routes that all of 5.0 to 7.1 have, answers recorded on 4.x, 5.0.13 and 6.1.10; parameters and what was not recorded from the sheet',
  asked: [
    ...[
      'cluster',
      'cluster/inputstates',
      'cluster/{nodeId}/journal',
      'streams',
      'system',
      'system/cluster/stats',
      'system/cluster/traffic',
      'system/indexer/cluster/health',
      'system/indexer/failures',
      'system/indexer/failures/count',
      'system/indices/index_sets',
      'system/notifications',
      'system/sessions',
      'users/{userId}/tokens',
      'users/{username}',
      'views/fields',
    ].map((path) => `GET /api/${path}`),
    ...['cluster/metrics/multiple', 'search/aggregate', 'search/validate', 'views/search/sync'].map(
      (path) => `POST /api/${path}`,
    ),
  ],
  describe: route,
  recorded: () => [
    ...(json('graylog-recorded-5.0.13.json')['interactions'] as Interaction[])
      .filter(({ status }) => status === 200)
      .map(({ method, path, body }) =>
        answered(`${method} ${path.split('?')[0]?.replace(/\/$/, '')}`, body),
      ),
    answered(
      'POST /api/views/search/sync',
      json('graylog-recorded-4.x-views-search-sync.json')['body'],
    ),
    ...Object.entries(json('graylog-recorded-6.1.10-journal-backlog.json')).flatMap(
      ([name, body]) => (name.startsWith('GET ') ? [answered(name, body)] : []),
    ),
  ],
  older: () => [
    answered(
      'POST /api/views/search/sync',
      searchOf(json('graylog-recorded-6.x-messages.json')['messages'] as unknown[]),
    ),
  ],
  sheet: {
    'GET /api/cluster': {
      says: '§7',
      reply: { '': 'object', '*': 'object|null', '*.is_leader': 'boolean?' },
    },
    'GET /api/system': { says: '§7', reply: { '': 'object', is_leader: 'boolean?' } },
    'GET /api/cluster/inputstates': {
      says: '§7',
      reply: {
        '': 'object',
        '*': 'array|null',
        '*[]': 'object',
        '*[].detailed_message': 'string|null',
        ...at('*[].message_input', {
          '': 'object',
          ...map('attributes', 'any'),
          ...map('static_fields', 'any'),
        }),
      },
    },
    'GET /api/system/cluster/stats': {
      says: '§7',
      reply: Object.assign(
        { '': 'object' },
        ...[
          'stream_rule_count_by_stream',
          'output_count_by_type',
          'input_count_by_type',
          'extractor_count_by_type',
        ].map((name) => map(name, 'integer')),
        { mongo: 'any' },
      ) as Shape,
    },
    'GET /api/system/cluster/traffic': {
      says: '§7',
      query: ['daily', 'days'],
      reply: Object.assign(
        { '': 'object' },
        ...['input', 'output', 'decoded'].map((name) => map(name, 'integer')),
      ) as Shape,
    },
    'GET /api/streams': {
      says: '§5',
      reply: {
        '': 'object',
        ...at('streams[]', {
          '': 'object',
          description: 'string|null',
          categories: 'array?',
          ...at('rules[]', {
            '': 'object',
            id: 'string',
            stream_id: 'string',
            field: 'string',
            type: 'integer',
            value: 'string',
            inverted: 'boolean',
            description: 'string|null?',
            content_pack: 'string|null?',
          }),
        }),
      },
    },
    'GET /api/system/indexer/failures': {
      says: '§7',
      query: ['limit', 'offset'],
      reply: {
        '': 'object',
        ...at('failures[]', {
          '': 'object',
          timestamp: 'string',
          letter_id: 'string',
          message: 'string',
          index: 'string',
          type: 'string|null',
        }),
      },
    },
    'GET /api/system/indexer/failures/count': { says: '§7', query: ['since'] },
    'GET /api/system/indices/index_sets': {
      says: '§7',
      query: ['limit', 'skip', 'stats'],
      reply: {
        '': 'object',
        total: 'integer',
        index_sets: 'array',
        'index_sets[]': 'any',
        stats: 'object',
        ...at('stats.*', {
          '': 'object',
          indices: 'integer',
          documents: 'integer',
          size: 'integer',
        }),
      },
    },
    'GET /api/system/notifications': {
      says: '§7',
      reply: {
        '': 'object',
        total: 'integer',
        ...at('notifications', {
          '': 'array',
          ...at('[]', {
            '': 'object',
            type: 'string',
            severity: 'string',
            timestamp: 'string',
            node_id: 'string|null',
            id: 'string?',
            key: 'string|null?',
            ...map('details', 'any', 'object|null?'),
          }),
        }),
      },
    },
    'GET /api/system/sessions': {
      says: 'pull request 15298 of graylog2-server',
      reply: {
        '': 'object',
        is_valid: 'boolean',
        session_id: 'string|null',
        username: 'string|null',
      },
    },
    'GET /api/users/{username}': {
      says: 'org/graylog2/rest/models/users/responses/UserSummary.java',
      reply: user,
    },
    'GET /api/users/{userId}/tokens': {
      says: 'Measured on running servers: expires_at since 6.2',
      reply: {
        '': 'object',
        tokens: 'array',
        ...at('tokens[]', {
          '': 'object',
          id: 'string',
          name: 'string',
          last_access: 'string|null',
          created_at: 'string|null?',
          expires_at: 'string|null?',
        }),
      },
    },
    'GET /api/views/fields': {
      says: '§4.4',
      reply: at('[]', {
        '': 'object',
        name: 'string',
        ...at('type', {
          '': 'object',
          type: 'string',
          properties: 'array',
          'properties[]': 'string',
          index_names: 'array',
          'index_names[]': 'string',
        }),
      }),
    },
    'POST /api/cluster/metrics/multiple': {
      says: '§7',
      body: ['metrics'],
      reply: {
        '': 'object',
        ...at('*', {
          '': 'object|null',
          total: 'integer',
          metrics: 'array',
          ...at('metrics[]', {
            '': 'object',
            full_name: 'string',
            name: 'string',
            type: 'string',
            metric: 'object',
            'metric.value': 'number',
          }),
        }),
      },
    },
    'POST /api/search/aggregate': {
      says: '§4.2',
      body: ['group_by', 'metrics', 'query', 'streams', 'timerange'],
      reply: {
        '': 'object',
        schema: 'array',
        ...at('schema[]', {
          '': 'object',
          column_type: 'string',
          type: 'string',
          field: 'string?',
          function: 'string?',
          name: 'string',
        }),
        datarows: 'array',
        'datarows[]': 'array',
        'datarows[][]': 'any',
        metadata: 'object',
        'metadata.effective_timerange': 'any',
      },
    },
    'POST /api/search/validate': {
      says: '§4.4',
      body: ['query', 'streams', 'timerange'],
      reply: {
        '': 'object',
        status: 'string',
        context: 'any',
        ...at('explanations', { '': 'array?', ...at('[]', explanation) }),
      },
    },
    'POST /api/views/search/sync': {
      says: '§4.3',
      body: ['parameters', 'queries'],
      reply: {
        '': 'object',
        search_id: 'string|null',
        executing_node: 'string?',
        progress: 'integer?',
        ...at('results', {
          '': 'object',
          ...at('*', {
            '': 'object',
            query: 'any',
            ...at('search_types', {
              '': 'object',
              '*': 'object',
              ...at('*.messages[]', {
                '': 'object',
                ...map('message', 'any'),
                decoration_stats: 'any',
              }),
            }),
          }),
          ...at('*.errors[]', {
            '': 'object',
            type: 'string',
            description: 'string',
            query_id: 'string',
            search_type_id: 'string?',
            backtrace: 'string|null?',
          }),
        }),
      },
    },
  },
};
