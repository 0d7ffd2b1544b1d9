import { netboxListIps } from './addresses.ts';
import { netboxListDevices } from './devices.ts';
import { netboxSearch } from './search.ts';

export { doctor } from '../doctor.ts';
export { health } from '../health/index.ts';
export { inventory } from '../inventory.ts';
export { lately } from '../lately.ts';
export { steps } from '../prompt-steps.ts';
export const tools = [netboxSearch, netboxListIps, netboxListDevices];
