import { netboxListIps } from './addresses.ts';
import { netboxListDevices } from './devices.ts';
import { netboxSearch } from './search.ts';

export { inventory, steps } from '../context.ts';
export { doctor, health } from '../health.ts';
export const tools = [netboxSearch, netboxListIps, netboxListDevices];
