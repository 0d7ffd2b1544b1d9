import { idOf, type Ref } from '../../../core/map.ts';
import type { Difference } from '../drift-row.ts';
import { aboutText } from '../evidence.ts';
import type { Rule } from '../rule.ts';

/**
 * Backups of a number that no guest has any more. A backup server may serve clusters that are not known here: only in a place
 * where the backups of a known guest lie, by its name and not by its number alone, is one without a guest missed.
 */
export const backupOfNobody: Rule = {
  rule: 'backup-of-nobody',
  kind: 'backups',
  needs: ['backup', 'guest'],
  rows(evidence) {
    const backups = evidence.map.ofKind('backup');
    const known = new Set(evidence.map.ofKind('guest').flatMap(({ aliases = [] }) => aliases));
    const places = new Set(
      backups
        .filter(({ links }) => links.some(({ how, weak }) => how === 'backs up' && !weak))
        .map(({ ref }) => placeOf(ref)),
    );
    return backups.flatMap((backup): Difference[] => {
      const guest = guestIn(backup.ref);
      if (guest === undefined || known.has(guest)) return [];
      if (backup.idle || !places.has(placeOf(backup.ref))) return [];
      return [
        {
          subject: backup.title,
          about: backup.ref,
          statements: [
            { by: evidence.titleOf('backup'), says: aboutText(backup) },
            { by: evidence.titleOf('guest'), says: `there is no ${guest}` },
          ],
          sure: 'likely',
          next: backup.more,
        },
      ];
    });
  },
};

/** Where it lies: server, datastore and namespace. */
const placeOf = (ref: Ref): string => ref.split('/').slice(0, -2).join('/');

/** `ct/100`; undefined for what is no guest's. */
const guestIn = (ref: Ref): string | undefined => /(?:ct|vm)\/\d+$/.exec(idOf(ref))?.[0];
