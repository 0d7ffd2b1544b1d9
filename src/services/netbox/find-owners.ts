import { InputError } from '../../core/base/errors.ts';
import type { Gap } from '../../core/gap.ts';
import { permitted, type Page, type Reads } from './client.ts';

/** The ids of what is called `name`, in any case (`device=` and `virtual_machine=` on addresses take only the exact spelling). */
export interface Owners {
  devices: number[];
  machines: number[];
  refused: Gap[];
}

/** Devices and VMs of that name. An InputError with the nearest names when there is none. */
export async function ownersCalled(one: Reads, name: string): Promise<Owners> {
  const [devices, machines] = await permitted<Page<{ id: number; display: string }>>([
    one.devices({ name }, 50),
    one.machines({ name }, 50),
  ]);
  const ids = (answer: typeof devices): number[] =>
    answer && 'seen' in answer ? answer.seen.rows.map(({ id }) => id) : [];
  const owners = {
    devices: ids(devices),
    machines: ids(machines),
    refused: [...refusal('devices', devices), ...refusal('VMs', machines)],
  };
  if (owners.devices.length + owners.machines.length > 0) return owners;
  const near = await permitted<Page<{ id: number; display: string }>>([
    one.devices({ name__ic: name }, 5),
    one.machines({ name__ic: name }, 5),
  ]);
  const names = near.flatMap((answer) =>
    'seen' in answer ? answer.seen.rows.map(({ display }) => display) : [],
  );
  throw new InputError(
    `No device or VM is called ${JSON.stringify(name)} in what the token may view`,
    {
      hint: [
        names.length > 0 ? `Near: ${names.join(', ')}.` : 'netbox_search finds by part of a name.',
        ...owners.refused.map(({ why }) => why),
      ].join(' '),
    },
  );
}

const refusal = (what: string, answer: object | undefined): Gap[] =>
  answer && 'refused' in answer ? [{ what, why: String(answer.refused) }] : [];
