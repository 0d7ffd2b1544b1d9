import * as z from 'zod';

/** Choice fields are `{value, label}`, null when blank; nested `family` was a bare number in 3.7. */
const Choice = z
  .union([z.object({ value: z.union([z.string(), z.number()]).nullish() }), z.string(), z.number()])
  .nullish()
  .transform((choice) => {
    const value = typeof choice === 'object' ? choice?.value : choice;
    return value === null || value === undefined ? undefined : String(value);
  });

const Text = z
  .string()
  .nullish()
  .transform((text) => text || undefined);
const Amount = z
  .number()
  .nullish()
  .transform((amount) => amount ?? undefined);
/** A nested object under the name people know it by: `display`, since a device's `name` may be null. */
const Named = z
  .object({ display: z.string() })
  .nullish()
  .transform((object) => object?.display);
const Slugged = z
  .object({ name: z.string(), slug: z.string() })
  .nullish()
  .transform((object) => object ?? undefined);
const Tags = z
  .array(z.object({ slug: z.string() }))
  .nullish()
  .transform((tags) => (tags ?? []).map(({ slug }) => slug));
const PrimaryIp = z
  .object({ address: z.string() })
  .nullish()
  .transform((ip) => ip?.address.replace(/\/\d+$/, ''));

/** One page of any list. */
export const pageOf = <T>(row: z.ZodType<T>) => z.object({ count: z.int(), results: z.array(row) });

/** `/api/status/`. Up to 4.2 the version has the image's version behind it (`4.2.5-Docker-3.2.0`); 4.5.0-beta1 answered nulls. */
export const Status = z
  .object({
    'netbox-version': z.string().nullish(),
    plugins: z.record(z.string(), z.unknown()).nullish(),
    'rq-workers-running': z.int().nullish(),
  })
  .transform((status) => ({
    version: status['netbox-version']?.match(/^\d+\.\d+(?:\.\d+)?/)?.[0],
    plugins: status.plugins ? Object.keys(status.plugins) : undefined,
    workers: status['rq-workers-running'] ?? undefined,
  }));
export type Status = z.output<typeof Status>;

const machine = {
  id: z.int(),
  display: z.string(),
  name: z
    .string()
    .nullish()
    .transform((name) => name ?? undefined),
  status: Choice,
  role: Slugged,
  site: Slugged,
  cluster: Named,
  platform: Named,
  primary_ip4: PrimaryIp,
  primary_ip6: PrimaryIp,
  serial: Text,
  description: Text,
  tags: Tags,
};

const Model = z.object({ model: z.string(), manufacturer: z.object({ name: z.string() }) });

/** A physical device. `ip4` and `ip6` are its primary addresses, without their masks. */
export const Device = z
  .object({ ...machine, device_type: Model, rack: Named })
  .transform(
    ({ device_type: { model, manufacturer }, primary_ip4: ip4, primary_ip6: ip6, ...row }) => ({
      ...row,
      ip4,
      ip6,
      model: `${manufacturer.name} ${model}`,
    }),
  );
export type Device = z.output<typeof Device>;

/** `disk` is in gigabytes up to 4.0 and in megabytes from 4.1; `memory` is always in megabytes. */
export const Machine = z
  .object({ ...machine, device: Named, vcpus: Amount, memory: Amount, disk: Amount })
  .transform(({ primary_ip4: ip4, primary_ip6: ip6, memory: memoryMB, ...row }) => ({
    ...row,
    ip4,
    ip6,
    memoryMB,
  }));
export type Machine = z.output<typeof Machine>;

const Holder = z
  .object({ id: z.int(), display: z.string() })
  .nullish()
  .transform((object) => object ?? undefined);
const Owner = z
  .looseObject({ id: z.int(), display: z.string(), device: Holder, virtual_machine: Holder })
  .nullish()
  .transform((object) => object ?? undefined);

/** An address with its mask, and who has it. */
export const Address = z
  .object({
    id: z.int(),
    address: z.string(),
    status: Choice,
    role: Choice,
    vrf: z.object({ id: z.int(), display: z.string() }).nullish(),
    dns_name: Text,
    description: Text,
    tags: Tags,
    assigned_object_type: Text,
    assigned_object: Owner,
  })
  .transform(
    ({
      assigned_object_type: type,
      assigned_object: object,
      dns_name: dnsName,
      vrf,
      ...address
    }) => ({
      ...address,
      vrf: vrf?.display,
      /** Names of VRFs need not be unique. */
      vrfId: vrf?.id,
      isAssigned: Boolean(type),
      dnsName,
      ...owner(type, object),
    }),
  );
export type Address = z.output<typeof Address>;

/** Who has an address. An interface belongs to a device or a VM, whose id is told; an FHRP group is a shared address; plugins bring their own kinds. */
function owner(
  type: string | undefined,
  object: z.output<typeof Owner>,
): { ownerKind?: string; ownerId?: number; owner?: string; interface?: string } {
  if (!type || !object) return {};
  const { device, virtual_machine: machine } = object;
  const holder = device ?? machine;
  if (holder)
    return {
      ownerKind: device ? 'device' : 'vm',
      ownerId: holder.id,
      owner: holder.display,
      interface: object.display,
    };
  return { ownerKind: type === 'ipam.fhrpgroup' ? 'shared' : type, owner: object.display };
}

/** `site` up to 4.1, `scope` (a site, location, region or site group) from 4.2. */
export const Prefix = z.object({
  id: z.int(),
  prefix: z.string(),
  status: Choice,
  vrf: Named,
  vlan: Named,
  site: Named,
  scope: Named,
  description: Text,
});
export type Prefix = z.output<typeof Prefix>;

/** Addresses that something else gives out, such as a DHCP pool. Both ends belong to it, and are without their masks. */
export const Range = z
  .object({
    id: z.int(),
    start_address: z.string(),
    end_address: z.string(),
    status: Choice,
    vrf: Named,
    description: Text,
  })
  .transform(({ start_address, end_address, ...range }) => ({
    ...range,
    start: start_address.replace(/\/\d+$/, ''),
    end: end_address.replace(/\/\d+$/, ''),
  }));
export type Range = z.output<typeof Range>;

/** Whether an address may stand in it only once. */
export const Vrf = z.object({ id: z.int(), enforce_unique: z.boolean().nullish() });

/** `vid` is the number on the wire, `id` that of the row. */
export const Vlan = z.object({
  id: z.int(),
  vid: z.int(),
  name: z.string(),
  status: Choice,
  site: Named,
  description: Text,
});
export type Vlan = z.output<typeof Vlan>;

/** A place; filters take its slug. */
export const Site = z.object({
  id: z.int(),
  name: z.string(),
  slug: z.string(),
  status: Choice,
  description: Text,
});
export type Site = z.output<typeof Site>;
