import type { JsonObject } from '../../core/base/json.ts';

/** One working call of every tool, on the healthy demo world. */
export const examples: Readonly<Record<string, JsonObject>> = {
  infra_overview: {},
  list_guests: { status: 'running', tag: 'apps', limit: 10 },
  get_guest: { vmid: 30062 },
  node_status: { node: 'pve-mini5' },
  guest_start: { vmid: 'gameserver' },
  guest_stop: { vmid: 30065 },
  guest_restart: { vmid: 30062 },
};
