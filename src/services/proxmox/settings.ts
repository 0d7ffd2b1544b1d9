import * as z from 'zod';
import { HttpUrl } from '../../core/config/http-url.ts';

const percent = z.coerce.number().min(1).max(100);

/** The variables of one cluster, `PROXMOX_…`. */
export const config = z.object({
  url: HttpUrl.describe('Any node of the cluster, e.g. https://pve1.example.net:8006'),
  token_id: z
    .string()
    // A user of an OpenID or LDAP realm may be a mail address (PVE::Auth::Plugin: anything but blanks, colons and slashes).
    .regex(/^[^\s:/]+@\w[\w.-]*!\w[\w.-]*$/, 'must be USER@REALM!TOKEN')
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
});

/** Variables of Terraform's and Ansible's modules for Proxmox VE. */
export const foreign = {
  families: [/^PROXMOX_VE_/, /^PROXMOX_(?:USER|HOST|NODE|PASSWORD|VALIDATE_CERTS)$/],
};

/** What the client knows of a cluster besides its address. Shares are 0..1. */
export interface Settings {
  tokenId: string;
  storageWarn: number;
  storageCritical: number;
  memoryWarn: number;
  certificateDays: number;
  diskLifePercent: number;
}
