import type { World } from '../../../demo/world/index.ts';
import type { DocumentedAddress } from '../../../demo/world/netbox.ts';
import { isFrom } from './release.ts';

/** The serializers of one NetBox release over a world, whole: every field of the real ones, by release (netbox/*.../api/serializers). */
export type Row = Readonly<Record<string, unknown>> & { id: number; display: string };

const choice = (value: string | null) =>
  value === null ? null : { value, label: value.charAt(0).toUpperCase() + value.slice(1) };
const slugOf = (name: string) => name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
const familyOf = (address: string) => (address.includes(':') ? 6 : 4);
const host = (address: string) => address.replace(/\/\d+$/, '');

export class Rows {
  readonly #world: World;
  readonly #release: string;
  readonly #base: string;

  constructor(world: World, release: string, base: string) {
    this.#world = world;
    this.#release = release;
    this.#base = base;
  }

  /** Only from the release that brought it. */
  #since<T extends object>(release: string, fields: T): Partial<T> {
    return isFrom(this.#release, release) ? fields : {};
  }

  #before<T extends object>(release: string, fields: T): Partial<T> {
    return isFrom(this.#release, release) ? {} : fields;
  }

  #head(model: string, id: number, display: string) {
    return {
      id,
      url: `${this.#base}/api/${model}/${id}/`,
      ...this.#since('4.1', { display_url: `${this.#base}/${model}/${id}/` }),
      display,
    };
  }

  #tail(description: string, tags: readonly string[] = []) {
    const edited = new Date(this.#world.netbox.editedAt).toISOString().replace('Z', '125Z');
    return {
      description,
      comments: '',
      ...this.#since('4.5', { owner: null }),
      custom_fields: {},
      created: edited,
      last_updated: edited,
      tags: tags.map((name, i) => ({
        id: i + 1,
        url: `${this.#base}/api/extras/tags/${i + 1}/`,
        ...this.#since('4.1', { display_url: `${this.#base}/extras/tags/${i + 1}/` }),
        display: name,
        name,
        slug: slugOf(name),
        color: '9e9e9e',
      })),
    };
  }

  /** A nested object; 3.7 had no description there. */
  #brief(model: string, id: number, display: string, more: object = {}) {
    return {
      id,
      url: `${this.#base}/api/${model}/${id}/`,
      display,
      ...more,
      ...this.#since('4.0', { description: '' }),
    };
  }

  #site() {
    const { name, slug } = this.#world.netbox.site;
    return this.#brief('dcim/sites', 1, name, { name, slug });
  }

  #role(name: string) {
    return this.#brief('dcim/device-roles', name.length, name, { name, slug: slugOf(name) });
  }

  #ip(owner: { kind: string; name: string } | null) {
    const found =
      owner &&
      this.#world.netbox.addresses.find(
        (one) => one.primary && one.owner?.kind === owner.kind && one.owner.name === owner.name,
      );
    if (!found) return null;
    const family = familyOf(found.address);
    return this.#brief('ipam/ip-addresses', found.id, found.address, {
      family: isFrom(this.#release, '4.0') ? { value: family, label: `IPv${family}` } : family,
      address: found.address,
    });
  }

  #primary(owner: { kind: string; name: string } | null) {
    const ip = this.#ip(owner);
    const isV6 = ip !== null && 'address' in ip && familyOf(String(ip.address)) === 6;
    return { primary_ip: ip, primary_ip4: isV6 ? null : ip, primary_ip6: isV6 ? ip : null };
  }

  devices(): Row[] {
    const counts = Object.fromEntries(
      [
        'console_port',
        'console_server_port',
        'power_port',
        'power_outlet',
        'interface',
        'front_port',
        'rear_port',
        'device_bay',
        'module_bay',
        'inventory_item',
      ].map((what) => [`${what}_count`, 0]),
    );
    return this.#world.netbox.devices.map(
      ({ id, name, role, manufacturer, model, serial, status, tags, description }) => ({
        ...this.#head('dcim/devices', id, name ?? `${manufacturer} ${model} (${id})`),
        name,
        device_type: this.#brief('dcim/device-types', id, model, {
          manufacturer: this.#brief('dcim/manufacturers', 1, manufacturer, {
            name: manufacturer,
            slug: slugOf(manufacturer),
          }),
          model,
          slug: slugOf(model),
        }),
        role: this.#role(role),
        ...this.#before('4.0', { device_role: this.#role(role) }),
        tenant: null,
        platform: null,
        serial,
        asset_tag: null,
        site: this.#site(),
        location: null,
        rack: null,
        position: null,
        face: null,
        latitude: null,
        longitude: null,
        parent_device: null,
        status: choice(status),
        airflow: null,
        ...this.#primary(name === null ? null : { kind: 'device', name }),
        oob_ip: null,
        cluster: null,
        virtual_chassis: null,
        vc_position: null,
        vc_priority: null,
        config_template: null,
        config_context: {},
        local_context_data: null,
        ...this.#tail(description, tags),
        ...counts,
      }),
    );
  }

  machines(): Row[] {
    return this.#world.netbox.machines.map(
      ({ id, name, role, status, vcpus, memoryMB, diskMB, serial, device, tags, description }) => ({
        ...this.#head('virtualization/virtual-machines', id, name),
        name,
        status: choice(status),
        ...this.#since('4.5', { start_on_boot: choice('off') }),
        ...this.#since('4.6', { virtual_machine_type: null }),
        site: this.#site(),
        cluster: this.#brief('virtualization/clusters', 1, this.#world.netbox.cluster, {
          name: this.#world.netbox.cluster,
        }),
        device: this.#brief(
          'dcim/devices',
          this.#world.netbox.devices.find((one) => one.name === device)?.id ?? 0,
          device,
          { name: device },
        ),
        ...this.#since('4.1', { serial }),
        role: this.#role(role),
        tenant: null,
        platform: null,
        ...this.#primary({ kind: 'vm', name }),
        vcpus,
        memory: memoryMB,
        disk: isFrom(this.#release, '4.1') ? diskMB : Math.round(diskMB / 1000),
        config_template: null,
        local_context_data: null,
        config_context: {},
        ...this.#tail(description, tags),
        interface_count: 1,
        virtual_disk_count: 1,
      }),
    );
  }

  addresses(): Row[] {
    return this.#world.netbox.addresses.map((one) => ({
      ...this.#head('ipam/ip-addresses', one.id, one.address),
      family: { value: familyOf(one.address), label: `IPv${familyOf(one.address)}` },
      address: one.address,
      vrf: this.#vrf(one.vrf),
      tenant: null,
      status: choice(one.status),
      role: choice(one.role),
      ...this.#assigned(one),
      nat_inside: null,
      nat_outside: [],
      dns_name: one.dnsName,
      ...this.#tail(one.description, one.tags),
    }));
  }

  #vrf(rd: string | null) {
    const vrf = this.#world.netbox.vrfs.find((one) => one.rd === rd);
    return vrf
      ? this.#brief('ipam/vrfs', vrf.id, `${vrf.name} (${vrf.rd})`, { name: vrf.name, rd: vrf.rd })
      : null;
  }

  #assigned({ owner, address }: DocumentedAddress) {
    if (!owner)
      return { assigned_object_type: null, assigned_object_id: null, assigned_object: null };
    const { devices, machines } = this.#world.netbox;
    const id =
      (owner.kind === 'device' ? devices : machines).find(({ name }) => name === owner.name)?.id ??
      0;
    if (owner.kind === 'group')
      return {
        assigned_object_type: 'ipam.fhrpgroup',
        assigned_object_id: 1,
        assigned_object: this.#brief(
          'ipam/fhrp-groups',
          1,
          `${owner.name} VRRPv3: 53 (${address})`,
          { protocol: 'vrrp3', group_id: 53 },
        ),
      };
    const device = owner.kind === 'device';
    const holder = this.#brief(
      device ? 'dcim/devices' : 'virtualization/virtual-machines',
      id,
      owner.name,
      { name: owner.name },
    );
    return {
      assigned_object_type: device ? 'dcim.interface' : 'virtualization.vminterface',
      assigned_object_id: id,
      assigned_object: this.#brief(
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

  prefixes(): Row[] {
    const { prefixes, vlans } = this.#world.netbox;
    return prefixes.map(({ id, prefix, status, vlan: vid, description }) => {
      const vlan = vlans.find((one) => one.vid === vid);
      return {
        ...this.#head('ipam/prefixes', id, prefix),
        family: { value: familyOf(prefix), label: `IPv${familyOf(prefix)}` },
        prefix,
        vrf: null,
        ...this.#before('4.2', { site: this.#site() }),
        ...this.#since('4.2', { scope_type: 'dcim.site', scope_id: 1, scope: this.#site() }),
        tenant: null,
        vlan: vlan
          ? this.#brief('ipam/vlans', vlan.id, `${vlan.name} (${vlan.vid})`, {
              vid: vlan.vid,
              name: vlan.name,
            })
          : null,
        status: choice(status),
        role: null,
        is_pool: false,
        mark_utilized: false,
        ...this.#tail(description),
        children: status === 'container' ? prefixes.length - 1 : 0,
        _depth: status === 'container' ? 0 : 1,
      };
    });
  }

  vlans(): Row[] {
    return this.#world.netbox.vlans.map(({ id, vid, name, status }) => ({
      ...this.#head('ipam/vlans', id, `${name} (${vid})`),
      site: this.#site(),
      group: null,
      vid,
      name,
      tenant: null,
      status: choice(status),
      role: null,
      ...this.#since('4.2', { qinq_role: null, qinq_svlan: null }),
      l2vpn_termination: null,
      ...this.#tail(''),
      prefix_count: 1,
    }));
  }

  sites(): Row[] {
    const {
      site: { name, slug },
      devices,
      machines,
      prefixes,
      vlans,
    } = this.#world.netbox;
    return [
      {
        ...this.#head('dcim/sites', 1, name),
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
        ...this.#tail('Cupboard under the stairs'),
        circuit_count: 0,
        device_count: devices.length,
        prefix_count: prefixes.length,
        rack_count: 0,
        virtualmachine_count: machines.length,
        vlan_count: vlans.length,
      },
    ];
  }
}

export { host };
