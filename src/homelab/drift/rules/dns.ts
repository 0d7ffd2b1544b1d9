import { idOf, kindOf, type Ref } from '../../../core/map.ts';
import type { MappedThing } from '../../map/map.ts';
import type { Difference } from '../drift-row.ts';
import { aboutText, hostOf, textOf, type Evidence } from '../evidence.ts';
import type { Rule } from '../rule.ts';

/** Names that have a record here. */
const recorded = (evidence: Evidence): MappedThing[] =>
  evidence.map.ofKind('name').filter((name) => evidence.resolved(name).length > 0);

export const recordOfNobody: Rule = {
  rule: 'record-of-nobody',
  kind: 'dns',
  needs: ['name', 'guest', 'node', 'address'],
  heeds: ['device', 'target', 'upstream'],
  rows: (evidence) =>
    recorded(evidence).flatMap((name) =>
      evidence
        .resolved(name)
        .filter((to) => kindOf(to) === 'address' && evidence.vacantBehind(to) !== undefined)
        .flatMap((address) => vacantRecord(name, address, evidence)),
    ),
};

/** A machine of that name whose address nobody knows may be there. Without documents, a name that no machine has may be any box in the house. */
function vacantRecord(name: MappedThing, address: Ref, evidence: Evidence): Difference[] {
  const namesakes = evidence.machinesCalled(hostOf(name.title));
  if (namesakes.some(({ ref }) => evidence.addressesOf(ref).length === 0)) return [];
  if (namesakes.length === 0 && !evidence.describes('device')) return [];
  const elsewhere = [...new Set([...namesakes, ...evidence.movedFrom(address)])].map(
    ({ ref, title }) => `, and ${title} is at ${textOf(evidence.addressesOf(ref))}`,
  );
  return [
    {
      subject: name.title,
      about: name.ref,
      statements: [
        { by: evidence.titleOf('name'), says: `it is at ${idOf(address)}` },
        {
          by: evidence.titleOfMissing([address], 'guest', 'device'),
          says: `nobody has ${idOf(address)}${elsewhere.join('')}`,
        },
      ],
      sure: evidence.sureOfNobody(),
      next: name.more,
    },
  ];
}

export const guestWithoutName: Rule = {
  rule: 'guest-without-name',
  kind: 'dns',
  needs: ['guest', 'address', 'name'],
  heeds: ['site'],
  rows(evidence) {
    const hosts = new Set(recorded(evidence).map(({ title }) => hostOf(title)));
    return evidence.map.ofKind('guest').flatMap((guest): Difference[] => {
      const addresses = evidence.addressesOf(guest.ref).filter((ref) => evidence.isLocal(ref));
      if (guest.idle || guest.state !== 'up' || addresses.length === 0) return [];
      if (hosts.has(hostOf(guest.title))) return [];
      if (addresses.some((address) => isReachedByName(address, evidence))) return [];
      return [
        {
          subject: guest.title,
          about: guest.ref,
          statements: [
            { by: evidence.titleOf('guest'), says: `${aboutText(guest)}, at ${textOf(addresses)}` },
            { by: evidence.titleOf('name'), says: 'no name leads there' },
          ],
          sure: 'certain',
          next: guest.more,
        },
      ];
    });
  },
};

/** By a record, or through a proxy that has one. */
const isReachedByName = (address: Ref, evidence: Evidence): boolean =>
  evidence.map.dependants(address).some((ref) => ['name', 'site'].includes(kindOf(ref)));

export const nameOfSeveral: Rule = {
  rule: 'name-of-several',
  kind: 'dns',
  needs: ['name', 'guest', 'address'],
  heeds: ['device'],
  rows: (evidence) =>
    recorded(evidence).flatMap((name): Difference[] => {
      const addresses = evidence
        .resolved(name)
        .filter((to) => kindOf(to) === 'address' && !to.includes(':'));
      const owners = addresses.map((address) => ownerOf(address, evidence));
      if (addresses.length < 2 || !owners.every((owner) => owner !== undefined)) return [];
      if (new Set(owners).size < 2 || isPair(addresses, evidence)) return [];
      return [
        {
          subject: name.title,
          about: name.ref,
          statements: [
            { by: evidence.titleOf('name'), says: `it is at ${textOf(addresses)}` },
            {
              by: evidence.titleOf('guest', 'device'),
              says: `those are ${[...new Set(owners)].toSorted().join(' and ')}`,
            },
          ],
          sure: 'likely',
          next: name.more,
        },
      ];
    }),
};

/** The machine that has it, seen or documented. */
function ownerOf(address: Ref, evidence: Evidence): string | undefined {
  const owners = evidence.of(address)?.links.filter(({ how }) => how === 'belongs to') ?? [];
  const owner = owners.find(({ documented }) => !documented) ?? owners[0];
  return owner && evidence.of(owner.to)?.title;
}

/** Servers of one service, which share their work under one name. */
function isPair(addresses: readonly Ref[], { map }: Evidence): boolean {
  const services = addresses.map((address) => {
    const here = [
      ...map.above(address),
      ...(map.things.get(address)?.links ?? []).map(({ to }) => to),
    ];
    return here.filter((ref) => kindOf(ref) === 'instance').map((ref) => idOf(ref).split('/')[0]);
  });
  const [first = [], ...others] = services;
  return first.some((service) => others.every((other) => other.includes(service)));
}
