import { UpstreamError } from '../../core/base/errors.ts';
import type { Check } from '../../core/health.ts';
import type { Proxmox } from './client.ts';
import type { GuestConfig } from './schema/guest.ts';
import type { Interface } from './schema/interfaces.ts';
import type { GuestRef } from './schema/resources.ts';

/** Where an address was read. The last two are what should be, not what is. */
export type Source = 'lxc interfaces' | 'guest agent' | 'config' | 'cloud-init config';

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
const internal =
  /^(lo$|docker|br-[0-9a-f]{12}$|veth|cni|flannel|cali|virbr|lxcbr|lxdbr|podman|kube-|tunl|nodelocaldns)/;
const vpn = /^(tailscale|wg|zt)/;
/** Loopback and link-local, which reach nobody else. */
const local = /^(127\.|169\.254\.|::1$|fe[89ab][0-9a-f]:)/i;

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
  const outside = interfaces
    .filter(({ name }) => !internal.test(name))
    .sort((a, b) => Number(isMain(b)) - Number(isMain(a)));
  const all = outside.flatMap((one) =>
    one.addresses
      .filter(({ address }) => !local.test(address))
      .sort(byFamily)
      .map(({ address }): Address => ({ address, interface: one.name, source })),
  );
  return {
    addresses: all.filter((one) => !vpn.test(one.interface)),
    overlay: all.filter((one) => vpn.test(one.interface)),
  };
}

/** What the configuration gives it: only fixed addresses are known before the guest runs. */
export function configuredAddresses({
  cards,
  cloudInit,
}: Pick<GuestConfig, 'cards' | 'cloudInit'>): Addresses {
  const source = cloudInit ? 'cloud-init config' : 'config';
  const addresses = cards.flatMap((card) =>
    card.static.map(
      (cidr) =>
        ({
          address: cidr.split('/')[0] ?? cidr,
          interface: card.name ?? card.id,
          source,
        }) satisfies Address,
    ),
  );
  return { addresses, overlay: [] };
}

/** `off`: not enabled in the configuration; `not asked`: the VM does not run; `silent`: enabled, but nothing in the VM answers. */
export type Agent = 'off' | 'not asked' | 'answers' | 'silent' | 'refused' | 'unknown';

export interface GuestAddresses extends Addresses {
  /** VMs only. */
  agent?: Agent;
  /** Why there is no address, or why it is only the configured one. */
  note?: string;
}

/** How a guest is reached: asked of the guest when it runs, else what its configuration says. */
export async function guestAddresses(
  one: Proxmox,
  guest: GuestRef,
  state: string,
  config: GuestConfig,
  part: Check,
): Promise<GuestAddresses> {
  const [main] = config.cards;
  const fallback = (why: string): GuestAddresses => {
    const found = configuredAddresses(config);
    const dynamic = config.cards.some((card) => card.dynamic)
      ? ' Its configuration leaves the address to DHCP.'
      : '';
    return {
      ...found,
      note: found.addresses.length > 0 ? `As configured: ${why}` : `Unknown: ${why}${dynamic}`,
    };
  };
  if (guest.type === 'lxc') {
    const told =
      state === 'running'
        ? await part('addresses', () => one.containerInterfaces(guest))
        : undefined;
    return told
      ? observedAddresses(told, 'lxc interfaces', main?.mac)
      : fallback(state === 'running' ? 'the container did not tell.' : 'it does not run.');
  }
  if (!config.agent) return { ...fallback('the guest agent is not enabled.'), agent: 'off' };
  if (state !== 'running') return { ...fallback(`the VM is ${state}.`), agent: 'not asked' };
  const told = await part('addresses', () => askAgent(one, guest));
  if (!told) return { ...fallback('the guest agent could not be asked.'), agent: 'unknown' };
  return 'interfaces' in told
    ? { ...observedAddresses(told.interfaces, 'guest agent', main?.mac), agent: 'answers' }
    : { ...fallback(told.why), agent: told.agent };
}

/** An enabled agent that is not there is a state of the VM, not an error of the question. */
const askAgent = (
  one: Proxmox,
  guest: GuestRef,
): Promise<{ interfaces: Interface[] } | { agent: Agent; why: string }> =>
  one.agentInterfaces(guest).then(
    (answer) =>
      'refused' in answer
        ? { agent: 'refused', why: `the guest agent refused: ${answer.refused}.` }
        : answer,
    (error: unknown) => {
      if (error instanceof UpstreamError && error.status === 500)
        return { agent: 'silent', why: 'the guest agent is enabled but does not answer.' };
      throw error;
    },
  );
