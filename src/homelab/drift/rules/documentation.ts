import { idOf, kindOf, type Ref } from '../../../core/map.ts';
import type { MappedThing } from '../../map/map.ts';
import type { Difference } from '../drift-row.ts';
import { aboutText, hostOf, textOf, type Evidence } from '../evidence.ts';
import { byTitle } from '../order.ts';
import type { Rule } from '../rule.ts';

type Compare = (evidence: Evidence) => Difference[];

const documented = (rule: string, needs: Rule['needs'], rows: Compare): Rule => ({
  rule,
  kind: 'documentation',
  needs: ['device', ...needs],
  rows,
});

/** Both sides of a difference between documents and what is seen. */
const bothSides = (
  evidence: Evidence,
  document: string,
  [seenBy, seen]: readonly ['guest' | 'name', string],
): Pick<Difference, 'statements'> => ({
  statements: [
    { by: evidence.titleOf('device'), says: document },
    { by: evidence.titleOf(seenBy), says: seen },
  ],
});

export const ownerOtherwise = documented(
  'owner-otherwise',
  ['guest', 'node', 'address'],
  (evidence) =>
    evidence.map.ofKind('address').flatMap((address): Difference[] => {
      const owners = address.links.filter(({ how }) => how === 'belongs to');
      const documents = ownersOf(
        owners.filter((link) => link.documented),
        evidence,
      );
      const machines = ownersOf(
        owners.filter(({ documented: said, weak }) => !said && !weak),
        evidence,
      ).filter(({ ref }) => kindOf(ref) !== 'instance');
      const [machine, ...others] = machines;
      if (documents.length === 0 || !machine || others.length > 0) return [];
      // A shared address is of a pair, whoever holds it.
      if (owners.some(({ to }) => kindOf(to) === 'instance')) return [];
      if (documents.some(({ title }) => hostOf(title) === hostOf(machine.title))) return [];
      const names = documents.map(({ title }) => title).join(' and ');
      return [
        {
          subject: idOf(address.ref),
          about: address.ref,
          ...bothSides(evidence, `it is of ${names}`, ['guest', `${machine.title} has it`]),
          sure: 'certain',
          next: address.more ?? machine.more,
        },
      ];
    }),
);

const ownersOf = (links: readonly { to: Ref }[], evidence: Evidence): MappedThing[] =>
  byTitle(links.flatMap(({ to }) => evidence.of(to) ?? []));

export const documentOfNobody = documented(
  'document-of-nobody',
  ['guest', 'address'],
  (evidence) => {
    const clusters = ownClusters(evidence);
    return machineDocuments(evidence).flatMap((vm): Difference[] => {
      if (vm.idle || evidence.machinesCalled(hostOf(vm.title)).length > 0) return [];
      if (vm.within !== undefined && !clusters.has(vm.within)) return [];
      const addresses = documentedAddresses(vm, evidence);
      if (addresses.length > 0 && !addresses.some((address) => evidence.isLocal(address)))
        return [];
      // Another name for the one who has its address: that is told as such.
      if (addresses.some((address) => isSeen(address, evidence))) return [];
      return [
        {
          subject: vm.title,
          about: vm.ref,
          ...bothSides(evidence, aboutText(vm), ['guest', 'no guest is called so']),
          sure: 'likely',
          next: vm.more,
        },
      ];
    });
  },
);

