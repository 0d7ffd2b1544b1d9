export { doctor } from '../doctor.ts';
export { health } from '../health/index.ts';
export { inventory } from '../inventory.ts';
export { lately } from '../lately.ts';
export { steps } from '../prompt-steps.ts';
import { listBackups } from './backups.ts';
import { listDatastores } from './datastores.ts';
import { listTasks } from './tasks.ts';

export const tools = [listDatastores, listBackups, listTasks];
