import { listBackups } from './backups.ts';
import { listDatastores } from './datastores.ts';
import { listTasks } from './tasks.ts';

export { steps } from '../prompt-steps.ts';
export { health } from '../health/index.ts';
export { doctor } from '../doctor.ts';
export const tools = [listDatastores, listBackups, listTasks];
