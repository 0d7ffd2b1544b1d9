export { steps } from '../context.ts';
export { doctor } from '../doctor.ts';
export { health } from '../health.ts';
import { promAlerts } from './alerts.ts';
import { promQuery } from './query.ts';
import { promTargets } from './targets.ts';

export const tools = [promQuery, promAlerts, promTargets];
