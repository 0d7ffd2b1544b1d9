import { kindOf, type Kind, type Ref } from '../../../core/map.ts';
import type { MappedThing } from '../../map/map.ts';
import type { DriftKind } from '../../../core/drift.ts';
import type { Difference } from '../drift-row.ts';
import { aboutText, hostOf, textOf, type Evidence } from '../evidence.ts';
import type { Rule } from '../rule.ts';

export const targetOfNobody: Rule = {
  rule: 'target-of-nobody',
  kind: 'monitoring',
  needs: ['target', 'guest', 'node', 'address'],
  heeds: ['device', 'name'],
  rows: (evidence) =>
    evidence.map.ofKind('target').flatMap((target): Difference[] => {
      if (target.state !== 'down') return [];
      const vacant = target.links
        .filter(({ how }) => how === 'reached at')
        .flatMap(({ to }) => evidence.vacantBehind(to) ?? []);
      if (vacant.length === 0) return [];
      return [
        {
          subject: target.title,
          about: target.ref,
          statements: [
            { by: evidence.titleOf('target'), says: `${aboutText(target)} at ${textOf(vacant)}` },
            {
              by: evidence.titleOfMissing(vacant, 'guest', 'device'),
              says: `nobody has ${textOf(vacant)}`,
            },
          ],
          sure: evidence.sureOfNobody(),
          next: target.more,
        },
      ];
    }),
};

/** Guests of which something is missing that others of their type have. */
interface Missing {
  rule: string;
  kind: DriftKind;
  /** What each guest should have one of, and where it leads. */
  having: Kind;
  /** How many of a type must have it before the others are missed, 0..1; one is the least. */
  share: number;
  says: string;
}

/** A guest has what leads to it, or is called like it. Where no guest of a type has any, that is how it is meant. */
const missedBy = ({ rule, kind, having, share, says }: Missing): Rule => ({
  rule,
  kind,
  needs: [having, 'guest', 'address'],
  heeds: ['name'],
  rows(evidence) {
    const covered = coveredGuests(having, evidence);
    const guests = evidence.map.ofKind('guest').filter(({ idle }) => !idle);
    return guests.flatMap((guest): Difference[] => {
      if (guest.state !== 'up') return [];
      const alike = guests.filter((other) => typeOf(other) === typeOf(guest));
      const count = alike.filter(({ ref }) => covered.has(ref)).length;
      const isMissed = count > 0 && count >= alike.length * share;
      // What leads to an address that nobody tells may lead to this guest.
      const isKnown = evidence.addressesOf(guest.ref).length > 0;
      if (covered.has(guest.ref) || !isMissed || !isKnown) return [];
      return [
        {
          subject: guest.title,
          about: guest.ref,
          statements: [
            { by: evidence.titleOf('guest'), says: aboutText(guest) },
            {
              by: evidence.titleOf(having),
              says: `${says}, as from ${count} of ${alike.length} guests of its type`,
            },
          ],
          sure: 'likely',
          next: guest.more,
        },
      ];
    });
  },
});

/** `ct` or `vm`, as backup servers call it. */
const typeOf = ({ aliases = [] }: MappedThing): string =>
  aliases.find((alias) => /^(?:ct|vm)\//.test(alias))?.slice(0, 2) ?? '';

function coveredGuests(kind: Kind, evidence: Evidence): ReadonlySet<Ref> {
  const covered = new Set<Ref>();
  for (const { ref, title } of evidence.map.ofKind(kind)) {
    for (const below of evidence.map.foundation(ref))
      if (kindOf(below) === 'guest') covered.add(below);
    for (const machine of evidence.machinesCalled(hostOf(title.replace(/:\d+$/, ''))))
      covered.add(machine.ref);
  }
  return covered;
}

export const guestWithoutTarget = missedBy({
  rule: 'guest-without-target',
  kind: 'monitoring',
  having: 'target',
  share: 0,
  says: 'nothing is measured there',
});

export const guestWithoutLogs = missedBy({
  rule: 'guest-without-logs',
  kind: 'monitoring',
  having: 'source',
  share: 0.5,
  says: 'no log comes from there',
});
