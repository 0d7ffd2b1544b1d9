import { UpstreamError } from '../../core/base/errors.ts';
import type { Check } from '../../core/health.ts';
import type { Proxmox } from './client.ts';
import type { GuestConfig } from './schema/guest.ts';
import type { Interface } from './schema/interfaces.ts';
import type { GuestRef } from './schema/resources.ts';

/** Where an address was read. The last two are what should be, not what is. */
export type Source = 'lxc interfaces' | 'guest agent' | 'config' | 'cloud-init config';

/** Without prefix length. */
export interface Address {
  address: string;
  interface: string;
  source: Source;
}

/** Primary first. `overlay` are those of VPN interfaces (Tailscale, WireGuard, ZeroTier). */
export interface Addresses {
  addresses: Address[];
  overlay: Address[];
}

/** Bridges and pairs that containers and VMs inside the guest use among themselves. */
const internalInterfaces =
  /^(lo$|docker|br-[0-9a-f]{12}$|veth|cni|flannel|cali|virbr|lxcbr|lxdbr|podman|kube-|tunl|nodelocaldns)/;
const vpnInterfaces = /^(tailscale|wg|zt)/;
/** Loopback and link-local, which reach nobody else. */
const localAddresses = /^(127\.|169\.254\.|::1$|fe[89ab][0-9a-f]:)/i;

export const isLocalAddress = (address: string): boolean => localAddresses.test(address);

const byFamily = (a: { address: string }, b: { address: string }): number =>
  Number(a.address.includes(':')) - Number(b.address.includes(':'));

/** What the guest itself says, the interface with the MAC of net0 first and IPv4 before IPv6. */
export function observedAddresses(
  interfaces: readonly Interface[],
  source: Source,
  mainMac: string | undefined,
): Addresses {
  const main = mainMac?.toLowerCase();
  const isMain = ({ mac }: Interface): boolean => mac !== undefined && mac.toLowerCase() === main;
  const addresses = interfaces
    .filter(({ name }) => !internalInterfaces.test(name))
    .sort((a, b) => Number(isMain(b)) - Number(isMain(a)))
    .flatMap((entry) =>
      entry.addresses
        .filter(({ address }) => !isLocalAddress(address))
        .sort(byFamily)
        .map(({ address }): Address => ({ address, interface: entry.name, source })),
    );
  return {
    addresses: addresses.filter((entry) => !vpnInterfaces.test(entry.interface)),
    overlay: addresses.filter((entry) => vpnInterfaces.test(entry.interface)),
  };
}

/** What the configuration gives it: only fixed addresses are known before the guest runs. */
export function configuredAddresses({
  cards,
  cloudInit,
}: Pick<GuestConfig, 'cards' | 'cloudInit'>): Addresses {
  const source = cloudInit ? 'cloud-init config' : 'config';
  const addresses = cards.flatMap((card) =>
    card.static.map((cidr): Address => {
      const [address = cidr] = cidr.split('/');
      return { address, interface: card.name ?? card.id, source };
    }),
  );
  return { addresses, overlay: [] };
}

/** `off`: not enabled in the configuration; `not asked`: the VM does not run; `silent`: enabled, but nothing in the VM answers. */
export type Agent = 'off' | 'not asked' | 'answers' | 'silent' | 'refused' | 'unknown';

/** How a guest is reached. */
export interface GuestAddresses extends Addresses {
  /** VMs only. */
  agent?: Agent;
  /** Why there is no address, or why it is only the configured one. */
  note?: string;
}

/** Asked of the guest when it runs, else what its configuration says; `part` names what could not be asked. */
export async function guestAddresses(
  cluster: Proxmox,
  guest: GuestRef,
  state: string,
  config: GuestConfig,
  part: Check,
): Promise<GuestAddresses> {
  return guest.type === 'lxc'
    ? containerAddresses(cluster, guest, state, config, part)
    : vmAddresses(cluster, guest, state, config, part);
}

async function containerAddresses(
  cluster: Proxmox,
  guest: GuestRef,
  state: string,
  config: GuestConfig,
  part: Check,
): Promise<GuestAddresses> {
  if (state !== 'running') return fallback(config, 'it does not run.');
  const interfaces = await part('addresses', () => cluster.containerInterfaces(guest));
  if (!interfaces) return fallback(config, 'the container did not tell.');
  return observedAddresses(interfaces, 'lxc interfaces', config.cards[0]?.mac);
}

async function vmAddresses(
  cluster: Proxmox,
  guest: GuestRef,
  state: string,
  config: GuestConfig,
  part: Check,
): Promise<GuestAddresses> {
  if (!config.agent)
    return { ...fallback(config, 'the guest agent is not enabled.'), agent: 'off' };
  if (state !== 'running')
    return { ...fallback(config, `the VM is ${state}.`), agent: 'not asked' };
  const answer = await part('addresses', () => askAgent(cluster, guest));
  if (!answer)
    return { ...fallback(config, 'the guest agent could not be asked.'), agent: 'unknown' };
  if ('why' in answer) return { ...fallback(config, answer.why), agent: answer.agent };
  const { interfaces } = answer;
  return {
    ...observedAddresses(interfaces, 'guest agent', config.cards[0]?.mac),
    agent: 'answers',
  };
}

/** The configured addresses, and why they are not the observed ones. */
function fallback(config: GuestConfig, why: string): GuestAddresses {
  const configured = configuredAddresses(config);
  if (configured.addresses.length > 0) return { ...configured, note: `As configured: ${why}` };
  const dynamic = config.cards.some((card) => card.dynamic)
    ? ' Its configuration leaves the address to DHCP.'
    : '';
  return { ...configured, note: `Unknown: ${why}${dynamic}` };
}

type AgentAnswer = { interfaces: Interface[] } | { agent: Agent; why: string };

/** An enabled agent that is not there is a state of the VM, not an error of the question. */
const askAgent = (cluster: Proxmox, guest: GuestRef): Promise<AgentAnswer> =>
  cluster.agentInterfaces(guest).then(
    (answer): AgentAnswer =>
      'refused' in answer
        ? { agent: 'refused', why: `the guest agent refused: ${answer.refused}.` }
        : answer,
    (error: unknown): AgentAnswer => {
      if (error instanceof UpstreamError && error.status === 500)
        return { agent: 'silent', why: 'the guest agent is enabled but does not answer.' };
      throw error;
    },
  );
