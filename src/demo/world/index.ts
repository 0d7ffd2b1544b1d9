import { createBackupServer } from './backup-server.ts';
import { createBase } from './base.ts';
import { createGraylog } from './graylog.ts';
import { createLogs } from './logs.ts';
import { createMonitoring } from './monitoring.ts';
import { createN8n } from './n8n.ts';
import { createNetbox } from './netbox.ts';
import { createPihole } from './pihole.ts';
import { createProxmox } from './proxmox.ts';
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
  return Object.assign(world, { backupServer: createBackupServer(world) });
}

export type World = ReturnType<typeof createWorld>;
