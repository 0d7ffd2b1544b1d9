import type { Check } from '../../../core/health.ts';
import type { Netbox, Page } from '../client.ts';
import { duplicatesIn } from './duplicate-entries.ts';
import type { Address, Device, Machine, Status } from '../schema/index.ts';
import type { Settings } from '../settings.ts';

/** How many rows are read of what is marked failed. */
const failedLimit = 20;

/** What the findings on one NetBox are computed from; undefined parts were not answered, and the report names them. */
export interface Checkup {
  instance: string;
  status: Status | undefined;
  settings: Settings;
  addresses: Page<Address> | undefined;
  failedDevices: Page<Device> | undefined;
  failedMachines: Page<Machine> | undefined;
  /** Ids of VRFs in which an address may stand twice; what could not be asked is not among them. */
  sharingVrfs: ReadonlySet<number>;
  /** There is not one address, device or VM: NetBox leaves out what the token may not view. */
  seesNothing: boolean;
}

/** Looks at one NetBox. What does not answer, or may not be viewed, is named with `label` in front; where that is everything, the error of its status is thrown. */
export async function checkUp(
  client: Netbox,
  instance: string,
  label: string,
  check: Check,
): Promise<Checkup> {
  const { settings } = client;
  const [status, addresses, failedDevices, failedMachines] = await Promise.all([
    check(`${label}version and workers`, () => client.status()),
    check(`${label}duplicate addresses`, () => client.addresses({}, settings.compareAddresses)),
    check(`${label}devices marked failed`, () => client.devices({ status: 'failed' }, failedLimit)),
    check(`${label}VMs marked failed`, () => client.machines({ status: 'failed' }, failedLimit)),
  ]);
  const answered = [status, addresses, failedDevices, failedMachines].some(
    (part) => part !== undefined,
  );
  if (!answered) await client.status();
  const sharingVrfs = await sharingAmong(client, addresses?.rows ?? [], label, check);
  const seesNothing = addresses?.total === 0 && (await isEmpty(client));
  return {
    instance,
    settings,
    status,
    addresses,
    failedDevices,
    failedMachines,
    sharingVrfs,
    seesNothing,
  };
}

/** Whether there is no device and no VM either; what cannot be asked is no proof. */
async function isEmpty(client: Netbox): Promise<boolean> {
  const answers = await Promise.allSettled([client.devices({}, 1), client.machines({}, 1)]);
  return answers.every((answer) => answer.status === 'fulfilled' && answer.value.total === 0);
}

/** Asks only for VRFs that have a duplicate. */
async function sharingAmong(
  client: Netbox,
  addresses: readonly Address[],
  label: string,
  check: Check,
): Promise<Set<number>> {
  const ids = duplicatesIn(addresses).flatMap(({ vrfId }) => vrfId ?? []);
  const sharing = await Promise.all(
    [...new Set(ids)].map(async (id) => {
      const unique = await check(`${label}whether VRF ${id} allows duplicates`, () =>
        client.isUniqueVrf(id),
      );
      return unique === false ? [id] : [];
    }),
  );
  return new Set(sharing.flat());
}
