/** What NetBox was told about the house: a copy that people keep by hand, so it mostly agrees with reality. */
export interface NetboxWorld {
  version: string;
  plugins: Record<string, string>;
  /** Processes that run background jobs (webhooks, scripts, housekeeping). */
  workers: number;
  site: { name: string; slug: string };
  cluster: string;
  /** `rd` is null for one that only has a name, and two may share that; `unique`: no address may stand in it twice. */
  vrfs: { id: number; name: string; rd: string | null; unique: boolean }[];
  vlans: { id: number; vid: number; name: string; status: string }[];
  prefixes: {
    id: number;
    prefix: string;
    status: string;
    vlan: number | null;
    description: string;
  }[];
  /** Addresses that something else gives out, such as a DHCP pool; both ends belong to it. */
  ranges: { id: number; start: string; end: string; status: string; description: string }[];
  devices: DocumentedDevice[];
  machines: DocumentedMachine[];
  addresses: DocumentedAddress[];
  /** When everything was last edited, ms. */
  editedAt: number;
}
/** `name` is null for what nobody named. */
export interface DocumentedDevice {
  id: number;
  name: string | null;
  role: string;
  manufacturer: string;
  model: string;
  serial: string;
  status: string;
  mac: string;
  tags: string[];
  description: string;
}
/** Sizes as NetBox stores them: megabytes. */
export interface DocumentedMachine {
  id: number;
  name: string;
  role: string;
  status: string;
  vcpus: number;
  memoryMB: number;
  diskMB: number;
  serial: string;
  device: string;
  mac: string;
  tags: string[];
  description: string;
}
/** `owner` names a device, a machine or the pair that shares a floating address. */
export interface DocumentedAddress {
  id: number;
  address: string;
  status: string;
  role: string | null;
  /** Id of the VRF; null: the global table. */
  vrf: number | null;
  dnsName: string;
  owner: { kind: 'device' | 'vm' | 'group'; name: string } | null;
  primary: boolean;
  description: string;
  tags: string[];
}
