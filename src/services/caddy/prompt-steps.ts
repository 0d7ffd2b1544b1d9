import type { Steps } from '../../core/inventory.ts';

/** What Caddy adds to the plans that Lares hands out as prompts. */
export const steps: Steps = {
  morning: [
    {
      tool: 'caddy_list_sites',
      arguments: { problems: true },
      look: 'sites whose upstream is down, or that differ between the proxies',
    },
  ],
  restart: [
    {
      tool: 'caddy_list_sites',
      arguments: { host: '{guestName}' },
      look: 'sites that will be away meanwhile: name them before asking',
    },
  ],
  dns: [
    {
      tool: 'caddy_list_sites',
      arguments: { host: '{name}' },
      look: 'whether the name is served at all, and by which upstream',
    },
  ],
};
