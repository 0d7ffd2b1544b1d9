import type { Service } from '../core/service.ts';

/** Every service Lares knows: one import and one entry each. */
export const services: readonly Service[] = [];
