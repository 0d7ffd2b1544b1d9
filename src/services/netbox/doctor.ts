import { dispensable } from '../../core/base/errors.ts';
import { doctor as defineDoctor } from './client.ts';
import { permitted } from './permitted.ts';

/** In the order in which `doctor` asks for them. */
const objectTypes = [
  'dcim.device',
  'virtualization.virtualmachine',
  'ipam.ipaddress',
  'ipam.prefix',
  'ipam.iprange',
  'ipam.vlan',
  'dcim.site',
] as const;

/** Which of these object types the token may view: one row of each is asked for. */
export const doctor = defineDoctor(async (client) => {
  const status = await dispensable(client.status());
  const answers = await permitted<unknown>([
    client.devices({}, 1),
    client.machines({}, 1),
    client.addresses({}, 1),
    client.prefixes({ q: '' }, 1),
    client.ranges({ q: '' }, 1),
    client.vlans({ q: '' }, 1),
    client.sites({ q: '' }, 1),
  ]);
  return {
    version: status?.version ?? 'unknown',
    rights: objectTypes.map((type, i) => {
      const granted = 'value' in (answers[i] ?? {});
      return {
        what: `view ${type}`,
        granted,
        ...(!granted && {
          fix: `Admin > Permissions > Add: object type ${type}, action "view", for the token's user or its group`,
        }),
      };
    }),
  };
});
