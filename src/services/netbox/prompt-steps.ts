import type { Steps } from '../../core/inventory.ts';

/** What the documentation adds to plans: what a guest is for, and which address a name should have. */
export const steps: Steps = {
  restart: [
    {
      tool: 'netbox_search',
      arguments: { query: '{guestName}' },
      look: 'its role and owner: whether others depend on it',
    },
  ],
  dns: [
    {
      tool: 'netbox_search',
      arguments: { query: '{name}' },
      look: 'the address it should have, as documented',
    },
  ],
};
