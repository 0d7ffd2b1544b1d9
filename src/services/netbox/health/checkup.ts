import type { Check } from '../../../core/health.ts';
import type { Netbox, Page } from '../client.ts';
import type { Address, Device, Machine, Status } from '../schema/index.ts';
import type { Settings } from '../settings.ts';

/** How many rows are read of what is marked failed. */
const failedLimit = 20;

/** What the findings on one NetBox are computed from; undefined parts were not answered, and the report names them. */
export interface Checkup extends Status {
  instance: string;
  settings: Settings;
  addresses: Page<Address> | undefined;
  failedDevices: Page<Device> | undefined;
  failedMachines: Page<Machine> | undefined;
}

/** Looks at one NetBox. Only its status must answer: what else may not be viewed is named, with `label` in front. */
export async function checkUp(
  client: Netbox,
  instance: string,
  label: string,
  check: Check,
): Promise<Checkup> {
  const { settings } = client;
  const [status, addresses, failedDevices, failedMachines] = await Promise.all([
    client.status(),
    check(`${label}duplicate addresses`, () => client.addresses({}, settings.compareAddresses)),
    check(`${label}devices marked failed`, () => client.devices({ status: 'failed' }, failedLimit)),
    check(`${label}VMs marked failed`, () => client.machines({ status: 'failed' }, failedLimit)),
  ]);
  return { ...status, instance, settings, addresses, failedDevices, failedMachines };
}
