import { n8nListExecutions } from './executions.ts';
import { n8nListWorkflows } from './workflows.ts';

export { steps } from '../context.ts';
export { doctor } from '../doctor.ts';
export { health } from '../health.ts';
export const tools = [n8nListWorkflows, n8nListExecutions];
