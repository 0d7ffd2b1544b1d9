import { idOf, type Ref } from '../../../core/map.ts';
import type { Conflict } from '../../map/conflicts.ts';
import type { Difference } from '../drift-row.ts';
import { aboutText, type Evidence } from '../evidence.ts';
import { byTitle } from '../order.ts';
import type { Rule } from '../rule.ts';

/** Two machines that are seen to have one address: packets reach one of them, and now and then the other. */
export const addressOfSeveral: Rule = {
  rule: 'address-of-several',
  kind: 'dns',
  needs: ['guest', 'address'],
  rows: (evidence) =>
    evidence.map.conflicts.flatMap((conflict): Difference[] => {
      const owners = seenOwners(conflict, evidence);
      const [first] = owners;
      if (owners.length < 2 || !first) return [];
      return [
        {
          subject: idOf(conflict.address),
          about: conflict.address,
          statements: owners.map(({ says, by }) => ({ by, says })),
          // Clusters that are far apart may use the same network.
          sure: new Set(owners.map(({ ref }) => clusterOf(ref))).size === 1 ? 'certain' : 'likely',
          next: first.more,
        },
      ];
    }),
};

/** Each with who says that it has the address now: one that had it last claims nothing. */
function seenOwners({ address, owners }: Conflict, evidence: Evidence) {
  const links = evidence.of(address)?.links ?? [];
  return byTitle(owners.flatMap((ref) => evidence.of(ref) ?? [])).flatMap((machine) => {
    const link = links.find(
      ({ how, to, weak }) => how === 'belongs to' && to === machine.ref && !weak,
    );
    if (!link) return [];
    const about = aboutText(machine);
    return [
      {
        ref: machine.ref,
        by: link.by?.join(' and ') ?? evidence.titleOf('guest'),
        says: `${machine.title} has it${about === machine.title ? '' : ` (${about})`}`,
        more: machine.more,
      },
    ];
  });
}

const clusterOf = (ref: Ref): string => idOf(ref).split('/')[0] ?? '';
