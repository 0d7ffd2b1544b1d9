import * as z from 'zod';
import { HttpUrl } from '../../core/config/http-url.ts';
import { defineService } from '../../core/service.ts';

const percent = z.coerce.number().min(1).max(100);
const days = z.coerce.number().min(1).max(3_650);

/** What `connect` knows besides the address. Shares are 0..1. */
export interface Settings {
  tokenId: string;
  storeWarn: number;
  storeCritical: number;
  fullDays: number;
  verifyDays: number;
  retiredDays: number;
  listSnapshots: number;
}

export const pbs = defineService({
  id: 'pbs',
  title: 'Proxmox Backup Server',
  docs: 'https://pbs.proxmox.com/docs/api-viewer/',
  instances: 'apart',
  secretShapes: [/(?<=\bPBSAPIToken[=: ])\S+/g],
  answers: 'backups, their age and trouble: pbs_list_backups, pbs_list_tasks',
  config: z.object({
    url: HttpUrl.describe('Base URL, e.g. https://pbs.example.net:8007'),
    token_id: z
      .string()
      .regex(/^[^\s@!=:/]+@[^\s@!=:/]+![^\s!=:/]+$/, 'must be USER@REALM!TOKEN')
      .describe('API token, USER@REALM!TOKEN'),
    token_secret: z
      .string()
      .min(1)
      .meta({ secret: true })
      .describe('Secret of the token, shown once by `proxmox-backup-manager user generate-token`'),
    part_time: z
      .stringbool()
      .default(false)
      .describe(
        'true: it is switched off for much of the time, so that it cannot be reached is no fault',
      ),
    datastore_warn_percent: percent.default(85).describe('A datastore this full is a warning'),
    datastore_critical_percent: percent.default(95).describe('A datastore this full is critical'),
    full_days: days
      .default(30)
      .describe('A datastore that will be full within so many days is a warning'),
    verify_days: days
      .default(30)
      .describe(
        'Backups not verified for so many days are a warning, unless the verify job says otherwise',
      ),
    retired_days: days
      .default(60)
      .describe('A guest without a new backup for so many days counts as retired, not as overdue'),
    list_snapshots: z.coerce
      .number()
      .int()
      .min(0)
      .max(100_000)
      .default(3_000)
      .describe(
        'Most snapshots of a namespace that are read one by one; beyond, only their groups',
      ),
  }),
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
});
