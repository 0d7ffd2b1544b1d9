import { addRecord } from './add.ts';
import { listRecords } from './list.ts';
import { lookup } from './lookup.ts';
import { removeRecord } from './remove.ts';

export { inventory, steps } from '../context.ts';
export { doctor } from '../doctor.ts';
export { health } from '../health.ts';
export const tools = [listRecords, lookup, addRecord, removeRecord];
