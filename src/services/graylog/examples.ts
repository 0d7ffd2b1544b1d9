import type { JsonObject } from '../../core/base/json.ts';

/** One working call of every tool, on the healthy demo world. */
export const examples: Readonly<Record<string, JsonObject>> = {
  search_logs: { query: 'level:[0 TO 3]', range: '6h', stream: 'Default Stream', limit: 5 },
  graylog_streams: { name: 'd' },
  graylog_overview: {},
};
