import type { Finding } from '../../../core/health.ts';
import type { Ref } from '../../../core/map.ts';
import { deviceRef, machineRef } from '../refs.ts';
import type { Device, Machine } from '../schema/index.ts';
import type { Checkup } from './checkup.ts';

/** Devices and VMs with the status `failed`: somebody's own words about them, not an observation. */
export const markedFailed = ({ instance, failedDevices, failedMachines }: Checkup): Finding[] => [
  ...(failedDevices?.rows ?? []).map((row) => finding('device', row, deviceRef(instance, row.id))),
  ...(failedMachines?.rows ?? []).map((row) => finding('VM', row, machineRef(instance, row.id))),
];

const finding = (kind: string, { display }: Device | Machine, ref: Ref): Finding => ({
  id: `netbox.marked-failed/${display}`,
  severity: 'info',
  subject: display,
  about: [ref],
  effect: 'note',
  message: `Somebody marked ${kind} ${display} as failed in NetBox`,
  next: { tool: 'netbox_list_devices', arguments: { name: display } },
});
