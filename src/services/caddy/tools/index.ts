import { getConfig } from './config.ts';
import { listSites } from './sites.ts';

export { inventory, steps } from '../inventory.ts';
export { health } from '../health/index.ts';
export { doctor } from '../doctor.ts';

export const tools = [listSites, getConfig];
