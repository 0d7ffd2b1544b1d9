import type { Upstream } from '../upstream.ts';
import { caddy } from './caddy.ts';
import { graylog } from './graylog.ts';
import { n8n1, n8n2 } from './n8n.ts';
import { netbox } from './netbox.ts';
import { pbs } from './pbs.ts';
import { pihole } from './pihole.ts';
import { alertmanager, prometheus } from './prometheus.ts';
import { proxmox } from './proxmox.ts';
import { semaphore18, semaphore9 } from './semaphore.ts';

/** Every upstream API Lares talks to; two where a release speaks differently. */
export const upstreams: readonly Upstream[] = [
  proxmox,
  pbs,
  pihole,
  prometheus,
  alertmanager,
  graylog,
  semaphore9,
  semaphore18,
  caddy,
  netbox,
  n8n1,
  n8n2,
];
