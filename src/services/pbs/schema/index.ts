/** The answers of Proxmox Backup Server, turned into our words and units (bytes, ms since the epoch). */
export * from './access.ts';
export * from './backup.ts';
export * from './datastore.ts';
export { data } from './envelope.ts';
export * from './job.ts';
export * from './task.ts';
