import type { OwnDrift } from '../../../core/drift.ts';
import type { Finding } from '../../../core/health.ts';
import type { Ref } from '../../../core/map.ts';
import { elsewhere, ownerRef, serverRef } from '../refs.ts';
import type { Checkup } from './checkup.ts';
import { duplicatesIn, type Duplicate } from './duplicate-entries.ts';

/** A duplicate that two different owners hold is a conflict in the plan; twice the same owner is only untidy, and a VRF may be set to allow it. */
export const duplicates = ({ instance, addresses, sharingVrfs }: Checkup): Finding[] =>
  duplicatesIn(addresses?.rows ?? []).map((duplicate) => {
    const { address, vrfId, vrf, owners, entries } = duplicate;
    const allowed = vrfId !== undefined && sharingVrfs.has(vrfId);
    const place = vrf === undefined ? '' : ` in VRF ${vrf}`;
    const isConflict = owners.length > 1 && !allowed;
    return {
      id: idOf(duplicate),
      severity: isConflict ? 'warning' : 'info',
      subject: address,
      about: subjectsOf(duplicate, instance),
      effect: isConflict ? 'risk' : 'note',
      message: [
        owners.length > 1
          ? `${address} is documented for ${owners.join(' and ')} at once${place}`
          : `${address} is documented ${entries} times${place}`,
        allowed ? ', which is set to allow duplicates' : '',
      ].join(''),
      next: { tool: 'netbox_list_ips', arguments: { address } },
    };
  });

/** Addresses that are given to several owners at once, as differences of the documentation with itself. `several`: there are several servers. */
export const documentedTwice = (
  { instance, addresses, sharingVrfs }: Checkup,
  several: boolean,
): OwnDrift[] =>
  duplicatesIn(addresses?.rows ?? [])
    .filter(
      ({ owners, vrfId }) => owners.length > 1 && (vrfId === undefined || !sharingVrfs.has(vrfId)),
    )
    .map((duplicate) => {
      const { address, vrf, owners } = duplicate;
      const by = several ? `NetBox ${instance}` : 'NetBox';
      const place = vrf === undefined ? '' : ` in VRF ${vrf}`;
      const [about = serverRef(instance)] = subjectsOf(duplicate, instance);
      const id = idOf(duplicate);
      return {
        subject: address,
        about,
        statements: owners.map((owner) => ({ by, says: `${address}${place} is of ${owner}` })),
        next: {
          tool: 'netbox_list_ips',
          arguments: { address, ...(several && { instance }) },
        },
        finding: several ? id.replace('/', `/${instance}/`) : id,
      };
    });

const idOf = ({ address, vrfId }: Duplicate): string =>
  `netbox.duplicate-address/${address}${vrfId === undefined ? '' : `@${vrfId}`}`;

/** The address, where it stands in no VRF and so means one thing, and who is said to have it. */
function subjectsOf({ address, vrfId, rows }: Duplicate, instance: string): Ref[] {
  const place = vrfId === undefined ? elsewhere(address) : undefined;
  const subjects = new Set([
    ...(place ? [place] : []),
    ...rows.flatMap((row) => ownerRef(instance, row) ?? []),
  ]);
  return subjects.size > 0 ? [...subjects] : [serverRef(instance)];
}
