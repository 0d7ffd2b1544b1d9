import { backupIncidents } from './backups.ts';
import { guestIncidents } from './guests.ts';
import type { Incident } from './incident.ts';
import { netboxIncidents } from './netbox.ts';
import { nodeIncidents } from './nodes.ts';
import { storageIncidents } from './storage.ts';

export type { Incident } from './incident.ts';

/** Everything that may happen to the house, by name. */
export const incidents: Record<string, Incident> = {
  ...guestIncidents,
  ...nodeIncidents,
  ...storageIncidents,
  ...backupIncidents,
  ...netboxIncidents,
};
