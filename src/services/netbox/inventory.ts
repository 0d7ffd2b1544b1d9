import type { KnownThing, Steps } from '../../core/inventory.ts';
import { plural } from '../../core/base/units.ts';
import { inventory as from } from './client.ts';
import type { Address } from './schema/index.ts';

const most = 1_000;

/** Every documented address. What NetBox was told, not what answers. */
export const inventory = from(async (netbox) => {
  const labelled = netbox.names.length > 1;
  const pages = await netbox.all((one) => one.addresses({}, most));
  return {
    known: pages.flatMap(({ instance, value }) =>
      value.rows.map((row) => known(row, labelled ? { instance } : {})),
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

function known(
  { address, owner, ownerKind, dnsName, status, role }: Address,
  label: object,
): KnownThing {
  const id = address.replace(/\/\d+$/, '');
  return {
    kind: 'address',
    id,
    name: owner ?? dnsName,
    about: ['documented', ownerKind, status, role].filter(Boolean).join(', '),
    points: [id, ...(dnsName ? [dnsName] : [])],
    more: { tool: 'netbox_list_ips', arguments: { address: id, ...label } },
  };
}

export const steps: Steps = {
  restart: [
    {
      tool: 'netbox_search',
      arguments: { query: '{guestName}' },
      look: 'its role and owner: whether others depend on it',
    },
  ],
  dns: [
    {
      tool: 'netbox_search',
      arguments: { query: '{name}' },
      look: 'the address it should have, as documented',
    },
  ],
};
