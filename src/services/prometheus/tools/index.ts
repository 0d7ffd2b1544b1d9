export { inventory } from '../inventory.ts';
export { lately } from '../lately.ts';
export { steps } from '../prompt-steps.ts';
export { doctor } from '../doctor.ts';
export { health } from '../health/index.ts';
import { promAlerts } from './alerts.ts';
import { promQuery } from './query.ts';
import { promTargets } from './targets.ts';

export const tools = [promQuery, promAlerts, promTargets];
