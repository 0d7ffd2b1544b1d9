import { type BackupServer, createBackupServer } from './backup-server.ts';
import { type Base, createBase } from './base.ts';
import { createGraylog } from './graylog.ts';
import { createLogs } from './logs.ts';
import { createMonitoring } from './monitoring.ts';
import { createN8n } from './n8n.ts';
import { createNetbox } from './netbox.ts';
import { createPihole } from './pihole.ts';
import { createProxmox } from './proxmox.ts';
import type { ProxmoxWorld } from './proxmox-types.ts';
import { createProxy } from './proxy.ts';
import { createSemaphore } from './semaphore.ts';

/**
 * One consistent homelab in which nothing is broken, as plain mutable data: fakes read it at each request, so an incident is a mutation.
 * With `now` (ms) its clock stands still until `advance`; without, it follows the machine's.
 */
export function createWorld({ now }: { now?: number } = {}) {
  const base = createBase(now);
  const world = Object.assign(base, {
    proxmox: createProxmox(base),
    pihole: createPihole(base),
    monitoring: createMonitoring(base),
    netbox: createNetbox(base),
    n8n: createN8n(base),
    logs: createLogs(base),
    graylog: createGraylog(base),
    semaphore: createSemaphore(base),
    proxy: createProxy(base),
  });
  return withBackups(world);
}

/** Its five weeks of backups are more than all the rest, so they are made when somebody asks for them: most homelabs under test have no backup server. */
function withBackups<T extends Base & { proxmox: ProxmoxWorld }>(
  world: T,
): T & { readonly backupServer: BackupServer } {
  let server: BackupServer | undefined;
  return Object.defineProperty(world, 'backupServer', {
    enumerable: true,
    get: () => (server ??= createBackupServer(world)),
  }) as T & { readonly backupServer: BackupServer };
}

export type World = ReturnType<typeof createWorld>;
