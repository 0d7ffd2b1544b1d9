import { choice, slugOf, type Row, type Serializer } from './serializer.ts';
import { isFrom } from './version.ts';

/** `dcim/devices`. */
export function devices(serializer: Serializer): Row[] {
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
  return serializer.netbox.devices.map(
    ({ id, name, role, manufacturer, model, serial, status, tags, description }) => ({
      ...serializer.head('dcim/devices', id, name ?? `${manufacturer} ${model} (${id})`),
      name,
      device_type: serializer.brief('dcim/device-types', id, model, {
        manufacturer: serializer.brief('dcim/manufacturers', 1, manufacturer, {
          name: manufacturer,
          slug: slugOf(manufacturer),
        }),
        model,
        slug: slugOf(model),
      }),
      role: serializer.role(role),
      ...serializer.before('4.0', { device_role: serializer.role(role) }),
      tenant: null,
      platform: null,
      serial,
      asset_tag: null,
      site: serializer.site(),
      location: null,
      rack: null,
      position: null,
      face: null,
      latitude: null,
      longitude: null,
      parent_device: null,
      status: choice(status),
      airflow: null,
      ...serializer.primary(name === null ? null : { kind: 'device', name }),
      oob_ip: null,
      cluster: null,
      virtual_chassis: null,
      vc_position: null,
      vc_priority: null,
      config_template: null,
      config_context: {},
      local_context_data: null,
      ...serializer.tail(description, tags),
      ...counts,
    }),
  );
}

/** `virtualization/virtual-machines`; disks are gigabytes before 4.1. */
export function machines(serializer: Serializer): Row[] {
  return serializer.netbox.machines.map(
    ({ id, name, role, status, vcpus, memoryMB, diskMB, serial, device, tags, description }) => ({
      ...serializer.head('virtualization/virtual-machines', id, name),
      name,
      status: choice(status),
      ...serializer.since('4.5', { start_on_boot: choice('off') }),
      ...serializer.since('4.6', { virtual_machine_type: null }),
      site: serializer.site(),
      cluster: serializer.brief('virtualization/clusters', 1, serializer.netbox.cluster, {
        name: serializer.netbox.cluster,
      }),
      device: serializer.brief(
        'dcim/devices',
        serializer.netbox.devices.find(({ name: owner }) => owner === device)?.id ?? 0,
        device,
        { name: device },
      ),
      ...serializer.since('4.1', { serial }),
      role: serializer.role(role),
      tenant: null,
      platform: null,
      ...serializer.primary({ kind: 'vm', name }),
      vcpus,
      memory: memoryMB,
      disk: isFrom(serializer.release, '4.1') ? diskMB : Math.round(diskMB / 1000),
      config_template: null,
      local_context_data: null,
      config_context: {},
      ...serializer.tail(description, tags),
      interface_count: 1,
      virtual_disk_count: 1,
    }),
  );
}
