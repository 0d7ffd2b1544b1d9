/** A VLAN of the house: its number is the third octet, so `10.0.<id>.0/24`. */
export interface Vlan {
  id: number;
  name: string;
  subnet: string;
  gateway: string;
}
/** A machine that Proxmox does not run. */
export interface Device {
  name: string;
  role: 'router' | 'switch' | 'access-point' | 'nas' | 'ups' | 'printer';
  model: string;
  ip: string;
  mac: string;
}
export interface Network {
  /** DNS zone of the house, a reserved name (RFC 2606). */
  zone: string;
  vlans: Vlan[];
  devices: Device[];
  /** Floating addresses of the Pi-hole pair and the Caddy pair. */
  vips: { dns: string; web: string };
}

const vlan = (id: number, name: string): Vlan => ({
  id,
  name,
  subnet: `10.0.${id}.0/24`,
  gateway: `10.0.${id}.1`,
});

const device = (host: number, name: string, role: Device['role'], model: string): Device => ({
  name,
  role,
  model,
  ip: `10.0.10.${host}`,
  mac: macOf('00:16:3E', host),
});

/** A MAC under a three-byte prefix, upper case. */
export const macOf = (prefix: string, serial: number): string =>
  `${prefix}:${serial
    .toString(16)
    .toUpperCase()
    .padStart(6, '0')
    .replace(/(..)(?=.)/g, '$1:')}`;

export const createNetwork = (): Network => ({
  zone: 'lab.example.net',
  vlans: [
    vlan(10, 'infra'),
    vlan(20, 'media'),
    vlan(30, 'apps'),
    vlan(40, 'home'),
    vlan(50, 'dev'),
  ],
  devices: [
    device(1, 'gw1', 'router', 'OPNsense mini PC'),
    device(6, 'sw1', 'switch', '24-port PoE'),
    device(7, 'ap-attic', 'access-point', 'Wi-Fi 6'),
    device(8, 'ap-hall', 'access-point', 'Wi-Fi 6'),
    device(9, 'nas1', 'nas', '4-bay NAS'),
    device(10, 'ups1', 'ups', '1500 VA'),
    device(12, 'printer1', 'printer', 'Laser'),
  ],
  vips: { dns: '10.0.10.53', web: '10.0.10.80' },
});
