import { InputError, type LaresError } from '../../core/base/errors.ts';
import type { Netbox, Page } from './client.ts';
import { permitted, type Permitted } from './permitted.ts';

/** The ids of what is called `name`, in any case (`device=` and `virtual_machine=` on addresses take only the exact spelling). */
export interface Owners {
  devices: number[];
  machines: number[];
  /** What could not be looked through, and why. */
  gaps: { what: string; error: LaresError }[];
}

type Named = Page<{ id: number; display: string }>;

const rowsOf = (answer: Permitted<Named> | undefined): Named['rows'] =>
  answer && 'value' in answer ? answer.value.rows : [];

/** Devices and VMs of that name. An InputError with the nearest names when there is none. */
export async function findOwners(client: Netbox, name: string): Promise<Owners> {
  const answers = await permitted<Named>([
    client.devices({ name }, 50),
    client.machines({ name }, 50),
  ]);
  const [devices = [], machines = []] = answers.map((answer) => rowsOf(answer).map(({ id }) => id));
  const gaps = answers.flatMap((answer, i) =>
    'error' in answer ? [{ what: ['devices', 'VMs'][i] ?? '', error: answer.error }] : [],
  );
  const owners = { devices, machines, gaps };
  if (devices.length + machines.length > 0) return owners;
  const similar = await permitted<Named>([
    client.devices({ name__ic: name }, 5),
    client.machines({ name__ic: name }, 5),
  ]);
  const names = similar.flatMap(rowsOf).map(({ display }) => display);
  throw new InputError(
    `No device or VM is called ${JSON.stringify(name)} in what the token may view`,
    {
      hint: [
        names.length > 0 ? `Near: ${names.join(', ')}.` : 'netbox_search finds by part of a name.',
        ...gaps.map(({ error }) => error.message),
      ].join(' '),
    },
  );
}
