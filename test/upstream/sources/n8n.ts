import { below, transcript } from '../library.ts';
import type { Shape } from '../form.ts';
import { at, type Upstream } from '../upstream.ts';

const workflow = {
  id: 'string',
  isArchived: 'boolean',
  triggerCount: 'integer',
  versionId: 'string|null',
  activeVersionId: 'string|null',
  pinData: 'any',
  meta: 'any',
  staticData: 'any',
  connections: 'any',
  settings: 'any',
};
const graph = { connections: 'any', settings: 'any?' };
const error: Shape = {
  '': 'object?',
  message: 'string',
  name: 'string?',
  description: 'string|null?',
  httpCode: 'string?',
  messages: 'array?',
  'messages[]': 'string',
  lineNumber: 'integer?',
  timestamp: 'integer?',
  stack: 'string?',
  level: 'string?',
  tags: 'any?',
  context: 'any?',
  node: 'any?',
};
/** Steps are keys, and what they sent and received is data, which Lares does not read. */
const execution = {
  data: 'object?',
  'data.executionData': 'any?',
  'data.startData': 'any?',
  ...at('data.resultData', {
    '': 'object',
    lastNodeExecuted: 'string?',
    ...at('error', error),
    ...at('runData', {
      '': 'object',
      '*': 'array',
      '*[]': 'object',
      '*[].data': 'any?',
      ...at('*[].error', error),
    }),
  }),
  workflowData: 'any?',
  customData: 'any?',
};

const release = (version: string, old: boolean, ...files: string[]): Upstream => ({
  name: `n8n-${version}`,
  of: { service: 'n8n', old },
  source: `n8n: its own OpenAPI of ${version}, wire transcripts of the same`,
  asked: [
    'GET /api/v1/workflows',
    'GET /api/v1/executions',
    'GET /api/v1/executions/{id}',
    'GET /metrics',
    'GET /api/v1/discover',
  ],
  describe: below('/api/v1', `n8n-${version}-public-api-v1-openapi.yml`),
  recorded: () => transcript(...files),
  sheet: {
    'GET /metrics': { says: '§4' },
    ...(old && { 'GET /api/v1/discover': { says: '§4: 404' } }),
    'GET /api/v1/workflows': {
      says: '§5',
      reply: {
        ...at('data[]', old ? workflow : graph),
        ...at('data[].activeVersion', {
          '': 'object|null',
          ...graph,
          ...(old && { name: 'string|null?', description: 'string|null?' }),
        }),
      },
    },
    'GET /api/v1/executions/{id}': { says: '§6', reply: execution },
  },
});

export const n8n1 = release('1.123.81', true, 'n8n1-api', 'n8n1-api2', 'n8n1-exec', 'n8n1-exec2');
export const n8n2 = release('2.41.1', false, 'n8n2-api', 'n8n2-exec');
