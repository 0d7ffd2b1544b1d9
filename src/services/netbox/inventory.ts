import type { KnownThing } from '../../core/inventory.ts';
import { plural } from '../../core/base/units.ts';
import { inventory as defineInventory } from './client.ts';
import type { Address } from './schema/index.ts';

/** The most addresses that are read of one NetBox. */
const addressLimit = 1_000;

/** Every documented address. What NetBox was told, not what answers. */
export const inventory = defineInventory(async (netbox) => {
  const { several } = netbox;
  const pages = await netbox.all((client) => client.addresses({}, addressLimit));
  return {
    known: pages.flatMap(({ instance, value }) =>
      value.rows.map((row) => knownAddress(row, several ? { instance } : {})),
    ),
    gaps: pages.flatMap(({ value: { rows, total } }) =>
      total > rows.length
        ? [
            {
              what: plural(total - rows.length, 'address', 'addresses'),
              why: `only the first ${rows.length} are read`,
            },
          ]
        : [],
    ),
  };
});

function knownAddress(
  { address, owner, ownerKind, dnsName, status, role }: Address,
  instance: { instance?: string },
): KnownThing {
  const id = address.replace(/\/\d+$/, '');
  return {
    kind: 'address',
    id,
    name: owner ?? dnsName,
    about: ['documented', ownerKind, status, role].filter(Boolean).join(', '),
    points: [id, ...(dnsName ? [dnsName] : [])],
    more: { tool: 'netbox_list_ips', arguments: { address: id, ...instance } },
  };
}
