import { taskOutput } from './output.ts';
import { listProjects } from './projects.ts';
import { listEnvironments, listInventories } from './resources.ts';
import { runTask } from './run.ts';
import { listTasks, taskStatus } from './tasks.ts';
import { listTemplates } from './templates.ts';

export { doctor } from '../doctor.ts';
export { health } from '../health/index.ts';
export { inventory } from '../inventory.ts';
export { lately } from '../lately.ts';
export { steps } from '../prompt-steps.ts';
export const tools = [
  listProjects,
  listTemplates,
  runTask,
  taskStatus,
  listTasks,
  taskOutput,
  listInventories,
  listEnvironments,
];
