import * as z from 'zod';
import { HttpUrl } from '../../core/config/http-url.ts';

const percent = z.coerce.number().min(1).max(100);
const days = z.coerce.number().min(1).max(3_650);

/** The variables of one backup server, `PBS_…`. */
export const config = z.object({
  url: HttpUrl.describe('Base URL, e.g. https://pbs.example.net:8007'),
  token_id: z
    .string()
    // A user of an OpenID or LDAP realm may be a mail address (pbs-api-types: anything but blanks, colons and slashes).
    .regex(/^[^\s:/]+@\w[\w.-]*!\w[\w.-]*$/, 'must be USER@REALM!TOKEN')
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
    .describe('Most snapshots of a namespace that are read one by one; beyond, only their groups'),
});

/** Variables of `proxmox-backup-client`. */
export const foreign = {
  families: [
    /^PBS_(?:REPOSITORY|FINGERPRINT|NAMESPACE|LOG|SERVER|DATASTORE|AUTH_ID)$/,
    /^PBS_(?:PASSWORD|ENCRYPTION_PASSWORD|QEMU)(?:_\w+)?$/,
  ],
};

/** What the client knows of a server besides its address. Shares are 0..1. */
export interface Settings {
  tokenId: string;
  storeWarn: number;
  storeCritical: number;
  fullDays: number;
  verifyDays: number;
  retiredDays: number;
  listSnapshots: number;
}
