import type { Steps } from '../../core/inventory.ts';

export const steps: Steps = {
  morning: [
    {
      tool: 'prom_alerts',
      look: 'firing alerts, and whether anybody was told (silenced, inhibited)',
    },
    {
      tool: 'prom_targets',
      arguments: { state: 'down' },
      look: 'what is not measured any more, so that its silence is no good news',
    },
  ],
  changes: [
    {
      tool: 'prom_query',
      arguments: { query: 'changes(up[1d]) > 0', limit: 50 },
      look: 'targets that went away or came back, and how often',
    },
  ],
  capacity: [
    {
      tool: 'prom_query',
      arguments: {
        query:
          'predict_linear(node_filesystem_avail_bytes{fstype!~"tmpfs|overlay"}[7d], 30 * 86400) < 0',
        limit: 20,
      },
      look: 'file systems that are full within 30 days if the week goes on like this; no series can also mean that no exporter measures it',
    },
    {
      tool: 'prom_query',
      arguments: {
        query: '1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes',
        range: '7d',
        limit: 20,
      },
      look: 'machines whose memory in use rises through the week',
    },
  ],
};
