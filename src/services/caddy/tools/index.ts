import { getConfig } from './config.ts';
import { listSites } from './sites.ts';

export { inventory, steps } from '../inventory.ts';
export { checkup as health } from '../health/index.ts';
export { diagnosis as doctor } from '../doctor.ts';

export const tools = [listSites, getConfig];
