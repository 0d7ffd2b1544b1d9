import { below, transcript } from '../library.ts';
import type { Upstream } from '../upstream.ts';

export const prometheus: Upstream = {
  name: 'prometheus',
  of: { service: 'prometheus', server: 0 },
  source: 'Prometheus: its own OpenAPI of 3.14.0, wire transcripts of 3.5.3 and 2.42.0',
  asked: [
    'GET /api/v1/query',
    'POST /api/v1/query',
    'GET /api/v1/query_range',
    'POST /api/v1/query_range',
    'GET /api/v1/label/{name}/values',
    ...[
      'alerts',
      'rules',
      'targets',
      'alertmanagers',
      'status/buildinfo',
      'status/runtimeinfo',
    ].map((path) => `GET /api/v1/${path}`),
  ],
  describe: below('/api/v1', 'prometheus-v3.14.0-openapi-3.1.yaml'),
  recorded: () => transcript('prom-v353', 'prom-v242'),
};

export const alertmanager: Upstream = {
  name: 'alertmanager',
  of: { service: 'prometheus', server: 1 },
  source: 'Alertmanager: its own OpenAPI of 0.34.0, wire transcripts of 0.33.1 and 0.25.0',
  asked: ['status', 'alerts', 'silences'].map((path) => `GET /api/v2/${path}`),
  describe: below('/api/v2', 'alertmanager-v0.34.0-openapi.yaml'),
  recorded: () => transcript('am33', 'am25'),
};
