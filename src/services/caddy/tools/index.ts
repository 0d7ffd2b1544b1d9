import { getConfig } from './config.ts';
import { listSites } from './sites.ts';

export { inventory, steps } from '../context.ts';
export { checkup as health } from '../health.ts';
export { diagnosis as doctor } from '../doctor.ts';

export const tools = [listSites, getConfig];
