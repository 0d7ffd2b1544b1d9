import { collectGaps, type Gap } from '../../core/gap.ts';
import type { KnownThing } from '../../core/inventory.ts';
import { plural } from '../../core/base/units.ts';
import { inventory as defineInventory, type Page } from './client.ts';
import type { Address, Device, Machine, Range } from './schema/index.ts';
import { thingsOf } from './things.ts';

/** The most rows that are read of each list of one NetBox. */
const limit = 1_000;

/** Every documented address, device and VM. What NetBox was told, not what answers. */
export const inventory = defineInventory(async (netbox) => {
  const { several } = netbox;
  const looks = await netbox.all(async (client, instance) => {
    const { part, gaps } = collectGaps();
    const label = several ? `${instance}: ` : '';
    const [addresses, devices, machines, ranges] = await Promise.all([
      client.addresses({}, limit),
      part(`${label}devices`, () => client.devices({}, limit)),
      part(`${label}VMs`, () => client.machines({}, limit)),
      part(`${label}ranges`, () => client.pools(limit)),
    ]);
    return {
      addresses,
      devices: devices ?? nothing,
      machines: machines ?? nothing,
      ranges: ranges ?? nothing,
      gaps,
    };
  });
  return {
    known: looks.flatMap(({ instance, value }) =>
      value.addresses.rows.map((row) => knownAddress(row, several ? { instance } : {})),
    ),
    things: looks.flatMap(({ instance, value: { addresses, devices, machines } }) =>
      thingsOf({
        instance,
        several,
        addresses: addresses.rows,
        devices: devices.rows,
        machines: machines.rows,
      }),
    ),
    pools: looks.flatMap(({ value }) =>
      value.ranges.rows.map(({ start, end }) => ({ start, end })),
    ),
    ...(looks.every(({ value }) => isWhole(value)) && { whole: ['device'] }),
    gaps: looks.flatMap(({ value: { addresses, devices, machines, gaps } }) => [
      ...leftOut(addresses, 'address', 'addresses'),
      ...leftOut(devices, 'device'),
      ...leftOut(machines, 'VM'),
      ...gaps,
    ]),
  };
});

/** NetBox leaves out what the token may not view: where not one thing is seen, nothing is known. */
const isWhole = ({
  addresses,
  devices,
  machines,
  ranges,
  gaps,
}: {
  addresses: Page<Address>;
  devices: Page<Device>;
  machines: Page<Machine>;
  ranges: Page<Range>;
  gaps: readonly Gap[];
}): boolean =>
  gaps.length === 0 &&
  [addresses, devices, machines, ranges].every(({ rows, total }) => rows.length >= total) &&
  devices.total + machines.total > 0;

const nothing: Page<never> = { rows: [], total: 0 };

function leftOut(
  { rows, total }: Page<Address | Device | Machine>,
  ...names: [one: string, several?: string]
): Gap[] {
  if (total <= rows.length) return [];
  return [
    {
      what: plural(total - rows.length, ...names),
      why: `only the first ${rows.length} are read`,
    },
  ];
}

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
