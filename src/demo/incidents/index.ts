import { backupServerIncidents } from './backup-server.ts';
import { backupIncidents } from './backups.ts';
import { guestIncidents } from './guests.ts';
import type { Incident } from './incident.ts';
import { n8nIncidents } from './n8n.ts';
import { netboxIncidents } from './netbox.ts';
import { monitoringIncidents } from './monitoring.ts';
import { logIncidents } from './logs.ts';
import { nodeIncidents } from './nodes.ts';
import { proxyIncidents } from './proxy.ts';
import { semaphoreIncidents } from './semaphore.ts';
import { piholeIncidents } from './pihole.ts';
import { storageIncidents } from './storage.ts';

export type { Incident } from './incident.ts';

/** Everything that may happen to the house, by name. */
export const incidents: Record<string, Incident> = {
  ...guestIncidents,
  ...nodeIncidents,
  ...storageIncidents,
  ...piholeIncidents,
  ...backupIncidents,
  ...backupServerIncidents,
  ...monitoringIncidents,
  ...netboxIncidents,
  ...n8nIncidents,
  ...logIncidents,
  ...semaphoreIncidents,
  ...proxyIncidents,
};
