import { createBase } from './base.ts';
import { createProxmox } from './proxmox.ts';

/**
 * One consistent homelab in which nothing is broken, as plain mutable data: fakes read it at each request, so an incident is a mutation.
 * With `now` (ms) its clock stands still until `advance`; without, it follows the machine's.
 */
export function createWorld({ now }: { now?: number } = {}) {
  const base = createBase(now);
  return Object.assign(base, {
    proxmox: createProxmox(base),
  });
}

export type World = ReturnType<typeof createWorld>;
