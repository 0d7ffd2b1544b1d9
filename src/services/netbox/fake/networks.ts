import { choice, familyOf, type Row, type Serializer } from './serializer.ts';

/** `ipam/prefixes`; they belong to a site before 4.2 and to a scope since. */
export function prefixes(serializer: Serializer): Row[] {
  const { prefixes, vlans } = serializer.netbox;
  return prefixes.map(({ id, prefix, status, vlan: vid, description }) => {
    const vlan = vlans.find((row) => row.vid === vid);
    return {
      ...serializer.head('ipam/prefixes', id, prefix),
      family: { value: familyOf(prefix), label: `IPv${familyOf(prefix)}` },
      prefix,
      vrf: null,
      ...serializer.before('4.2', { site: serializer.site() }),
      ...serializer.since('4.2', {
        scope_type: 'dcim.site',
        scope_id: 1,
        scope: serializer.site(),
      }),
      tenant: null,
      vlan: vlan
        ? serializer.brief('ipam/vlans', vlan.id, `${vlan.name} (${vlan.vid})`, {
            vid: vlan.vid,
            name: vlan.name,
          })
        : null,
      status: choice(status),
      role: null,
      is_pool: false,
      mark_utilized: false,
      ...serializer.tail(description),
      children: status === 'container' ? prefixes.length - 1 : 0,
      _depth: status === 'container' ? 0 : 1,
    };
  });
}

/** `ipam/vlans`. */
export function vlans(serializer: Serializer): Row[] {
  return serializer.netbox.vlans.map(({ id, vid, name, status }) => ({
    ...serializer.head('ipam/vlans', id, `${name} (${vid})`),
    site: serializer.site(),
    group: null,
    vid,
    name,
    tenant: null,
    status: choice(status),
    role: null,
    ...serializer.since('4.2', { qinq_role: null, qinq_svlan: null }),
    l2vpn_termination: null,
    ...serializer.tail(''),
    prefix_count: 1,
  }));
}

/** `ipam/ip-ranges`: both ends with the mask of their network. */
export const ranges = (serializer: Serializer): Row[] =>
  serializer.netbox.ranges.map(({ id, start, end, status, description }) => ({
    ...serializer.head('ipam/ip-ranges', id, `${start}-${end.split('.').at(-1)}/24`),
    family: { value: familyOf(start), label: `IPv${familyOf(start)}` },
    start_address: `${start}/24`,
    end_address: `${end}/24`,
    size: 0,
    vrf: null,
    tenant: null,
    status: choice(status),
    role: null,
    ...serializer.tail(description),
    ...serializer.since('4.3', { mark_populated: false }),
    mark_utilized: false,
  }));

/** `ipam/vrfs`. */
export const vrfs = (serializer: Serializer): Row[] =>
  serializer.netbox.vrfs.map(({ id, name, rd, unique }) => ({
    ...serializer.head('ipam/vrfs', id, rd === null ? name : `${name} (${rd})`),
    name,
    rd,
    tenant: null,
    enforce_unique: unique,
    import_targets: [],
    export_targets: [],
    ...serializer.tail(''),
    ipaddress_count: 0,
    prefix_count: 0,
  }));

/** `dcim/sites`. */
export function sites(serializer: Serializer): Row[] {
  const {
    site: { name, slug },
    devices,
    machines,
    prefixes,
    vlans,
  } = serializer.netbox;
  return [
    {
      ...serializer.head('dcim/sites', 1, name),
      name,
      slug,
      status: choice('active'),
      region: null,
      group: null,
      tenant: null,
      facility: '',
      time_zone: null,
      physical_address: '',
      shipping_address: '',
      latitude: null,
      longitude: null,
      asns: [],
      ...serializer.tail('Cupboard under the stairs'),
      circuit_count: 0,
      device_count: devices.length,
      prefix_count: prefixes.length,
      rack_count: 0,
      virtualmachine_count: machines.length,
      vlan_count: vlans.length,
    },
  ];
}
