/** Proxmox VE's answers, turned into our words and units (bytes, seconds, ms since the epoch, shares of 0..1). */
export * from './cluster.ts';
export { data } from './envelope.ts';
export { GuestConfig, GuestStatus, Snapshots } from './guest.ts';
export * from './interfaces.ts';
export * from './node.ts';
export * from './resources.ts';
export * from './task.ts';
