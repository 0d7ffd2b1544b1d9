import * as z from 'zod';
import { HttpUrl } from '../../core/config/http-url.ts';
import { defineService } from '../../core/service.ts';

const percent = z.coerce.number().min(1).max(100);

export const proxmox = defineService({
  id: 'proxmox',
  title: 'Proxmox VE',
  docs: 'https://pve.proxmox.com/pve-docs/api-viewer/',
  instances: 'apart',
  secretShapes: [/(?<=\bPVEAPIToken[=: ])\S+/g],
  protects: ['vmid', 'node', 'name', 'pool', 'tag'],
  answers: 'what runs where, load, storages: infra_overview, list_guests, get_guest, node_status',
  config: z.object({
    url: HttpUrl.describe('Any node of the cluster, e.g. https://pve1.example.net:8006'),
    token_id: z
      .string()
      .regex(/^[^\s@!=:]+@[^\s@!=:]+![^\s!=:]+$/, 'must be USER@REALM!TOKEN')
      .describe('API token, USER@REALM!TOKEN'),
    token_secret: z
      .string()
      .min(1)
      .meta({ secret: true })
      .describe('Secret of the token, shown once by `pveum user token add`'),
    storage_warn_percent: percent.default(85).describe('A storage this full is a warning'),
    storage_critical_percent: percent.default(95).describe('A storage this full is critical'),
    memory_warn_percent: percent
      .default(95)
      .describe('A node with this much of its memory in use is a warning'),
    certificate_days: z.coerce
      .number()
      .min(0)
      .default(10)
      .describe('A certificate with fewer days left is a warning'),
    disk_life_percent: percent.default(10).describe('An SSD with less life left is a warning'),
  }),
  connect: ({
    url,
    token_id,
    token_secret,
    storage_warn_percent,
    storage_critical_percent,
    memory_warn_percent,
    certificate_days,
    disk_life_percent,
  }) => ({
    baseUrl: `${url.replace(/(\/api2(\/json)?)?\/*$/, '')}/api2/json`,
    headers: { authorization: `PVEAPIToken=${token_id}=${token_secret}` },
    settings: {
      tokenId: token_id,
      storageWarn: storage_warn_percent / 100,
      storageCritical: storage_critical_percent / 100,
      memoryWarn: memory_warn_percent / 100,
      certificateDays: certificate_days,
      diskLifePercent: disk_life_percent,
    },
  }),
  load: () => import('./tools/index.ts'),
});
