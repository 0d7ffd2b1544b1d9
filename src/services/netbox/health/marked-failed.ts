import type { Finding } from '../../../core/health.ts';
import type { Device, Machine } from '../schema/index.ts';
import type { Checkup } from './checkup.ts';

/** Devices and VMs with the status `failed`: somebody's own words about them, not an observation. */
export const markedFailed = ({ failedDevices, failedMachines }: Checkup): Finding[] => [
  ...(failedDevices?.rows ?? []).map((row) => finding('device', row)),
  ...(failedMachines?.rows ?? []).map((row) => finding('VM', row)),
];

const finding = (kind: string, { display }: Device | Machine): Finding => ({
  id: `netbox.marked-failed/${display}`,
  severity: 'info',
  subject: display,
  message: `Somebody marked ${kind} ${display} as failed in NetBox`,
  next: { tool: 'netbox_list_devices', arguments: { name: display } },
});
