import { defineService } from '../../core/service.ts';
import { config, foreign, type Settings } from './settings.ts';

export const pbs = defineService({
  id: 'pbs',
  title: 'Proxmox Backup Server',
  docs: 'https://pbs.proxmox.com/docs/api-viewer/',
  instances: 'apart',
  secretShapes: [/(\bPBSAPIToken[=: ])\S+/g],
  answers: 'backups, their age and trouble: pbs_list_backups, pbs_list_tasks',
  describes: ['backup'],
  foreign,
  parts: {
    verify: 'Verify jobs',
    prune: 'Prune jobs of the server itself',
    sync: 'Sync jobs, and remotes',
  },
  config,
  connect: ({ url, token_id, token_secret, part_time, ...limits }) => ({
    baseUrl: `${url.replace(/(\/api2(\/json)?)?\/*$/, '')}/api2/json`,
    // A colon where Proxmox VE has an equals sign; the secret is percent-decoded (proxmox-auth-api, extract_auth_data).
    headers: { authorization: `PBSAPIToken=${token_id}:${encodeURIComponent(token_secret)}` },
    partTime: part_time,
    settings: {
      tokenId: token_id,
      storeWarn: limits.datastore_warn_percent / 100,
      storeCritical: limits.datastore_critical_percent / 100,
      fullDays: limits.full_days,
      verifyDays: limits.verify_days,
      retiredDays: limits.retired_days,
      listSnapshots: limits.list_snapshots,
    } satisfies Settings,
  }),
  load: () => import('./tools/index.ts'),
  setup: () => import('./recipe.ts'),
});