/** VMs as they are documented; boxes are counted apart. */
const machineDocuments = ({ map }: Evidence): MappedThing[] =>
  map.ofKind('device').filter(({ ref }) => /^device\/[^/]+\/vm\//.test(ref));

/** Clusters, as documents call them, of which a guest is seen here. */
const ownClusters = (evidence: Evidence): ReadonlySet<string> =>
  new Set(
    machineDocuments(evidence)
      .filter(({ title }) => evidence.machinesCalled(hostOf(title)).length > 0)
      .flatMap(({ within }) => within ?? []),
  );

const isSeen = (address: Ref, evidence: Evidence): boolean =>
  evidence.of(address)?.links.some(({ how, documented: said }) => how === 'belongs to' && !said) ??
  false;

/** IPv4 addresses that a document gives it. */
const documentedAddresses = ({ ref }: MappedThing, { map }: Evidence): Ref[] =>
  map
    .ofKind('address')
    .filter(({ links }) => links.some((link) => link.documented && link.to === ref))
    .map((address) => address.ref)
    .filter((address) => !address.includes(':'));

export const guestWithoutDocument = documented(
  'guest-without-document',
  ['guest', 'address'],
  (evidence) =>
    evidence.map.ofKind('guest').flatMap((guest): Difference[] => {
      // Of a guest whose node is silent nobody knows whether it is meant to be off.
      if (guest.idle || guest.state === 'unknown') return [];
      if (evidence.devicesCalled(hostOf(guest.title)).length > 0) return [];
      const isOwner = evidence
        .addressesOf(guest.ref)
        .some((address) => evidence.of(address)?.links.some((link) => link.documented));
      if (isOwner) return [];
      return [
        {
          subject: guest.title,
          about: guest.ref,
          ...bothSides(evidence, 'no device or VM is called so', ['guest', aboutText(guest)]),
          // It may be documented under another name, by an address that nobody tells.
          sure: evidence.addressesOf(guest.ref).length > 0 ? 'certain' : 'likely',
          next: guest.more,
        },
      ];
    }),
);

/** A document and the guest it is of: both alone in having that name. */
const twins = (evidence: Evidence): { document: MappedThing; guest: MappedThing }[] =>
  evidence.map.ofKind('device').flatMap((document) => {
    const host = hostOf(document.title);
    const [guest, ...others] = evidence.machinesCalled(host);
    const isAlone = evidence.devicesCalled(host).length === 1 && others.length === 0;
    return guest && isAlone && kindOf(guest.ref) === 'guest' ? [{ document, guest }] : [];
  });

export const addressOtherwise = documented('address-otherwise', ['guest', 'address'], (evidence) =>
  twins(evidence).flatMap(({ document, guest }): Difference[] => {
    const written = documentedAddresses(document, evidence);
    const seen = evidence.addressesOf(guest.ref);
    if (written.length === 0 || seen.length === 0) return [];
    if (written.some((address) => seen.includes(address))) return [];
    // A second address of a guest is nobody's for sure, and may be the documented one.
    if (written.some((address) => isFloating(address, evidence))) return [];
    return [
      {
        subject: guest.title,
        about: guest.ref,
        ...bothSides(evidence, `it is at ${textOf(written)}`, [
          'guest',
          `it is at ${textOf(seen)}`,
        ]),
        sure: 'certain',
        next: document.more,
      },
    ];
  }),
);

const isFloating = (address: Ref, evidence: Evidence): boolean => {
  const thing = evidence.of(address);
  return thing !== undefined && evidence.isToldBy(thing, 'address') && !isSeen(address, evidence);
};

export const statusOtherwise = documented('status-otherwise', ['guest'], (evidence) =>
  twins(evidence).flatMap(({ document, guest }): Difference[] =>
    document.idle && guest.state === 'up'
      ? [
          {
            subject: guest.title,
            about: guest.ref,
            ...bothSides(evidence, aboutText(document), ['guest', aboutText(guest)]),
            sure: 'certain',
            next: document.more,
          },
        ]
      : [],
  ),
);

export const nameOtherwise: Rule = {
  rule: 'name-otherwise',
  kind: 'documentation',
  needs: ['device', 'name'],
  heeds: ['site'],
  rows: (evidence) =>
    evidence.map.ofKind('name').flatMap((name): Difference[] => {
      const written = name.links
        .filter((link) => link.how === 'resolves to' && link.documented)
        .map(({ to }) => to);
      const seen = evidence.resolved(name);
      if (!sameFamily(written, seen) || seen.some((to) => written.includes(to))) return [];
      // Who asks for a site gets its proxy; an alias leads on.
      if (evidence.of(`site/${idOf(name.ref)}`) || seen.some((to) => kindOf(to) === 'name'))
        return [];
      if (isOfOne([...written, ...seen], evidence)) return [];
      return [
        {
          subject: name.title,
          about: name.ref,
          ...bothSides(evidence, `it is at ${textOf(written)}`, [
            'name',
            `it is at ${textOf(seen)}`,
          ]),
          sure: 'certain',
          next: name.more,
        },
      ];
    }),
};

/** All of them are of the same machine, here or on paper: that it has another address is told of the machine. */
function isOfOne(addresses: readonly Ref[], evidence: Evidence): boolean {
  const owners = addresses.map((address) =>
    ownersOf(
      evidence.of(address)?.links.filter(({ how }) => how === 'belongs to') ?? [],
      evidence,
    ).map(({ title }) => hostOf(title)),
  );
  const [first = [], ...others] = owners;
  return first.some((host) => others.every((hosts) => hosts.includes(host)));
}

const sameFamily = (written: readonly Ref[], seen: readonly Ref[]): boolean =>
  written.some((one) => seen.some((other) => one.includes(':') === other.includes(':')));
