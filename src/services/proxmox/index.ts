import { defineService } from '../../core/service.ts';
import { config, foreign, type Settings } from './settings.ts';

export const proxmox = defineService({
  id: 'proxmox',
  title: 'Proxmox VE',
  docs: 'https://pve.proxmox.com/pve-docs/api-viewer/',
  instances: 'apart',
  secretShapes: [/(\bPVEAPIToken[=: ])\S+/g],
  protects: { vmid: 'number', node: 'text', name: 'text', pool: 'text', tag: 'text' },
  answers: 'what runs where, load, storages: infra_overview, list_guests, get_guest, node_status',
  describes: ['node', 'guest', 'address'],
  compares: ['not-backed-up'],
  foreign,
  parts: {
    'backup-jobs': 'Backup jobs of Proxmox VE, where something else makes the backups',
    ha: 'High availability',
    replication: 'Replication',
    updates: 'Pending updates',
    zfs: 'ZFS pools',
  },
  config,
  connect: ({ url, token_id, token_secret, ...limits }) => ({
    baseUrl: `${url.replace(/(\/api2(\/json)?)?\/*$/, '')}/api2/json`,
    // The server unescapes the value and cuts it at a semicolon (pve-http-server `extract_auth_value`).
    headers: {
      authorization: `PVEAPIToken=${token_id.replace(/[%;]/g, encodeURIComponent)}=${token_secret}`,
    },
    settings: {
      tokenId: token_id,
      storageWarn: limits.storage_warn_percent / 100,
      storageCritical: limits.storage_critical_percent / 100,
      memoryWarn: limits.memory_warn_percent / 100,
      certificateDays: limits.certificate_days,
      diskLifePercent: limits.disk_life_percent,
    } satisfies Settings,
  }),
  load: () => import('./tools/index.ts'),
  setup: () => import('./recipe.ts'),
});
