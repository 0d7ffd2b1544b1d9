import type { Guest } from '../../../demo/world/guests.ts';
import { isRunning } from './figures.ts';
import { died, Problem } from './problem.ts';
import type { Call } from './route.ts';

interface Address {
  'ip-address': string;
  'ip-address-type': string;
  prefix: number;
}
interface Interface {
  name: string;
  mac: string;
  addresses: [address: string, family: 4 | 6, prefix: number][];
}

/** The link-local address that a MAC makes (EUI-64). */
function linkLocal(mac: string): string {
  const [first = 0, ...rest] = mac.split(':').map((byte) => Number.parseInt(byte, 16));
  const bytes = [first ^ 2, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)];
  return `fe80::${bytes
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .match(/.{4}/g)
    ?.map((word) => word.replace(/^0+(?=.)/, ''))
    .join(':')}`;
}

/** What runs inside: loopback, the card of net0, and Docker's bridge on the machines that have it. */
function interfacesOf({ name, mac, ip }: Guest): Interface[] {
  return [
    {
      name: 'lo',
      mac: '00:00:00:00:00:00',
      addresses: [
        ['127.0.0.1', 4, 8],
        ['::1', 6, 128],
      ],
    },
    {
      name: 'eth0',
      mac: mac.toLowerCase(),
      addresses: [
        ...(ip ? [[ip, 4, 24] satisfies Interface['addresses'][number]] : []),
        [linkLocal(mac), 6, 64],
      ],
    },
    ...(/nextcloud|immich|ollama|graylog/.test(name)
      ? [
          {
            name: 'docker0',
            mac: '02:42:ac:11:00:01',
            addresses: [['172.17.0.1', 4, 16] satisfies Interface['addresses'][number]],
          },
        ]
      : []),
  ];
}

const described = (addresses: Interface['addresses'], families: Record<4 | 6, string>): Address[] =>
  addresses.map(([address, family, prefix]) => ({
    'ip-address': address,
    'ip-address-type': families[family],
    prefix,
  }));

/** Both questions for addresses: the container's, which is null when it is stopped, and the agent's. */
export function addresses(call: Call, guest: Guest): unknown {
  return guest.type === 'lxc' ? containerInterfaces(guest) : agentInterfaces(call, guest);
}

function containerInterfaces(guest: Guest): unknown {
  if (!isRunning(guest)) return null;
  return interfacesOf(guest).map(({ name, mac, addresses: list }) => {
    const last = (family: 4 | 6) =>
      list
        .filter(([, other]) => other === family)
        .map(([address, , prefix]) => `${address}/${prefix}`)
        .at(-1);
    return {
      name,
      'hardware-address': mac,
      hwaddr: mac,
      inet: last(4),
      inet6: last(6),
      'ip-addresses': described(list, { 4: 'inet', 6: 'inet6' }),
    };
  });
}

function agentInterfaces(call: Call, guest: Guest): unknown {
  if (guest.agent === 'off') throw died('No QEMU guest agent configured');
  if (!isRunning(guest)) throw died(`VM ${guest.vmid} is not running`);
  if (guest.agent === 'silent')
    throw new Problem(
      500,
      'QEMU guest agent is not running',
      undefined,
      call.cluster.knobs.agentTimeoutMs,
    );
  return {
    result: interfacesOf(guest).map(({ name, mac, addresses: list }) => ({
      name,
      'hardware-address': mac,
      'ip-addresses': described(list, { 4: 'ipv4', 6: 'ipv6' }),
      statistics: {
        'rx-bytes': 324_105,
        'rx-packets': 4025,
        'rx-errs': 0,
        'rx-dropped': 0,
        'tx-bytes': 368_860,
        'tx-packets': 3479,
        'tx-errs': 0,
        'tx-dropped': 0,
      },
    })),
  };
}
