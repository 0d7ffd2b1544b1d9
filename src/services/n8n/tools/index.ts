import { n8nListExecutions } from './executions.ts';
import { n8nListWorkflows } from './workflows.ts';

export { doctor } from '../doctor.ts';
export { health } from '../health/index.ts';
export { inventory } from '../inventory.ts';
export { lately } from '../lately.ts';
export { steps } from '../prompt-steps.ts';
export const tools = [n8nListWorkflows, n8nListExecutions];
