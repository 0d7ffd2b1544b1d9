import * as z from 'zod';
import { maybe, Num } from './envelope.ts';

/** A network interface as the guest itself has it. */
export interface Interface {
  name: string;
  mac: string | undefined;
  /** Without prefix length where it is not known. */
  addresses: { address: string; prefix: number | undefined }[];
}

const Addresses = maybe(z.array(z.object({ 'ip-address': z.string(), prefix: maybe(Num) })));

const addressesOf = (list: z.output<typeof Addresses>): Interface['addresses'] =>
  (list ?? []).map(({ 'ip-address': address, prefix }) => ({ address, prefix }));

const cidr = (text: string): Interface['addresses'][number] => {
  const [address = '', prefix] = text.split('/');
  return { address, prefix: prefix === undefined ? undefined : Number(prefix) };
};

/** `GET …/lxc/{vmid}/interfaces`; null for a container that does not run. Before April 2025 there is only the last address of each family. */
export const ContainerInterfaces = z
  .array(
    z.object({
      name: z.string(),
      hwaddr: maybe(z.string()),
      'hardware-address': maybe(z.string()),
      inet: maybe(z.string()),
      inet6: maybe(z.string()),
      'ip-addresses': Addresses,
    }),
  )
  .nullable()
  .transform((rows): Interface[] | undefined =>
    rows?.map((row) => ({
      name: row.name,
      mac: row['hardware-address'] ?? row.hwaddr,
      addresses: row['ip-addresses']
        ? addressesOf(row['ip-addresses'])
        : [row.inet, row.inet6].flatMap((text) => (text === undefined ? [] : [cidr(text)])),
    })),
  );

/** `GET …/agent/network-get-interfaces`; an agent that cannot answer puts an error object where the list belongs, with HTTP 200. */
export const AgentInterfaces = z
  .object({
    result: z.union([
      z.array(
        z.object({
          name: z.string(),
          'hardware-address': maybe(z.string()),
          'ip-addresses': Addresses,
        }),
      ),
      z.object({ error: z.object({ class: maybe(z.string()), desc: maybe(z.string()) }) }),
    ]),
  })
  .transform(({ result }): { interfaces: Interface[] } | { refused: string } =>
    Array.isArray(result)
      ? {
          interfaces: result.map((row) => ({
            name: row.name,
            mac: row['hardware-address'],
            addresses: addressesOf(row['ip-addresses']),
          })),
        }
      : { refused: result.error.desc ?? result.error.class ?? 'an error without words' },
  );
