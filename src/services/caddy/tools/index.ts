import { getConfig } from './config.ts';
import { listSites } from './sites.ts';

export { inventory } from '../inventory.ts';
export { steps } from '../prompt-steps.ts';
export { health } from '../health/index.ts';
export { doctor } from '../doctor.ts';

export const tools = [listSites, getConfig];
