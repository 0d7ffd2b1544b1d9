import { askAbout, thingsToAsk } from '../../core/lately.ts';
import { lately as defineLately } from './client.ts';
import type { Device, Machine } from './schema/index.ts';

/** Devices that are asked about. */
const limit = 2;

/** What is written down of devices and VMs: one request each. */
export const lately = defineLately((fleet, things) =>
  askAbout(
    thingsToAsk(things, 'device', fleet, limit),
    ({ thing }) => `the entry of ${thing.title}`,
    async ({ instance, id }) => {
      const netbox = fleet.on(instance);
      const query = { id: id.split('/').at(-1) };
      const { rows } = id.startsWith('vm/')
        ? await netbox.machines(query, 1)
        : await netbox.devices(query, 1);
      return rows.map((row: Device | Machine) => ({ text: factsIn(row), isFact: true as const }));
    },
  ),
);

function factsIn(row: Device | Machine): string {
  const { name, display, status, role, site, ip4, ip6 } = row;
  const address = ip4 ?? ip6;
  return [
    `${name ?? display} is documented`,
    status,
    role && `role ${role.name}`,
    site && `at ${site.name}`,
    'device' in row && row.device !== undefined && `on ${row.device}`,
    address !== undefined && `address ${address}`,
  ]
    .filter(Boolean)
    .join(', ');
}
