import type { JsonObject } from '../../core/base/json.ts';

/** One working call of every tool, on the healthy demo world: what the shared contract, the documentation and the benchmark use. */
export const examples: Readonly<Record<string, JsonObject>> = {
  prom_query: { query: 'sum by (job) (up)', range: '1h' },
  prom_alerts: { state: 'all' },
  prom_targets: { job: 'node' },
};
