import type { Finding } from '../../../core/health.ts';
import type { Checkup } from './checkup.ts';
import { duplicatesIn } from './duplicate-entries.ts';

/** A duplicate that two different owners hold is a conflict in the plan; twice the same owner is only untidy, and a VRF may be set to allow it. */
export const duplicates = ({ addresses, sharingVrfs }: Checkup): Finding[] =>
  duplicatesIn(addresses?.rows ?? []).map(({ address, vrfId, vrf, owners, entries }) => {
    const allowed = vrfId !== undefined && sharingVrfs.has(vrfId);
    const place = vrf === undefined ? '' : ` in VRF ${vrf}`;
    return {
      id: `netbox.duplicate-address/${address}${vrfId === undefined ? '' : `@${vrfId}`}`,
      severity: owners.length > 1 && !allowed ? 'warning' : 'info',
      subject: address,
      message: [
        owners.length > 1
          ? `${address} is documented for ${owners.join(' and ')} at once${place}`
          : `${address} is documented ${entries} times${place}`,
        allowed ? ', which is set to allow duplicates' : '',
      ].join(''),
      next: { tool: 'netbox_list_ips', arguments: { address } },
    };
  });
