import type { DocumentedAddress } from '../../../demo/world/netbox.ts';
import { choice, familyOf, type Row, type Serializer } from './serializer.ts';

/** `ipam/ip-addresses`. */
export function addresses(serializer: Serializer): Row[] {
  return serializer.netbox.addresses.map((entry) => ({
    ...serializer.head('ipam/ip-addresses', entry.id, entry.address),
    family: { value: familyOf(entry.address), label: `IPv${familyOf(entry.address)}` },
    address: entry.address,
    vrf: vrf(serializer, entry.vrf),
    tenant: null,
    status: choice(entry.status),
    role: choice(entry.role),
    ...assigned(serializer, entry),
    nat_inside: null,
    nat_outside: [],
    dns_name: entry.dnsName,
    ...serializer.tail(entry.description, entry.tags),
  }));
}

function vrf(serializer: Serializer, id: number | null) {
  const match = serializer.netbox.vrfs.find((row) => row.id === id);
  return match
    ? serializer.brief(
        'ipam/vrfs',
        match.id,
        match.rd === null ? match.name : `${match.name} (${match.rd})`,
        {
          name: match.name,
          rd: match.rd,
        },
      )
    : null;
}

/** Who has it: an interface of a device or a VM, or a group that shares it. */
function assigned(serializer: Serializer, { owner, address }: DocumentedAddress) {
  if (!owner)
    return { assigned_object_type: null, assigned_object_id: null, assigned_object: null };
  const { devices, machines } = serializer.netbox;
  const id =
    (owner.kind === 'device' ? devices : machines).find(({ name }) => name === owner.name)?.id ?? 0;
  if (owner.kind === 'group')
    return {
      assigned_object_type: 'ipam.fhrpgroup',
      assigned_object_id: 1,
      assigned_object: serializer.brief(
        'ipam/fhrp-groups',
        1,
        `${owner.name} VRRPv3: 53 (${address})`,
        { protocol: 'vrrp3', group_id: 53 },
      ),
    };
  const device = owner.kind === 'device';
  const holder = serializer.brief(
    device ? 'dcim/devices' : 'virtualization/virtual-machines',
    id,
    owner.name,
    { name: owner.name },
  );
  return {
    assigned_object_type: device ? 'dcim.interface' : 'virtualization.vminterface',
    assigned_object_id: id,
    assigned_object: serializer.brief(
      device ? 'dcim/interfaces' : 'virtualization/interfaces',
      id,
      'eth0',
      {
        [device ? 'device' : 'virtual_machine']: holder,
        name: 'eth0',
        ...(device && { cable: null, _occupied: false }),
      },
    ),
  };
}
