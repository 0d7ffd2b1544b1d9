import { defineService } from '../../core/service.ts';
import { config, foreign, type Settings } from './settings.ts';

export const proxmox = defineService({
  id: 'proxmox',
  title: 'Proxmox VE',
  docs: 'https://pve.proxmox.com/pve-docs/api-viewer/',
  instances: 'apart',
  secretShapes: [/(?<=\bPVEAPIToken[=: ])\S+/g],
  protects: { vmid: 'number', node: 'text', name: 'text', pool: 'text', tag: 'text' },
  answers: 'what runs where, load, storages: infra_overview, list_guests, get_guest, node_status',
  foreign,
  config,
  connect: ({ url, token_id, token_secret, ...limits }) => ({
    baseUrl: `${url.replace(/(\/api2(\/json)?)?\/*$/, '')}/api2/json`,
    headers: { authorization: `PVEAPIToken=${token_id}=${token_secret}` },
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
});
