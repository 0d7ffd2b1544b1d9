import { addRecord } from './add.ts';
import { listRecords } from './list.ts';
import { lookup } from './lookup.ts';
import { removeRecord } from './remove.ts';

export { inventory } from '../inventory.ts';
export { steps } from '../prompt-steps.ts';
export { doctor } from '../doctor.ts';
export { health } from '../health/index.ts';
export const tools = [listRecords, lookup, addRecord, removeRecord];
