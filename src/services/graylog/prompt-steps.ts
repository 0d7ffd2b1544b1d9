import type { Steps } from '../../core/inventory.ts';

export const steps: Steps = {
  morning: [
    {
      tool: 'search_logs',
      arguments: { query: 'level:[0 TO 3]', range: '12h', limit: 20 },
      look: 'errors of the night: which source, how many, and whether they still come',
    },
  ],
  restart: [
    {
      tool: 'search_logs',
      arguments: { query: '"{guestName}"', range: '30m', limit: 20 },
      look: 'errors that were not there before the restart',
      phase: 'after',
    },
  ],
  dns: [
    {
      tool: 'search_logs',
      arguments: { query: '"{name}"', range: '1h', limit: 20 },
      look: 'who fails to resolve or reach it, and since when',
    },
  ],
  changes: [
    {
      tool: 'search_logs',
      arguments: { query: 'level:[0 TO 3]', range: '24h', limit: 20 },
      look: 'sources and messages that were not there the day before',
    },
  ],
  capacity: [
    { tool: 'graylog_overview', look: 'ingest rate, journal and the size of the index sets' },
  ],
};
