import { netboxListIps } from './addresses.ts';
import { netboxListDevices } from './devices.ts';
import { netboxSearch } from './search.ts';

export { inventory, steps } from '../inventory.ts';
export { doctor, health } from '../health/index.ts';
export const tools = [netboxSearch, netboxListIps, netboxListDevices];
