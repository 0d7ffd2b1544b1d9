import type { Service } from '../core/service.ts';
import { proxmox } from './proxmox/index.ts';
import { pihole } from './pihole/index.ts';
import { prometheus } from './prometheus/index.ts';
import { graylog } from './graylog/index.ts';
import { semaphore } from './semaphore/index.ts';
import { caddy } from './caddy/index.ts';
import { netbox } from './netbox/index.ts';
import { n8n } from './n8n/index.ts';
import { pbs } from './pbs/index.ts';

/** Every service Lares knows: one import and one entry each. */
export const services: readonly Service[] = [
  proxmox,
  pihole,
  prometheus,
  graylog,
  semaphore,
  caddy,
  netbox,
  n8n,
  pbs,
];
